import type { Poll, SessionOptions } from "./types.js";
/**
 * A poll of the room itself: for `poll` of a session, or `pollWhenOffline`, every 2 s and more.
 *
 * It asks for a ticket when it has none that works, and for the view with the ETag of the last
 * one, so that nothing is sent again while nothing changes.
 *
 * @throws TypeError where host or session can't be one
 */
export declare function snapshotPoll(options: Pick<SessionOptions, "host" | "session" | "ticket">): Poll;
