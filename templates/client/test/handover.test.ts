/** Poll answers, cuts and delays in any order: nothing is shown that goes backwards. */
import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Polled } from "../src/types.ts";
import { App } from "./fakes/app.ts";
import { pass, putNote, Table, type Watched } from "./fakes/table.ts";

const RUNS = Number(process.env["VTTSYNC_CLIENT_RUNS"] ?? 150);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("commit"), key: fc.constantFrom("a", "b") }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("deliver"), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.nat(4000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("cut", "down", "up", "up", "wake") }) },
  fc.record({ do: fc.constant("slow"), ms: fc.nat(2500) }),
  fc.record({ do: fc.constant("slowApp"), ms: fc.nat(6000) }),
);
type Act = { readonly do: string } & Partial<{ key: string; count: number; ms: number }>;

/** An app whose commits count up, and a session that must never see them count down. */
class Counting {
  readonly table = new Table();
  readonly app = new App(this.table.room);
  readonly ann: Watched;
  /** What shouldn't have been: neither listeners nor polls can let an exception through. */
  readonly wrong: string[] = [];
  #count = 0;

  constructor() {
    this.ann = this.table.follow({ poll: { fn: () => this.#poll(), every: 500, grace: 1000 } });
    const newest: Record<string, number> = {};
    this.ann.session.subscribe(() => {
      for (const { key, value } of this.ann.view) {
        const count = Number((value as { name: string }).name);
        if (count < (newest[key] ?? 0)) this.wrong.push(`${key}: ${count} after ${newest[key]}`);
        if (count > this.#count) this.wrong.push(`${key}: ${count} of ${this.#count}`);
        newest[key] = count;
      }
      if (this.ann.view.length < Object.keys(newest).length) this.wrong.push("less than before");
    });
  }

  async play(act: Act): Promise<void> {
    const { network } = this.table.room;
    if (act.do === "commit") this.app.commit(putNote(act.key ?? "a", String((this.#count += 1))));
    else if (act.do === "deliver") this.app.deliver(act.count);
    else if (act.do === "pass") await pass(act.ms ?? 0);
    else if (act.do === "cut") network.cut();
    else if (act.do === "down") network.down();
    else if (act.do === "up") network.up();
    else if (act.do === "wake") this.table.page.wake();
    else if (act.do === "slow") network.latency = act.ms ?? 0;
    else if (act.do === "slowApp") this.app.latency = act.ms ?? 0;
  }

  async end(): Promise<void> {
    const { network } = this.table.room;
    network.up();
    network.latency = this.app.latency = 10;
    await pass(40_000);
    this.app.deliver();
    await pass(40_000);
  }

  #poll(): Promise<Polled> {
    if (this.ann.status === "live") this.wrong.push("a poll while live");
    return this.app.poll();
  }
}

it("never backwards, never ahead, never a poll while live, and live in the end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const counting = new Counting();
      try {
        for (const act of acts) await counting.play(act as Act);
        await counting.end();
        expect(counting.wrong).toEqual([]);
        expect(counting.ann.status).toBe("live");
        expect(counting.ann.view).toEqual(counting.app.rows);
        const polls = counting.app.asked.length;
        await pass(60_000);
        expect(counting.app.asked.length).toBe(polls);
      } finally {
        counting.table.close();
      }
    }),
    { numRuns: RUNS },
  );
}, 120_000);
