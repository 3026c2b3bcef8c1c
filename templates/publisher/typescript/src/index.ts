/**
 * Tells a vttsync room what a virtual tabletop's server has committed.
 *
 * Start with {@link Publisher} and an outbox: {@link SqliteOutbox} or {@link PostgresOutbox}.
 */
export type { Published, Ref } from "./answers.ts";
export { changesText, del, inPublishes, patch, put } from "./changes.ts";
export type { Change, Row } from "./changes.ts";
export type { OnRefused } from "./delivery.ts";
export * from "./errors.ts";
export type { FindWholeRow, Log, WholeRow } from "./lane.ts";
export { Outbox } from "./outbox.ts";
export type { Refused } from "./outbox.ts";
export type { Pace } from "./pace.ts";
export { PostgresOutbox } from "./postgres.ts";
export type { PostgresClient } from "./postgres.ts";
export { Publisher } from "./publisher.ts";
export type { Health, Kicked, PublisherOptions } from "./publisher.ts";
export { SqliteOutbox } from "./sqlite.ts";
export type { SqliteDatabase } from "./sqlite.ts";
export { mintTicket } from "./tickets.ts";
export type { Role, TicketOptions } from "./tickets.ts";
