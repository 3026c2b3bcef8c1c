/**
 * The transactional outbox: what was committed is published, even if the process dies.
 *
 * `add` writes a publish in the app's own transaction; `Publisher.run` delivers what it finds.
 * The tables come from `sql/sqlite.sql` or `sql/postgres.sql`.
 */
import { changesText, checkSession, MAX_BODY, MAX_CHANGES } from "./changes.js";
import { waiting } from "./lane.js";
/** Statements that both databases take, with `?` for values. */
export const ADD = "INSERT INTO vttsync_outbox (session, changes) VALUES (?, ?)";
export const PENDING = "SELECT count(*) AS n FROM vttsync_outbox WHERE session = ? AND refused IS NULL";
export const REFUSED = "SELECT id, session, changes, refused FROM vttsync_outbox WHERE refused IS NOT NULL ORDER BY id";
export const RETRY = "UPDATE vttsync_outbox SET refused = NULL, refused_at = NULL WHERE id = ?";
export const DISCARD = "DELETE FROM vttsync_outbox WHERE id = ? AND refused IS NOT NULL";
export const prune = ({ now }) => `DELETE FROM vttsync_outbox WHERE refused_at < ${now} - ? * 86400.0`;
/** The values of {@link ADD}. @throws as {@link changesText}; RangeError for the session's name. */
export function added(session, changes) {
    return [checkSession(session), changesText(changes)];
}
/** Reads a row of {@link REFUSED}. */
export function refusedOf(row) {
    return {
        id: Number(row["id"]),
        session: String(row["session"]),
        changes: JSON.parse(String(row["changes"])),
        refusal: JSON.parse(String(row["refused"])),
    };
}
/** What the publisher asks of an outbox, on a connection of its own. */
export class Outbox {
    /** Sessions with publishes that wait. */
    async sessions() {
        const query = "SELECT DISTINCT session FROM vttsync_outbox WHERE refused IS NULL";
        return (await this.run(query, [])).map(({ session }) => String(session));
    }
    /** Become the one who delivers this session for so many ms, or stay it; false: another is. */
    async hold(session, holder, ms) {
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
    async release(session, holder) {
        const statement = "UPDATE vttsync_room SET held_until = 0 WHERE session = ? AND holder = ?";
        await this.run(statement, [session, holder]);
    }
    /** The first publishes of a session: no more than fit into a request or two. */
    async first(session) {
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
    async done(ids) {
        const { isAny } = this.dialect;
        await this.run(`DELETE FROM vttsync_outbox WHERE id ${isAny}`, [JSON.stringify(ids)]);
    }
    /** This was refused. */
    async setAside(id, refusal) {
        const { now } = this.dialect;
        const statement = `UPDATE vttsync_outbox SET refused = ?, refused_at = ${now} WHERE id = ?`;
        await this.run(statement, [JSON.stringify(refusal), id]);
    }
    /** The life of the room that was told every row. */
    async epoch(session) {
        const rows = await this.run("SELECT epoch FROM vttsync_room WHERE session = ?", [session]);
        return rows[0]?.["epoch"] ?? undefined;
    }
    /** Note that this life of the room was told every row. */
    async remember(session, epoch) {
        const statement = `
      INSERT INTO vttsync_room (session, epoch) VALUES (?, ?)
      ON CONFLICT (session) DO UPDATE SET epoch = excluded.epoch`;
        await this.run(statement, [session, epoch]);
    }
}
