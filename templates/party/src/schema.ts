/** The tables of a room, and how they came to be. */

/**
 * Append only, since rooms in use have run some of these: never change one that was deployed.
 *
 * A room's storage knows how many of them it has had.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE room (
    id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, seq TEXT NOT NULL
  );
  CREATE TABLE entity (
    kind TEXT NOT NULL, key TEXT NOT NULL, rev INTEGER NOT NULL, value TEXT,
    PRIMARY KEY (kind, key)
  ) WITHOUT ROWID;
  CREATE TABLE link (
    to_kind TEXT NOT NULL, to_key TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (to_kind, to_key, kind, key)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE room ADD COLUMN version TEXT NOT NULL DEFAULT '';
  ALTER TABLE room ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE room ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE owner (
    user TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (user, kind, key)
  ) WITHOUT ROWID;
  CREATE TABLE ring (
    slot INTEGER PRIMARY KEY, number INTEGER NOT NULL, streams TEXT NOT NULL
  );
  CREATE TABLE request (
    slot INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
    body TEXT NOT NULL, answer TEXT NOT NULL
  );
  CREATE TABLE revoked (
    user TEXT PRIMARY KEY, issued INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
];

/**
 * Brings a room's tables up to date, data kept: all of it, or nothing.
 *
 * @throws Error when newer code than this has been here: it may have left what this can't read.
 */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    const had = migrationsHad(sql);
    if (had > MIGRATIONS.length) {
      throw new Error(`storage is of schema ${had}, this code knows ${MIGRATIONS.length}`);
    }
    if (had === MIGRATIONS.length) return;
    for (const migration of MIGRATIONS.slice(had)) sql.exec(migration);
    sql.exec("CREATE TABLE IF NOT EXISTS schema (id INTEGER PRIMARY KEY, had INTEGER NOT NULL)");
    const query = "INSERT INTO schema (id, had) VALUES (1, ?) ON CONFLICT DO UPDATE SET had = excluded.had";
    sql.exec(query, MIGRATIONS.length);
  });
}

function migrationsHad(sql: SqlStorage): number {
  const names = sql
    .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name IN ('schema', 'room')")
    .toArray()
    .map(({ name }) => name);
  if (names.includes("schema")) {
    return sql.exec<{ had: number }>("SELECT had FROM schema").one().had;
  }
  // The first schema kept no count.
  return names.includes("room") ? 1 : 0;
}
