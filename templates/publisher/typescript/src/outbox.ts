/**
 * The transactional outbox: what was committed is published, even if the process dies.
 *
 * `add` writes a publish in the app's own transaction; `Publisher.run` delivers what it finds.
 * The tables come from `sql/sqlite.sql` or `sql/postgres.sql`.
 */
import { changesText, checkSession, MAX_BODY, MAX_CHANGES, type Change } from "./changes.ts";
import type { Refusal } from "./errors.ts";
import { waiting, type Waiting } from "./lane.ts";

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
export const ADD = "INSERT INTO vttsync_outbox (session, changes) VALUES (?, ?)";
export const PENDING =
  "SELECT count(*) AS n FROM vttsync_outbox WHERE session = ? AND refused IS NULL";
export const REFUSED =
  "SELECT id, session, changes, refused FROM vttsync_outbox WHERE refused IS NOT NULL ORDER BY id";
export const RETRY = "UPDATE vttsync_outbox SET refused = NULL, refused_at = NULL WHERE id = ?";
export const DISCARD = "DELETE FROM vttsync_outbox WHERE id = ? AND refused IS NOT NULL";
export const prune = ({ now }: Dialect): string =>
  `DELETE FROM vttsync_outbox WHERE refused_at < ${now} - ? * 86400.0`;

/** The values of {@link ADD}. @throws as {@link changesText}; RangeError for the session's name. */
export function added(session: string, changes: readonly Change[]): [string, string] {
  return [checkSession(session), changesText(changes)];
}

/** Reads a row of {@link REFUSED}. */
export function refusedOf(row: Found): Refused {
  return {
    id: Number(row["id"]),
    session: String(row["session"]),
    changes: JSON.parse(String(row["changes"])) as Change[],
    refusal: JSON.parse(String(row["refused"])) as Refusal,
  };
}

/** What the publisher asks of an outbox, on a connection of its own. */
export abstract class Outbox {
  protected abstract readonly dialect: Dialect;

  /** Runs a statement with `?` for values; gives the rows that it returns. */
  protected abstract run(statement: string, values: readonly Value[]): Promise<Found[]>;

  /** Sessions with publishes that wait. */
  async sessions(): Promise<string[]> {
    const query = "SELECT DISTINCT session FROM vttsync_outbox WHERE refused IS NULL";
    return (await this.run(query, [])).map(({ session }) => String(session));
  }

  /** Become the one who delivers this session for so many ms, or stay it; false: another is. */
  async hold(session: string, holder: string, ms: number): Promise<boolean> {
    const { now } = this.dialect;
    const statement = `
      INSERT INTO vttsync_room (session, holder, held_until) VALUES (?, ?, ${now} + ?)
      ON CONFLICT (session) DO UPDATE
      SET holder = excluded.holder, held_until = excluded.held_until
      WHERE vttsync_room.holder = excluded.holder OR vttsync_room.held_until < ${now}
      RETURNING session`;
    return (await this.run(statement, [session, holder, ms / 1000])).length === 1;
  }

  /** Let others deliver this session. */
  async release(session: string, holder: string): Promise<void> {
    const statement = "UPDATE vttsync_room SET held_until = 0 WHERE session = ? AND holder = ?";
    await this.run(statement, [session, holder]);
  }

  /** The first publishes of a session: no more than fit into a request or two. */
  async first(session: string): Promise<Waiting[]> {
    const query = `
      SELECT id, changes FROM (
        SELECT id, changes, SUM(length(changes)) OVER (ORDER BY id) AS upto
        FROM (
          SELECT id, changes FROM vttsync_outbox
          WHERE session = ? AND refused IS NULL ORDER BY id LIMIT ?
        ) AS first
      ) AS measured
      WHERE upto - length(changes) < ? ORDER BY id`;
    const rows = await this.run(query, [session, MAX_CHANGES, MAX_BODY]);
    return rows.map(({ id, changes }) => waiting(Number(id), String(changes)));
  }

  /** These were delivered. */
  async done(ids: readonly number[]): Promise<void> {
    const { isAny } = this.dialect;
    await this.run(`DELETE FROM vttsync_outbox WHERE id ${isAny}`, [JSON.stringify(ids)]);
  }

  /** This was refused. */
  async setAside(id: number, refusal: Refusal): Promise<void> {
    const { now } = this.dialect;
    const statement = `UPDATE vttsync_outbox SET refused = ?, refused_at = ${now} WHERE id = ?`;
    await this.run(statement, [JSON.stringify(refusal), id]);
  }

  /** The life of the room that was told every row. */
  async epoch(session: string): Promise<string | undefined> {
    const rows = await this.run("SELECT epoch FROM vttsync_room WHERE session = ?", [session]);
    return (rows[0]?.["epoch"] as string | null | undefined) ?? undefined;
  }

  /** Note that this life of the room was told every row. */
  async remember(session: string, epoch: string | null): Promise<void> {
    const statement = `
      INSERT INTO vttsync_room (session, epoch) VALUES (?, ?)
      ON CONFLICT (session) DO UPDATE SET epoch = excluded.epoch`;
    await this.run(statement, [session, epoch]);
  }
}
