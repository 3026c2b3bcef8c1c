/** What the app gives a session, and what it gets from it. */
import type { Cursor, Entity, KindName, PresenceItem, PresenceName, PresenceValues, Views } from "./protocol.js";
/**
 * connecting: on its way, and what is shown may be old. live: all that the room has told is shown.
 * fallback: the room is out of reach and the app's own poll feeds the view. closed: for good.
 */
export type Status = "connecting" | "live" | "fallback" | "closed";
/** Why a session isn't live: a `code` for programs, a `message` for people. */
export interface Reason {
    readonly code: string;
    readonly message: string;
}
/** The entities by kind, then key. What didn't change is the same object as before. */
export type Entities = {
    readonly [K in KindName]: {
        readonly [key: string]: Views[K];
    };
};
/** All there is to show; the same object until something changes. */
export interface State {
    readonly status: Status;
    readonly reason?: Reason;
    readonly audience?: string;
    /** The room's deployed version. */
    readonly version?: string;
    /** Where the room's view stands. */
    readonly cursor?: Cursor;
    readonly entities: Entities;
}
/** What the others show right now: cursors, pings, rulers, drags. */
export interface PresenceStore {
    /** The same array until something changed. */
    getSnapshot(): readonly PresenceItem[];
    subscribe(listener: () => void): () => void;
    /** Shows the others something, or with null that it is gone; the newest of a kind counts. */
    send<K extends PresenceName>(kind: K, value: PresenceValues[K] | null): void;
}
/** The whole view as the app's own server has it. */
export interface Polled {
    readonly entities: readonly Entity[];
    /** Publishes that the app's outbox hasn't delivered yet: the room is behind while it isn't 0. */
    readonly pending?: number;
}
/** The app's own poll. What it answers becomes the view; nothing, where it keeps its own. */
export type Poll = (signal: AbortSignal) => Promise<Polled | void>;
export interface SessionOptions {
    /** Where the room is: `room.example`, `https://room.example`, `http://127.0.0.1:8787`. */
    readonly host: string;
    /** The session's name. */
    readonly session: string;
    /** Fetches a fresh ticket from the app's server, for each attempt anew. */
    readonly ticket: (signal: AbortSignal) => string | Promise<string>;
    /** The poll to fall back to: `fn` every `every` ms, after `grace` ms (5,000) out of reach. */
    readonly poll?: {
        readonly fn: Poll;
        readonly every: number;
        readonly grace?: number;
    };
    /** One socket for all tabs of one user in one role; true where the browser can. */
    readonly share?: boolean;
}
/** One session, followed. */
export interface Session {
    getSnapshot(): State;
    subscribe(listener: () => void): () => void;
    readonly presence: PresenceStore;
    /** As the function of the same name has it. */
    pollWhenOffline(fn: Poll, every: number, options?: {
        readonly grace?: number;
    }): () => void;
    close(): void;
}
/** A session that is yet to be opened. */
export interface OpenableSession extends Session {
    /** Begins to follow; does nothing a second time, or after `close`. */
    open(): void;
}
