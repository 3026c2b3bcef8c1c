/** A virtual tabletop's session: live from its room, polled only while the room is out of reach. */
export { pollWhenOffline } from "./poll.ts";
export * from "./protocol.ts";
export { connectSession, createSession } from "./session.ts";
export { snapshotPoll } from "./snapshot-poll.ts";
export { TicketRefused } from "./ticket.ts";
export type * from "./types.ts";
