/** Real databases with the outbox in them: a SQLite file, and PostgreSQL where one is named. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { PostgresOutbox, SqliteOutbox, type Change, type Outbox, type Refused } from "../src/index.ts";

export interface Database {
  readonly outbox: Outbox;
  save(session: string, ...changes: Change[]): Promise<void>;
  pending(session: string): Promise<number>;
  refused(): Promise<Refused[]>;
  decide(verb: "retry" | "discard" | "prune", number: number): Promise<void>;
  end(): Promise<void>;
}

function schema(name: string): string {
  return readFileSync(new URL(`../sql/${name}.sql`, import.meta.url), "utf8");
}

/** A SQLite file in a folder of its own. */
export async function sqlite(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), "vttsync-outbox-"));
  const path = join(folder, "app.db");
  const database = openSqlite(path);
  const made = new DatabaseSync(path);
  made.exec(schema("sqlite"));
  made.close();
  const end = async (): Promise<void> => {
    await database.end();
    rmSync(folder, { recursive: true });
  };
  return { ...database, end };
}

/** @param url of a database; the tables are made anew. */
export async function postgres(url: string): Promise<Database> {
  const database = openPostgres(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    "DROP TABLE IF EXISTS vttsync_outbox, vttsync_room; " +
      "DROP FUNCTION IF EXISTS vttsync_outbox_number",
  );
  await client.query(schema("postgres"));
  await client.end();
  return database;
}

/** A database that is there already: `sqlite:<path>`, or the URL of one in PostgreSQL. */
export function opened(dsn: string): Database {
  return dsn.startsWith("sqlite:") ? openSqlite(dsn.slice("sqlite:".length)) : openPostgres(dsn);
}

function openSqlite(path: string): Database {
  const open = (): DatabaseSync => {
    const database = new DatabaseSync(path, { timeout: 20_000 });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    return database;
  };
  const app = open();
  const own = open();
  const outbox = new SqliteOutbox(own);
  return {
    outbox,
    save: async (session, ...changes) => {
      app.exec("BEGIN IMMEDIATE");
      outbox.add(app, session, changes);
      app.exec("COMMIT");
    },
    pending: async (session) => outbox.pending(app, session),
    refused: async () => outbox.refused(app),
    decide: async (verb, number) => outbox[verb](app, number),
    end: async () => {
      app.close();
      own.close();
    },
  };
}

function openPostgres(url: string): Database {
  const pool = new pg.Pool({ connectionString: url });
  const outbox = new PostgresOutbox(pool);
  return {
    outbox,
    save: async (session, ...changes) => {
      const client = await pool.connect();
      await client.query("BEGIN");
      await outbox.add(client, session, changes);
      await client.query("COMMIT");
      client.release();
    },
    pending: (session) => outbox.pending(pool, session),
    refused: () => outbox.refused(pool),
    decide: (verb, number) => outbox[verb](pool, number),
    end: () => pool.end(),
  };
}
