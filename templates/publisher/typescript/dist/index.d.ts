/**
 * Tells a vttsync room what a virtual tabletop's server has committed.
 *
 * Start with {@link Publisher} and an outbox: {@link SqliteOutbox} or {@link PostgresOutbox}.
 */
export type { Published, Ref } from "./answers.js";
export { changesText, del, inPublishes, patch, put } from "./changes.js";
export type { Change, Row } from "./changes.js";
export type { OnRefused } from "./delivery.js";
export * from "./errors.js";
export type { FindWholeRow, Log, WholeRow } from "./lane.js";
export { Outbox } from "./outbox.js";
export type { Refused } from "./outbox.js";
export type { Pace } from "./pace.js";
export { PostgresOutbox } from "./postgres.js";
export type { PostgresClient } from "./postgres.js";
export { Publisher } from "./publisher.js";
export type { Health, Kicked, PublisherOptions } from "./publisher.js";
export { SqliteOutbox } from "./sqlite.js";
export type { SqliteDatabase } from "./sqlite.js";
export { mintTicket } from "./tickets.js";
export type { Role, TicketOptions } from "./tickets.js";
