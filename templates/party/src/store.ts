/** One session's rows, epoch and seqs in the object's SQLite. */
import { AUDIENCES, type Audience, type KindName } from "./kinds.ts";
import type { JsonObject } from "./merge-patch.ts";
import type { Seq } from "./protocol.ts";
import { linksOf, type EntityId, type LiveRow, type Row, type Rows } from "./views.ts";

const TABLES = `
  CREATE TABLE IF NOT EXISTS room (
    id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, seq TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS entity (
    kind TEXT NOT NULL, key TEXT NOT NULL, rev INTEGER NOT NULL, value TEXT,
    PRIMARY KEY (kind, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS link (
    to_kind TEXT NOT NULL, to_key TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (to_kind, to_key, kind, key)
  ) WITHOUT ROWID;
`;

type Stored = { kind: string; key: string; rev: number; value: string | null };

/**
 * The only module that touches storage. Opening it on empty storage begins a new epoch.
 *
 * Rows are read when they are needed rather than all on every wake: Cloudflare counts rows read.
 */
export class Store implements Rows {
  readonly epoch: string;
  readonly #storage: DurableObjectStorage;
  #seq: Seq;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(TABLES);
    const room = storage.sql
      .exec<{ epoch: string; seq: string }>("SELECT epoch, seq FROM room WHERE id = 1")
      .toArray()[0];
    this.epoch = room?.epoch ?? crypto.randomUUID();
    this.#seq = room ? (JSON.parse(room.seq) as Seq) : emptySeq();
    if (!room) {
      const seq = JSON.stringify(this.#seq);
      storage.sql.exec("INSERT INTO room (id, epoch, seq) VALUES (1, ?, ?)", this.epoch, seq);
    }
  }

  /** Each audience's place in its stream. */
  get seq(): Seq {
    return this.#seq;
  }

  get({ kind, key }: EntityId): Row | undefined {
    const query = "SELECT kind, key, rev, value FROM entity WHERE kind = ? AND key = ?";
    const row = this.#storage.sql.exec<Stored>(query, kind, key).toArray()[0];
    return row && toRow(row);
  }

  referrers({ kind, key }: EntityId): LiveRow[] {
    const query = `
      SELECT entity.kind, entity.key, rev, value FROM link
      JOIN entity ON entity.kind = link.kind AND entity.key = link.key
      WHERE to_kind = ? AND to_key = ? AND value IS NOT NULL
      ORDER BY entity.kind, entity.key`;
    return this.#storage.sql.exec<Stored>(query, kind, key).toArray().map(toRow) as LiveRow[];
  }

  /** Every row that is not a tombstone. */
  all(): LiveRow[] {
    const query = "SELECT kind, key, rev, value FROM entity WHERE value IS NOT NULL";
    return this.#storage.sql.exec<Stored>(query).toArray().map(toRow) as LiveRow[];
  }

  /**
   * Stores rows and moves the seq of these audiences on by one: all of it, or nothing.
   *
   * @throws what SQLite throws; then nothing has changed, in memory either.
   */
  commit(rows: readonly Row[], audiences: Iterable<Audience>): void {
    const seq = { ...this.#seq };
    for (const audience of audiences) seq[audience] += 1;
    this.#storage.transactionSync(() => {
      for (const row of rows) this.#write(row);
      this.#storage.sql.exec("UPDATE room SET seq = ? WHERE id = 1", JSON.stringify(seq));
    });
    this.#seq = seq;
  }

  #write(row: Row): void {
    this.#writeLinks(this.get(row), row);
    this.#storage.sql.exec(
      `INSERT INTO entity (kind, key, rev, value) VALUES (?, ?, ?, ?)
       ON CONFLICT (kind, key) DO UPDATE SET rev = excluded.rev, value = excluded.value`,
      row.kind,
      row.key,
      row.rev,
      row.value && JSON.stringify(row.value),
    );
  }

  /** Links seldom change (a token stays in its scene), so only differences are written. */
  #writeLinks(before: Row | undefined, after: Row): void {
    const { sql } = this.#storage;
    const old = targetsOf(before);
    const now = targetsOf(after);
    for (const [name, { kind, key }] of old) {
      if (now.has(name)) continue;
      const query = "DELETE FROM link WHERE to_kind = ? AND to_key = ? AND kind = ? AND key = ?";
      sql.exec(query, kind, key, after.kind, after.key);
    }
    for (const [name, { kind, key }] of now) {
      if (old.has(name)) continue;
      const query = "INSERT INTO link (to_kind, to_key, kind, key) VALUES (?, ?, ?, ?)";
      sql.exec(query, kind, key, after.kind, after.key);
    }
  }
}

function targetsOf(row: Row | undefined): Map<string, EntityId> {
  if (!row?.value) return new Map();
  const targets = linksOf(row.kind, row.value).map(({ target }) => target);
  return new Map(targets.map((target) => [`${target.kind}/${target.key}`, target]));
}

function toRow({ kind, key, rev, value }: Stored): Row {
  const parsed = value === null ? null : (JSON.parse(value) as JsonObject);
  return { kind: kind as KindName, key, rev, value: parsed };
}

function emptySeq(): Seq {
  return Object.fromEntries(AUDIENCES.map((audience) => [audience, 0])) as Seq;
}
