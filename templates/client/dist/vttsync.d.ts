/** A virtual tabletop's session: live from its room, polled only while the room is out of reach. */
export { pollWhenOffline } from "./poll.js";
export * from "./protocol.js";
export { connectSession, createSession } from "./session.js";
export { snapshotPoll } from "./snapshot-poll.js";
export { TicketRefused } from "./ticket.js";
export type * from "./types.js";
