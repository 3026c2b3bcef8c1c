/** Publishing without an outbox. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as vp from "../src/index.ts";
import { FakeRoom, FAULTS, until } from "./room.ts";

const QUIET = { warn: () => {}, error: () => {} };
const FAST = { firstWait: 1, longestWait: 5 };

function publisherOf(room: FakeRoom, options: vp.PublisherOptions = {}): vp.Publisher {
  const more = { fetch: room.fetch, log: QUIET, pace: FAST, ...options };
  return new vp.Publisher("http://room.test/", "key", more);
}

const hero = (rev: number, more: vp.Row = {}): vp.Change =>
  vp.put("token", "hero", rev, { x: rev, ...more });
const upTo = (most: number): number[] => Array.from({ length: most }, (_, place) => place + 1);

test("ten thousand changes wait while the room is down, and arrive once, in order", async () => {
  const room = new FakeRoom();
  room.faults = Array.from({ length: 20 }, () => "refused");
  const publisher = publisherOf(room);
  await Promise.all(upTo(10_000).map((rev) => publisher.publish("friday", [hero(rev)])));
  assert.deepEqual(room.revs("friday"), upTo(10_000));
});

test("sessions don't wait for one another, a session keeps its order", async () => {
  const room = new FakeRoom();
  const gate = Promise.withResolvers<void>();
  room.held = (session) => (session === "stuck" ? gate.promise : undefined);
  const publisher = publisherOf(room);
  const stuck = Promise.all(upTo(5).map((rev) => publisher.publish("stuck", [hero(rev)])));
  await publisher.publish("friday", [hero(1)]);
  assert.deepEqual(room.revs("stuck"), []);
  gate.resolve();
  await stuck;
  assert.deepEqual(room.revs("stuck"), upTo(5));
});

test("a full queue is told and drops nothing; what is aborted in time is never sent", async () => {
  const room = new FakeRoom();
  const gate = Promise.withResolvers<void>();
  room.held = () => gate.promise;
  const publisher = publisherOf(room, { queueBytes: 1000 });
  const first = publisher.publish("friday", [hero(1)]);
  await until(() => room.requests.length === 1);
  const abort = new AbortController();
  const second = publisher.publish("friday", [hero(2)], { signal: abort.signal });
  const third = publisher.publish("friday", [hero(3)]);
  const large = [hero(4, { name: "x".repeat(800) })];
  await assert.rejects(publisher.publish("friday", large), vp.QueueFullError);
  abort.abort();
  await assert.rejects(second, { name: "AbortError" });
  gate.resolve();
  await Promise.all([first, third]);
  await publisher.publish("friday", large);
  assert.deepEqual(room.revs("friday"), [1, 3, 4]);
});

test("a silent room is asked again after its time", async () => {
  const room = new FakeRoom();
  const publisher = publisherOf(room, {
    pace: { ...FAST, timeout: 20 },
    fetch: async (url, init) => {
      if (room.requests.length > 0) return room.fetch(url, init);
      room.requests.push({ session: "", body: "" });
      await new Promise((resolve) => init.signal!.addEventListener("abort", resolve));
      throw init.signal!.reason;
    },
  });
  await publisher.publish("friday", [hero(1)]);
  assert.equal(room.requests.length, 2);
});

test("closing tells those who wait", async () => {
  const room = new FakeRoom();
  room.faults = Array.from({ length: 1000 }, () => "refused");
  const publisher = publisherOf(room);
  const waits = publisher.publish("friday", [hero(1)]);
  await until(() => room.requests.length > 1);
  await Promise.all([assert.rejects(waits, vp.StoppedError), publisher.close()]);
  await assert.rejects(publisher.publish("friday", [hero(2)]), vp.StoppedError);
});

test("a kick is repeated and given up; a refused key is told", async () => {
  const room = new FakeRoom();
  const publisher = publisherOf(room);
  room.faults = ["refused", "503", "lost"];
  await assert.rejects(publisher.health("friday"), vp.UnreachableError);
  assert.equal((await publisher.health("friday")).epoch, "e0");
  room.key = "another";
  await assert.rejects(publisher.kick("friday", { user: "ann" }), vp.KeyRefusedError);
  const told = await publisher.publish("friday", [hero(1)]).catch((error: Error) => error);
  assert.ok(told instanceof vp.KeyRefusedError);
  assert.equal(told.name, "KeyRefusedError");
});

for (const [url, key] of [["", "k"], ["room.example", "k"], ["https://", "k"], ["https://a@b", "k"], ["http://a", ""], ["http://a", "a\nb"]] as const) {
  test(`an address or a key that can't be: ${JSON.stringify([url, key])}`, () => {
    assert.throws(() => new vp.Publisher(url, key), RangeError);
  });
}

test("what JSON would lose is refused", () => {
  for (const value of [NaN, Infinity, 1n, [undefined], new Map(), () => 1, Symbol("x")]) {
    assert.throws(() => vp.put("token", "a", 1, { value }), TypeError);
  }
  assert.throws(() => vp.changesText([{ ...hero(1), revision: 1 } as vp.Change]), TypeError);
  assert.throws(() => vp.changesText(upTo(501).map((rev) => hero(rev))), vp.TooLargeError);
  const rows = upTo(12).map((n) => vp.put("note", `n${n}`, 1, { text: "x".repeat(200_000) }));
  assert.throws(() => vp.changesText(rows), vp.TooLargeError);
  assert.deepEqual([...vp.inPublishes(rows)].map(({ length }) => length), [5, 5, 2]);
});

test("whatever happens on the way, the room ends as the database is", async () => {
  const write = fc.record({
    session: fc.constantFrom("a", "b"),
    key: fc.constantFrom("t1", "t2", "t3"),
    op: fc.constantFrom("put", "patch", "del"),
    turns: fc.nat(3),
  });
  const faults = fc.array(fc.constantFrom(...FAULTS, "forgets" as const), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 40 }), faults, async (writes, happens) => {
      const room = new FakeRoom();
      room.faults = [...happens];
      const rows = new Map<string, { rev: number; row: vp.Row | undefined }>();
      const wholeRow: vp.FindWholeRow = (session, _kind, key) => {
        const found = rows.get(`${session}/${key}`);
        return found?.row && { rev: found.rev, row: found.row };
      };
      const publisher = publisherOf(room, { wholeRow, pace: { firstWait: 0, longestWait: 0 } });
      const calls: Promise<unknown>[] = [];
      for (const [number, { session, key, op, turns }] of writes.entries()) {
        const old = rows.get(`${session}/${key}`);
        const rev = (old?.rev ?? 0) + 1;
        const value = { n: number };
        if (op === "del") calls.push(publisher.publish(session, [vp.del("token", key, rev)]));
        else if (op === "patch" && old?.row) {
          calls.push(publisher.publish(session, [vp.patch("token", key, rev, old.rev, value)]));
        } else calls.push(publisher.publish(session, [vp.put("token", key, rev, value)]));
        rows.set(`${session}/${key}`, { rev, row: op === "del" ? undefined : value });
        for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
      }
      await Promise.all(calls);
      for (const session of ["a", "b"]) {
        const mine = [...rows].filter(([name]) => name.startsWith(`${session}/`));
        const live = mine.filter(([, { row }]) => row);
        if (happens.includes("forgets")) {
          const puts = live.map(([name, { rev, row }]) => vp.put("token", name.slice(2), rev, row!));
          await publisher.republish(session, puts);
        } else {
          const applied = room.session(session).applied;
          assert.equal(applied.length, writes.filter((it) => it.session === session).length);
        }
        const wanted = live.map(([name, { row }]) => [`token/${name.slice(2)}`, row]);
        const { rows: got } = room.session(session);
        assert.deepEqual(new Map(got), new Map(wanted as [string, vp.Row][]));
      }
    }),
    { numRuns: 300 },
  );
});
