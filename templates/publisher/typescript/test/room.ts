/** A room in memory behind fetch, which loses, refuses and delays what a test tells it to. */
import assert from "node:assert/strict";
import type { Change, Row } from "../src/index.ts";
import type { Fetch } from "../src/room.ts";

/** What happens to a request: not heard; heard, but the answer is lost; … */
export type Fault = "" | "refused" | "lost" | "503" | "500" | "garbage" | "forgets";

export const FAULTS: readonly Fault[] = ["", "refused", "lost", "503", "500", "garbage"];

interface Session {
  rows: Map<string, Row>;
  revs: Map<string, number>;
  readonly answers: Map<string, string>;
  applied: { kind: string; key: string; rev: number }[];
}

export class FakeRoom {
  readonly sessions = new Map<string, Session>();
  readonly requests: { session: string; body: string }[] = [];
  readonly kinds = ["scene", "token", "combat"];
  key = "key";
  faults: Fault[] = [];
  /** Holds a session's requests back. */
  held: (session: string) => Promise<void> | undefined = () => undefined;
  #epoch = 0;

  readonly fetch: Fetch = async (url, init) => {
    const [, , , session = "", tail] = new URL(url).pathname.split("/");
    this.requests.push({ session, body: String(init.body ?? "") });
    await this.held(session);
    init.signal?.throwIfAborted();
    const fault = this.faults.shift() ?? "";
    if (fault === "refused") throw new TypeError("refused");
    if (fault === "forgets") this.forget(session);
    if (fault === "503" || fault === "500") {
      return new Response("<html>", { status: Number(fault), headers: { "retry-after": "0" } });
    }
    const response = this.#answer(session, tail, init);
    if (fault === "lost") throw new TypeError("reset");
    return fault === "garbage" ? new Response('{"applied":[') : response;
  };

  session(name: string): Session {
    const session = this.sessions.get(name) ?? {
      rows: new Map<string, Row>(),
      revs: new Map<string, number>(),
      answers: new Map<string, string>(),
      applied: [],
    };
    this.sessions.set(name, session);
    return session;
  }

  revs(name: string): number[] {
    return this.session(name).applied.map(({ rev }) => rev);
  }

  forget(name: string): void {
    this.sessions.delete(name);
    this.#epoch += 1;
  }

  #answer(name: string, tail: string | undefined, init: RequestInit): Response {
    const headers = init.headers as Record<string, string>;
    if (headers["authorization"] !== `Bearer ${this.key}`) return refuse(401, { code: "unauthorized" });
    if (init.method === "DELETE") {
      this.forget(name);
      return new Response(null, { status: 204 });
    }
    if (tail === "health") {
      return Response.json({ epoch: `e${this.#epoch}`, seq: {}, version: "v1", counters: {} });
    }
    return this.#publish(this.session(name), headers["idempotency-key"]!, String(init.body));
  }

  #publish(session: Session, id: string, body: string): Response {
    const known = session.answers.get(id);
    if (known) return new Response(known);
    const { changes } = JSON.parse(body) as { changes: Change[] };
    assert.ok(changes.length >= 1 && changes.length <= 500);
    const rows = new Map(session.rows);
    const revs = new Map(session.revs);
    const applied: Session["applied"] = [];
    const duplicates: Session["applied"] = [];
    for (const [change, it] of changes.entries()) {
      const { op, kind, key, rev, value = {} } = it;
      const name = `${kind}/${key}`;
      if (!this.kinds.includes(kind)) return refuse(400, { code: "bad_change", change });
      if (rev <= (revs.get(name) ?? -1)) {
        duplicates.push({ kind, key, rev });
        continue;
      }
      if (op === "patch" && (!rows.has(name) || revs.get(name) !== it.base)) {
        return refuse(409, { code: "base_mismatch", change, stored: revs.get(name) ?? null });
      }
      revs.set(name, rev);
      if (op === "del") rows.delete(name);
      else rows.set(name, op === "put" ? value : { ...rows.get(name), ...value });
      applied.push({ kind, key, rev });
    }
    Object.assign(session, { rows, revs, applied: [...session.applied, ...applied] });
    const answer = JSON.stringify({ applied, duplicates, seq: { gm: session.applied.length } });
    session.answers.set(id, answer);
    return new Response(answer);
  }
}

function refuse(status: number, error: object): Response {
  return Response.json({ error: { message: "no", ...error } }, { status });
}

/** Looks until it holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}
