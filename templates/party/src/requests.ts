/** Publishes with an idempotency key, remembered so that a repeated one gets the same answer. */
import { LIMITS } from "./limits.ts";

const HOUR = 3_600_000;

/** A publish that was answered. */
export interface Request {
  /** The idempotency key. */
  readonly id: string;
  /** A digest of the body: the key must not be used for another. */
  readonly body: string;
  readonly answer: string;
}

/** The request that had this key, unless it is too long ago. @param now ms since 1970. */
export function findRequest(sql: SqlStorage, id: string, now: number): Request | undefined {
  const query = "SELECT id, body, answer FROM request WHERE id = ? AND at > ?";
  const oldest = now - LIMITS.requestHours * HOUR;
  const rows = sql.exec<{ id: string; body: string; answer: string }>(query, id, oldest);
  return rows.toArray()[0];
}

/** Remembers a request in the place of an old one. @param number the publish's number. */
export function rememberRequest(
  sql: SqlStorage,
  number: number,
  { id, body, answer }: Request,
  now: number,
): void {
  const query =
    "INSERT OR REPLACE INTO request (slot, id, at, body, answer) VALUES (?, ?, ?, ?, ?)";
  sql.exec(query, number % LIMITS.requests, id, now, body, answer);
}
