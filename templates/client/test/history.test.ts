/** Random histories: whatever happens on the way, everyone ends with what the room has. */
import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Entity, ViewChange } from "../src/protocol.ts";
import type { Session } from "../src/types.ts";
import { listed } from "./fakes/listed.ts";
import type { Network } from "./fakes/socket.ts";
import { pass, Table } from "./fakes/table.ts";

const RUNS = Number(process.env["VTTSYNC_CLIENT_RUNS"] ?? 150);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const key = fc.constantFrom("a", "b", "c", "__proto__");
const value = fc.dictionary(fc.constantFrom("x", "y", "z"), fc.oneof(fc.nat(3), fc.record({ deep: fc.nat(2) })));
const patch = fc.dictionary(
  fc.constantFrom("x", "y", "z"),
  fc.oneof(fc.constant(null), fc.nat(3), fc.record({ deep: fc.option(fc.nat(2)) })),
);
const kind = fc.constantFrom("note", "token");

/** A change, which is one only where what it changes is there. */
const change = fc.oneof(
  fc.record({ op: fc.constant("put"), kind, key, value }),
  fc.record({ op: fc.constant("patch"), kind, key, value: patch }),
  fc.record({ op: fc.constant("del"), kind, key }),
);

const audience = fc.constantFrom("player", "user:ann");
const act = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("publish"), audience, changes: fc.array(change, { minLength: 1, maxLength: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.nat(3000) }) },
  fc.record({ do: fc.constantFrom("cut", "down", "up", "hold", "flush", "epoch", "stale", "remind", "freeze", "thaw") }),
  fc.record({ do: fc.constant("move"), audience }),
  fc.record({ do: fc.constant("harm"), pattern: fc.array(fc.constantFrom(0, 1, 1, 1, 2), { minLength: 1, maxLength: 7 }) }),
  fc.record({ do: fc.constant("slow"), ms: fc.nat(500) }),
);
type Act = { readonly do: string } & Partial<{
  audience: string;
  changes: ViewChange[];
  ms: number;
  pattern: number[];
}>;

/** Every state that each stream was in, by epoch and seq. */
class Record {
  readonly #table: Table;
  readonly #states = new Map<string, string>();
  /** What was shown and shouldn't have been: a session doesn't let a listener's exception through. */
  readonly wrong: string[] = [];

  constructor(table: Table) {
    this.#table = table;
    this.note();
  }

  /** What there is now. */
  note(): void {
    for (const audience of ["player", "user:ann"]) {
      const { epoch, seq } = this.#table.room.stream(audience);
      this.#states.set(`${epoch} ${seq}`, textOf(this.#table.room.view(audience)));
    }
  }

  /** Holds everything a session shows to it. */
  watch(session: Session): void {
    const newest = new Map<string, number>();
    session.subscribe(() => {
      const { cursor, entities } = session.getSnapshot();
      if (!cursor) return;
      const place = `${cursor.epoch} ${cursor.seq}`;
      const shown = textOf(listed(entities));
      if (shown !== this.#states.get(place)) this.wrong.push(`${place}: ${shown}`);
      if (cursor.seq < (newest.get(cursor.epoch) ?? 0)) this.wrong.push(`${place}: backwards`);
      newest.set(cursor.epoch, cursor.seq);
    });
  }
}

/** As text, with fields in one order. */
function textOf(entities: readonly Entity[]): string {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
      : value;
  return JSON.stringify(entities, sorted);
}

/** Leaves out what would change something that isn't there, as a room never does. */
function possible(changes: readonly ViewChange[], view: readonly Entity[]): ViewChange[] {
  const names = new Set(view.map((entity) => `${entity.kind} ${entity.key}`));
  return changes.filter((change) => {
    const name = `${change.kind} ${change.key}`;
    if (change.op === "put") names.add(name);
    const isThere = names.has(name);
    if (change.op === "del") names.delete(name);
    return isThere;
  });
}

/** What was on its way is lost for good: no socket survives that. */
function thaw(network: Network): void {
  if (network.isFrozen) network.cut();
  network.isFrozen = false;
}

async function play(table: Table, record: Record, act: Act): Promise<void> {
  const { room } = table;
  const { network } = room;
  if (act.do === "publish") room.publish(possible(act.changes ?? [], room.view(act.audience)), act.audience);
  else if (act.do === "pass") await pass(act.ms ?? 0);
  else if (act.do === "cut") network.cut();
  else if (act.do === "down") network.down();
  else if (act.do === "up") network.up();
  else if (act.do === "hold") room.hold();
  else if (act.do === "flush") room.flush();
  else if (act.do === "epoch") {
    room.newEpoch();
    network.cut();
  } else if (act.do === "stale") room.stale();
  else if (act.do === "remind") room.remind();
  else if (act.do === "freeze") network.isFrozen = true;
  else if (act.do === "thaw") thaw(network);
  else if (act.do === "move") room.move("ann", act.audience ?? "player");
  else if (act.do === "slow") network.latency = act.ms ?? 0;
  else if (act.do === "harm") {
    const pattern = act.pattern ?? [1];
    let count = 0;
    network.harm = (text) => {
      // Without it the room would wait for ever: what TCP carries on is the one thing taken as given.
      if (text.includes('"stale"')) return [text];
      return Array.from({ length: pattern[(count += 1) % pattern.length] ?? 1 }, () => text);
    };
  }
  record.note();
}

it("loss, repeats, cuts, spans, parts, moves and new epochs: it ends equal, and never runs ahead or back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (acts, partSize) => {
      const table = new Table();
      const { room } = table;
      room.partSize = partSize;
      room.ringRows = 5;
      const record = new Record(table);
      try {
        const ann = table.follow();
        record.watch(ann.session);
        for (const act of acts) await play(table, record, act as Act);
        room.flush();
        room.network.up();
        thaw(room.network);
        room.network.latency = 10;
        room.network.harm = (text) => [text];
        await pass(60_000);
        room.remind();
        await pass(60_000);
        const { status, audience, cursor } = ann.session.getSnapshot();
        const { epoch, seq } = room.stream(audience);
        expect({ status, cursor }).toEqual({ status: "live", cursor: { epoch, seq } });
        expect(textOf(ann.view)).toBe(textOf(room.view(audience)));
        expect(record.wrong).toEqual([]);
      } finally {
        table.close();
      }
    }),
    { numRuns: RUNS },
  );
}, 120_000);
