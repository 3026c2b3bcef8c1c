export { changesText, del, inPublishes, patch, put } from "./changes.js";
export * from "./errors.js";
export { Outbox } from "./outbox.js";
export { PostgresOutbox } from "./postgres.js";
export { Publisher } from "./publisher.js";
export { SqliteOutbox } from "./sqlite.js";
export { mintTicket } from "./tickets.js";
