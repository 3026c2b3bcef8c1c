/** What must hold of every history of publishes, tried on random ones. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Batch } from "../src/batch.ts";
import { KIND_NAMES, ROLES, type Audience, type KindName } from "../src/kinds.ts";
import { audiencesOf } from "../src/views.ts";
import { fieldsOf, keysOf, patchOf, rowOf, WEIGHTS, type Fields, type Keys } from "./fields.ts";
import { Listener, Room, type Intent } from "./histories.ts";
import { pairs, SECRET_SETTING, type Request } from "./secrets.ts";

/** Milliseconds; shrinking a failure takes longer than finding it. */
const TIMEOUT = 60_000;

const OPEN_KEYS: Keys = {
  scenes: ["s1", "s2", "none"],
  tokens: ["t1", "t2", "none"],
  combats: ["m1", "m2", "none"],
  combatants: ["c1", "c2", "c3"],
};

function intentOn(kind: KindName, fields: Fields): fc.Arbitrary<Intent> {
  const key = fc.constantFrom(...keysOf(kind));
  const put = fc.record({ op: fc.constant("put" as const), value: rowOf(kind, fields) });
  const patch = fc.record({ op: fc.constant("patch" as const), value: patchOf(kind, fields) });
  const other = fc.record({ op: fc.constantFrom("del" as const, "stale" as const) });
  const what = fc.oneof({ weight: 4, arbitrary: put }, { weight: 4, arbitrary: patch }, other);
  return fc.tuple(key, what).map(([drawn, rest]): Intent => ({ kind, key: drawn, ...rest }));
}

const fields = fieldsOf(OPEN_KEYS, ["ann", "bob"]);
const anyIntent = fc.oneof(
  ...KIND_NAMES.map((kind) => ({ weight: WEIGHTS[kind], arbitrary: intentOn(kind, fields[kind]) })),
);
const publishes = fc.array(fc.array(anyIntent, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 14,
});
const moments = fc.array(fc.record({ flush: fc.boolean(), take: fc.constantFrom(...ROLES, null) }), {
  minLength: 14,
  maxLength: 14,
});
type Moment = { flush: boolean; take: Audience | null };

it("gives every audience, by its deltas, the view worked out from scratch", () => {
  const check = (history: Intent[][]): void => {
    const room = new Room();
    const listeners = new Map(ROLES.map((role) => [role as Audience, new Listener([])]));
    for (const intents of history) {
      const { deltas, moved } = room.publish(intents);
      for (const [audience, changes] of deltas) listeners.get(audience)?.hear(changes);
      expect([...deltas.keys()].filter((audience) => !listeners.has(audience))).toEqual([]);
      expect(moved.filter((user) => deltas.has(`user:${user}`))).toEqual([]);
      restart(listeners, moved, room);
      expectSameViews(listeners, room);
    }
  };
  fc.assert(fc.property(publishes, check), { numRuns: 150 });
}, TIMEOUT);

it("gives the same views when publishes are told of together, however they are split", () => {
  const check = (history: Intent[][], split: Moment[]): void => {
    const room = new Room();
    const batch = new Batch();
    const listeners = new Map(ROLES.map((role) => [role as Audience, new Listener([])]));
    history.forEach((intents, index) => {
      const plan = room.publish(intents);
      batch.add(plan);
      restart(listeners, plan.moved, room);
      const { flush, take } = split[index] ?? { flush: true, take: null };
      if (take) listeners.get(take)?.hear(batch.take(take, room.rows) ?? []);
      if (!flush && index < history.length - 1) return;
      const told = batch.flush(room.rows);
      for (const [audience, changes] of told) listeners.get(audience)?.hear(changes);
      expect([...told.keys()].filter((audience) => !listeners.has(audience))).toEqual([]);
      expectSameViews(listeners, room);
    });
  };
  fc.assert(fc.property(publishes, moments, check), { numRuns: 120 });
}, TIMEOUT);

/** Whoever was moved has another audience now, which begins with a snapshot. */
function restart(listeners: Map<Audience, Listener>, moved: readonly string[], room: Room): void {
  for (const user of moved) {
    const audience: Audience = `user:${user}`;
    if (room.rows.owners().has(user)) listeners.set(audience, new Listener(room.snapshot(audience)));
    else listeners.delete(audience);
  }
}

function expectSameViews(listeners: ReadonlyMap<Audience, Listener>, room: Room): void {
  expect([...listeners.keys()].sort()).toEqual(audiencesOf(room.rows).sort());
  for (const [audience, listener] of listeners) expect(listener.known()).toEqual(room.snapshot(audience));
}

/** All that one audience gets to know in one of the two histories. */
function heard(requests: readonly Request[], which: "first" | "second", audience: Audience): object[] {
  const room = new Room();
  const batch = new Batch();
  const all: object[] = [];
  const publish = (intents: readonly Intent[]): void => {
    const plan = room.publish(intents);
    batch.add(plan);
    if (plan.moved.some((user) => `user:${user}` === audience)) all.push(room.snapshot(audience));
    const delta = plan.deltas.get(audience);
    if (delta) all.push(delta);
  };
  publish(SECRET_SETTING);
  for (const { secrets, steps, flush } of requests) {
    publish(secrets[which]);
    publish(steps.flatMap((step) => step[which]));
    if (flush) all.push({ held: batch.take(audience, room.rows) ?? null }, room.snapshot(audience));
  }
  return [...all, room.snapshot(audience)];
}

it.each(["player", "spectator", "display", "user:ann"] as const)(
  "tells %s the same, whatever happens that it may not see",
  (audience) => {
    const check = (requests: Request[]): void => {
      expect(heard(requests, "first", audience)).toEqual(heard(requests, "second", audience));
    };
    fc.assert(fc.property(pairs(audience), check), { numRuns: 100 });
  },
  TIMEOUT,
);
