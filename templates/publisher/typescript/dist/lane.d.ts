/** One session's publishes on their way to its room: one request after the other, in order. */
import { type Published } from "./answers.js";
import { type Change, type Row } from "./changes.js";
import { type Refusal } from "./errors.js";
import { type Pace } from "./pace.js";
import type { Room } from "./room.js";
/** The row as committed, with its rev. */
export interface WholeRow {
    readonly rev: number;
    readonly row: Row;
}
/** Told session, kind and key: the row as committed; undefined when it is gone. */
export type FindWholeRow = (session: string, kind: string, key: string) => WholeRow | undefined | Promise<WholeRow | undefined>;
/** Where the publisher says what it can't tell a caller: `console`, or your logger. */
export interface Log {
    warn(message: string): void;
    error(message: string): void;
}
/** A publish that waits. */
export interface Waiting {
    /** By which its source knows it. */
    readonly id: number;
    /** Its changes as a JSON array. */
    readonly text: string;
    /** The same, parsed. */
    readonly changes: readonly Change[];
}
/** Parses what an outbox kept. */
export declare function waiting(id: number, text: string): Waiting;
/** Where a session's publishes wait. */
export interface Source {
    /** The first that wait; none when there are none, or when another process sends them. */
    take(): Promise<readonly Waiting[]>;
    /** Whether to go on with what was taken, after a pause. */
    stillMine(): Promise<boolean>;
    /** These were delivered. */
    done(publishes: readonly Waiting[], results: readonly Published[]): Promise<void>;
    /** This was refused. */
    setAside(publish: Waiting, refusal: Refusal): Promise<void>;
}
/** As many of the first publishes as fit into one request; one at least. */
export declare function firstBatch(publishes: readonly Waiting[], most: number): Waiting[];
/** What all lanes of a publisher share. */
export interface Means {
    readonly room: Room;
    readonly pace: Pace;
    readonly log: Log;
    /** Gives the row after `base_mismatch`. */
    readonly wholeRow: FindWholeRow | undefined;
}
/** Delivers a session's publishes. */
export declare class Lane {
    #private;
    constructor(session: string, source: Source, means: Means);
    /**
     * Delivers until nothing waits, or the signal aborts.
     *
     * @param patient whether to wait and try again where the room can't be reached.
     * @throws {@link KeyRefusedError}
     */
    run(signal: AbortSignal, patient?: boolean): Promise<void>;
}
