/**
 * The room, with a count of the rows it reads and writes: `GET /rows/<session>` tells and clears it.
 *
 * Bundled by the benchmark as `src/counting.ts` of a copy of the room; the room knows nothing of it.
 */
import worker, { Session as Room } from "./index.ts";

/** A key read or written counts as a row of SQLite, and so does an alarm that is set. */
const KEY_METHODS = { get: "read", list: "read", put: "written", delete: "written", setAlarm: "written" } as const;

/** Rows as Cloudflare bills them. */
class Rows {
  readonly #cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  #keys = { read: 0, written: 0 };

  constructor(storage: DurableObjectStorage) {
    const exec = storage.sql.exec.bind(storage.sql);
    replace(storage.sql, "exec", (query: string, ...bindings: unknown[]) => {
      const cursor = exec(query, ...bindings);
      this.#cursors.push(cursor);
      return cursor;
    });
    for (const [name, count] of Object.entries(KEY_METHODS)) {
      const method = Reflect.get(storage, name) as (...words: unknown[]) => unknown;
      replace(storage, name, (...words: unknown[]) => {
        this.#keys[count] += 1;
        return method.apply(storage, words);
      });
    }
  }

  /** Since it was last asked. A cursor knows its rows only once it has been read. */
  take(): { read: number; written: number; statements: number } {
    const cursors = this.#cursors.splice(0);
    const { read, written } = this.#keys;
    this.#keys = { read: 0, written: 0 };
    return {
      read: cursors.reduce((sum, cursor) => sum + cursor.rowsRead, read),
      written: cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, written),
      statements: cursors.length,
    };
  }
}

function replace(of: object, name: string, value: unknown): void {
  Object.defineProperty(of, name, { value, configurable: true });
}

export class Session extends Room {
  readonly #rows: Rows;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    // Before the room has it, so that what it reads on waking counts too.
    const rows = new Rows(ctx.storage);
    super(ctx, env);
    this.#rows = rows;
  }

  override async fetch(request: Request): Promise<Response> {
    const asked = new URL(request.url).pathname.startsWith("/rows/");
    return asked ? Response.json(this.#rows.take()) : super.fetch(request);
  }
}

export default {
  async fetch(request, env, ctx) {
    const [, route, session] = new URL(request.url).pathname.split("/");
    if (route !== "rows" || !session) return worker.fetch(request, env, ctx);
    return env.Session.get(env.Session.idFromName(session)).fetch(request);
  },
} satisfies ExportedHandler<Cloudflare.Env>;
