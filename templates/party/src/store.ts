/** One session's rows, streams and what else it remembers, in the object's SQLite. */
import type { Audience, KindName } from "./kinds.ts";
import type { JsonObject } from "./merge-patch.ts";
import { findRequest, rememberRequest, type Request } from "./requests.ts";
import { Recent } from "./recent.ts";
import { keepDeltas, missedDeltas, type Deltas, type Missed } from "./ring.ts";
import { migrate } from "./schema.ts";
import { linksOf, ownersOf, userAudience, type EntityId, type LiveRow, type Row, type Rows } from "./views.ts";

type Stored = { kind: string; key: string; rev: number; value: string | null };
type Room = { epoch: string; seq: string; version: string; number: number; used: number };

/** Whom a publish is told to: its deltas, and the users whose stream it begins or ends. */
export interface Told {
  readonly deltas: Deltas;
  readonly moved: readonly string[];
}

/**
 * What a room keeps. Opening it on empty storage begins a new epoch, and so
 * does opening it with another version of the code, whose rules of who sees what may differ.
 *
 * Rows are read when they are needed rather than all on every wake: Cloudflare counts rows read.
 */
export class Store implements Rows {
  readonly epoch: string;
  /** Whether opening it began the epoch. */
  readonly isNew: boolean;
  readonly #storage: DurableObjectStorage;
  readonly #owners: Map<string, number>;
  readonly #recent = new Recent();
  #seq: ReadonlyMap<string, number>;
  /** How many publishes there were, which gives each its place in the ring. */
  #number: number;

  constructor(storage: DurableObjectStorage, version: string, now: number) {
    migrate(storage);
    this.#storage = storage;
    const room = this.#room() ?? { epoch: "", seq: "{}", version: "", number: 0, used: now };
    const kept = room.epoch !== "" && room.version === version;
    this.epoch = kept ? room.epoch : crypto.randomUUID();
    this.#seq = new Map(kept ? Object.entries(JSON.parse(room.seq) as Record<string, number>) : []);
    this.#number = room.number;
    this.isNew = !kept;
    if (this.isNew) this.#begin(version, now);
    this.#owners = new Map(
      storage.sql
        .exec<{ user: string; rows: number }>("SELECT user, count(*) AS rows FROM owner GROUP BY user")
        .toArray()
        .map(({ user, rows }) => [user, rows]),
    );
  }

  /** An audience's place in its stream. */
  seqOf(audience: Audience): number {
    return this.#seq.get(audience) ?? 0;
  }

  /** What names one stream and its life. */
  epochOf(audience: Audience): string {
    return `${this.epoch}.${audience}`;
  }

  owners(): ReadonlyMap<string, number> {
    return this.#owners;
  }

  get(id: EntityId): Row | undefined {
    const known = this.#recent.get(id);
    if (known) return known;
    const row = this.#read(id);
    if (row) this.#recent.keep(row);
    return row;
  }

  #read({ kind, key }: EntityId): Row | undefined {
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
   * Where the streams stand after a publish, those that it moves.
   *
   * A user's stream that begins or ends goes on by one too, though nothing is told in it: what
   * happens while the user has none is missing from it, and a gap is what makes that known.
   */
  seqAfter(told: Told): Map<Audience, number> {
    return new Map(movedStreams(told).map((audience) => [audience, this.seqOf(audience) + 1]));
  }

  /**
   * Stores a publish: rows, deltas, and the request when it is to be remembered. All, or nothing.
   *
   * @throws what SQLite throws; then nothing has changed, in memory either.
   */
  commit(rows: readonly Row[], told: Told, now: number, request?: Request): void {
    const after = this.seqAfter(told);
    const seq = new Map([...this.#seq, ...after]);
    const number = this.#number + 1;
    const owners: [string, number][] = [];
    this.#storage.transactionSync(() => {
      for (const row of rows) owners.push(...this.#write(row));
      keepDeltas(this.#storage.sql, number, told.deltas, after);
      if (request) rememberRequest(this.#storage.sql, number, request, now);
      const query = "UPDATE room SET seq = ?, number = ?, used = ? WHERE id = 1";
      this.#storage.sql.exec(query, JSON.stringify(Object.fromEntries(seq)), number, now);
    });
    this.#seq = seq;
    this.#number = number;
    for (const row of rows) this.#recent.keep(row);
    for (const [user, by] of owners) this.#own(user, by);
  }

  /** What a stream told after this seq; undefined when not all of it is still known. */
  missed(audience: Audience, after: number): Missed[] | undefined {
    return missedDeltas(this.#storage.sql, audience, this.#number, this.seqOf(audience), after);
  }

  /** A request that was answered before under this idempotency key. */
  request(id: string, now: number): Request | undefined {
    return findRequest(this.#storage.sql, id, now);
  }

  /** Refuses, from now on, tickets issued up to this second. @param user undefined: everybody's. */
  revoke(user: string | undefined, issued: number): void {
    const query = `
      INSERT INTO revoked (user, issued) VALUES (?, ?)
      ON CONFLICT DO UPDATE SET issued = max(issued, excluded.issued)`;
    this.#storage.sql.exec(query, user ?? EVERYBODY, issued);
  }

  /** Whether a ticket was revoked. @param issued its `iat`, in seconds. */
  isRevoked(user: string, issued: number): boolean {
    const query = "SELECT max(issued) AS issued FROM revoked WHERE user IN (?, ?)";
    const last = this.#storage.sql.exec<{ issued: number | null }>(query, user, EVERYBODY).one();
    return last.issued !== null && issued <= last.issued;
  }

  /** When something was last published, in ms since 1970; or when the room began. */
  lastUsed(): number {
    return this.#room()?.used ?? 0;
  }

  #room(): Room | undefined {
    const query = "SELECT epoch, seq, version, number, used FROM room WHERE id = 1";
    return this.#storage.sql.exec<Room>(query).toArray()[0];
  }

  #begin(version: string, now: number): void {
    const query = `
      INSERT INTO room (id, epoch, seq, version, used) VALUES (1, ?, '{}', ?, ?)
      ON CONFLICT DO UPDATE SET epoch = excluded.epoch, seq = '{}', version = excluded.version`;
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec(query, this.epoch, version, now);
      this.#storage.sql.exec("DELETE FROM ring");
    });
  }

  #own(user: string, by: number): void {
    const rows = (this.#owners.get(user) ?? 0) + by;
    if (rows > 0) this.#owners.set(user, rows);
    else this.#owners.delete(user);
  }

  /** Writes a row; gives who owns more of them now, or fewer. */
  #write(row: Row): [string, number][] {
    const before = this.get(row);
    this.#writeLinks(before, row);
    this.#storage.sql.exec(
      `INSERT INTO entity (kind, key, rev, value) VALUES (?, ?, ?, ?)
       ON CONFLICT (kind, key) DO UPDATE SET rev = excluded.rev, value = excluded.value`,
      row.kind,
      row.key,
      row.rev,
      row.value && JSON.stringify(row.value),
    );
    return this.#writeOwners(before, row);
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

  #writeOwners(before: Row | undefined, after: Row): [string, number][] {
    const { sql } = this.#storage;
    const old = new Set(ownersOf(before));
    const now = new Set(ownersOf(after));
    const lost = [...old].filter((user) => !now.has(user));
    const gained = [...now].filter((user) => !old.has(user));
    for (const user of lost) {
      const query = "DELETE FROM owner WHERE user = ? AND kind = ? AND key = ?";
      sql.exec(query, user, after.kind, after.key);
    }
    for (const user of gained) {
      const query = "INSERT INTO owner (user, kind, key) VALUES (?, ?, ?)";
      sql.exec(query, user, after.kind, after.key);
    }
    const changes = (users: string[], by: number) =>
      users.map((user): [string, number] => [user, by]);
    return [...changes(lost, -1), ...changes(gained, 1)];
  }
}

/** The streams that a publish moves. */
export function movedStreams({ deltas, moved }: Told): Audience[] {
  return [...deltas.keys(), ...moved.map(userAudience)];
}

/** Stands for every user; no user id is empty. */
const EVERYBODY = "";

function targetsOf(row: Row | undefined): Map<string, EntityId> {
  if (!row?.value) return new Map();
  const targets = linksOf(row.kind, row.value).map(({ target }) => target);
  return new Map(targets.map((target) => [`${target.kind}/${target.key}`, target]));
}

function toRow({ kind, key, rev, value }: Stored): Row {
  const parsed = value === null ? null : (JSON.parse(value) as JsonObject);
  return { kind: kind as KindName, key, rev, value: parsed };
}
