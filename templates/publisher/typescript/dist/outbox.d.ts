/**
 * The transactional outbox: what was committed is published, even if the process dies.
 *
 * `add` writes a publish in the app's own transaction; `Publisher.run` delivers what it finds.
 * The tables come from `sql/sqlite.sql` or `sql/postgres.sql`.
 */
import { type Change } from "./changes.js";
import type { Refusal } from "./errors.js";
import { type Waiting } from "./lane.js";
/** A publish that was set aside. */
export interface Refused {
    /** For `retry` and `discard`. */
    readonly id: number;
    readonly session: string;
    /** What was published. */
    readonly changes: readonly Change[];
    /** Why the room won't have it. */
    readonly refusal: Refusal;
}
export type Value = string | number | null;
/** A row of a result. */
export type Found = Record<string, unknown>;
/** How the two databases differ. */
export interface Dialect {
    /** Seconds since 1970. */
    readonly now: string;
    /** Is in the JSON array that is the next parameter. */
    readonly isAny: string;
}
/** Statements that both databases take, with `?` for values. */
export declare const ADD = "INSERT INTO vttsync_outbox (session, changes) VALUES (?, ?)";
export declare const PENDING = "SELECT count(*) AS n FROM vttsync_outbox WHERE session = ? AND refused IS NULL";
export declare const REFUSED = "SELECT id, session, changes, refused FROM vttsync_outbox WHERE refused IS NOT NULL ORDER BY id";
export declare const RETRY = "UPDATE vttsync_outbox SET refused = NULL, refused_at = NULL WHERE id = ?";
export declare const DISCARD = "DELETE FROM vttsync_outbox WHERE id = ? AND refused IS NOT NULL";
export declare const prune: ({ now }: Dialect) => string;
/** The values of {@link ADD}. @throws as {@link changesText}; RangeError for the session's name. */
export declare function added(session: string, changes: readonly Change[]): [string, string];
/** Reads a row of {@link REFUSED}. */
export declare function refusedOf(row: Found): Refused;
/** What the publisher asks of an outbox, on a connection of its own. */
export declare abstract class Outbox {
    protected abstract readonly dialect: Dialect;
    /** Runs a statement with `?` for values; gives the rows that it returns. */
    protected abstract run(statement: string, values: readonly Value[]): Promise<Found[]>;
    /** Sessions with publishes that wait. */
    sessions(): Promise<string[]>;
    /** Become the one who delivers this session for so many ms, or stay it; false: another is. */
    hold(session: string, holder: string, ms: number): Promise<boolean>;
    /** Let others deliver this session. */
    release(session: string, holder: string): Promise<void>;
    /** The first publishes of a session: no more than fit into a request or two. */
    first(session: string): Promise<Waiting[]>;
    /** These were delivered. */
    done(ids: readonly number[]): Promise<void>;
    /** This was refused. */
    setAside(id: number, refusal: Refusal): Promise<void>;
    /** The life of the room that was told every row. */
    epoch(session: string): Promise<string | undefined>;
    /** Note that this life of the room was told every row. */
    remember(session: string, epoch: string | null): Promise<void>;
}
