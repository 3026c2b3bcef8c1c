import { Presence } from "./presence.js";
import { type Surroundings } from "./surroundings.js";
import type { OpenableSession, Poll, Session, SessionOptions, State } from "./types.js";
/**
 * Follows a session: live from its room, and by the app's poll while the room is out of reach.
 *
 * @throws TypeError where host or session can't be one; RangeError where a time of `poll` can't
 */
export declare function connectSession(options: SessionOptions): Session;
/**
 * A session that asks for nothing until it is opened: for frameworks that may throw away what they
 * make while they render.
 *
 * @throws as connectSession
 */
export declare function createSession(options: SessionOptions): OpenableSession;
/** A session that is followed until it is closed. */
export declare class Followed implements OpenableSession {
    #private;
    readonly presence: Presence;
    constructor(options: SessionOptions, around: Surroundings, begins?: "open" | "closed");
    readonly open: () => void;
    readonly getSnapshot: () => State;
    readonly subscribe: (listener: () => void) => (() => void);
    readonly pollWhenOffline: (fn: Poll, every: number, options?: {
        readonly grace?: number;
    }) => (() => void);
    readonly close: () => void;
}
