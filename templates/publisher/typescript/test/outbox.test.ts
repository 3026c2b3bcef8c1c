/** The outbox: what was committed arrives, once, in order. */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import * as vp from "../src/index.ts";
import { postgres, sqlite, type Database } from "./databases.ts";
import { FakeRoom, until } from "./room.ts";

const QUIET = { warn: () => {}, error: () => {} };
const FAST = { firstWait: 1, longestWait: 10, poll: 10 };
const POSTGRES = process.env["VTTSYNC_TEST_POSTGRES"];

const hero = (rev: number): vp.Change => vp.put("token", "hero", rev, { x: rev });
const dragon = (rev: number): vp.Change => vp.put("dragon", "smaug", rev, {});
const upTo = (most: number): number[] => Array.from({ length: most }, (_, place) => place + 1);

describe("SQLite", () => suite(sqlite));
// Where none is named, the report says that these were skipped.
const skip = POSTGRES ? false : "VTTSYNC_TEST_POSTGRES names no database";
describe("PostgreSQL", { skip }, () => suite(() => postgres(POSTGRES!)));

function suite(open: () => Promise<Database>): void {
  async function opened(t: TestContext): Promise<Database> {
    const database = await open();
    t.after(() => database.end());
    return database;
  }

  /** Runs a publisher during `body`. */
  async function running(
    room: FakeRoom,
    { outbox }: Database,
    body: (publisher: vp.Publisher) => Promise<void>,
    options: vp.PublisherOptions = {},
  ): Promise<void> {
    const { fetch } = room;
    const more = { outbox, fetch, log: QUIET, ...options, pace: { ...FAST, ...options.pace } };
    const publisher = new vp.Publisher("http://room.test", "key", more);
    const run = publisher.run();
    try {
      await body(publisher);
    } finally {
      await publisher.close();
      await run;
    }
  }

  async function deliver(
    room: FakeRoom,
    database: Database,
    options: vp.PublisherOptions = {},
  ): Promise<void> {
    const empty = async (): Promise<boolean> => (await database.pending("friday")) === 0;
    await running(room, database, () => until(empty), options);
  }

  test("what was committed is delivered in order", async (t) => {
    const database = await opened(t);
    const room = new FakeRoom();
    room.faults = ["refused", "503", "lost", "garbage"];
    for (const rev of upTo(600)) await database.save("friday", hero(rev));
    assert.equal(await database.pending("friday"), 600);
    await deliver(room, database);
    assert.deepEqual(room.revs("friday"), upTo(600));
    assert.ok(room.requests.length < 10);
  });

  test("a refused publish is set aside, told, tried again and thrown away", async (t) => {
    const database = await opened(t);
    const room = new FakeRoom();
    const told: vp.Refused[] = [];
    await database.save("friday", hero(1));
    for (const rev of upTo(3)) await database.save("friday", dragon(rev), hero(10 + rev));
    await database.save("friday", hero(2));
    await deliver(room, database, { onRefused: (refused) => void told.push(refused) });
    assert.deepEqual(room.revs("friday"), [1, 2]);
    const refused = await database.refused();
    assert.deepEqual(refused, told);
    assert.deepEqual(refused[0]?.changes, [dragon(1), hero(11)]);
    assert.equal(refused[0]?.refusal.code, "bad_change");
    await database.decide("discard", refused[0]!.id);
    await database.decide("retry", refused[1]!.id);
    await database.decide("prune", 1);
    room.kinds.push("dragon");
    await deliver(room, database);
    assert.deepEqual(room.revs("friday"), [1, 2, 2, 12]);
    assert.equal((await database.refused()).length, 1);
    await database.decide("prune", -1);
    assert.deepEqual(await database.refused(), []);
  });

  test("wake is enough", async (t) => {
    const database = await opened(t);
    const room = new FakeRoom();
    await running(
      room,
      database,
      async (publisher) => {
        for (const rev of upTo(30)) {
          await database.save("friday", hero(rev));
          publisher.wake();
          // Whatever moment of the delivery before this falls into.
          for (let turn = 0; turn < rev; turn += 1) await new Promise(setImmediate);
        }
        await until(async () => (await database.pending("friday")) === 0);
      },
      { pace: { poll: 3_600_000 } },
    );
    assert.deepEqual(room.revs("friday"), upTo(30));
  });

  test("two publishers on one outbox send each publish once", async (t) => {
    const database = await opened(t);
    const room = new FakeRoom();
    await running(room, database, () =>
      running(room, database, async (second) => {
        for (const rev of upTo(40)) {
          await database.save("friday", hero(rev));
          second.wake();
        }
        await until(async () => (await database.pending("friday")) === 0);
      }),
    );
    assert.deepEqual(room.revs("friday"), upTo(40));
    const sent = room.requests.flatMap(({ body }) => JSON.parse(body).changes);
    assert.equal(sent.length, 40);
  });

  test("what a dead process held is taken over; who stops lets go at once", async (t) => {
    const database = await opened(t);
    const room = new FakeRoom();
    await database.save("friday", hero(1));
    assert.ok(await database.outbox.hold("friday", "dead", 200));
    assert.ok(!(await database.outbox.hold("friday", "living", 200)));
    await deliver(room, database);
    await database.save("friday", hero(2));
    let asked = 0;
    room.held = () => {
      asked += 1;
      return new Promise(() => {});
    };
    const hangs: vp.PublisherOptions = {
      fetch: (url, init) =>
        Promise.race([
          room.fetch(url, init),
          new Promise<never>((_, reject) => {
            init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
          }),
        ]),
    };
    await running(room, database, () => until(() => asked === 1), hangs);
    assert.ok(await database.outbox.hold("friday", "next", 1000));
    assert.equal(await database.pending("friday"), 1);
  });

  test("a refused key stops and loses nothing", async (t) => {
    const database = await opened(t);
    const room = new FakeRoom();
    room.key = "another";
    await database.save("friday", hero(1));
    const { outbox } = database;
    const { fetch } = room;
    const publisher = new vp.Publisher("http://room.test", "key", { outbox, fetch, log: QUIET });
    await assert.rejects(publisher.run(), vp.KeyRefusedError);
    await assert.rejects(publisher.deliver(), vp.KeyRefusedError);
    assert.equal(await database.pending("friday"), 1);
    room.key = "key";
    assert.equal(await publisher.deliver(), 0);
  });

  test("delivering once, and a room that is another", async (t) => {
    const database = await opened(t);
    const room = new FakeRoom();
    room.faults = ["503", "503"];
    await database.save("friday", hero(1));
    await database.save("saturday", hero(1));
    const { outbox } = database;
    const { fetch } = room;
    const publisher = new vp.Publisher("http://room.test", "key", { outbox, fetch, log: QUIET });
    assert.equal(await publisher.deliver(), 2);
    assert.equal(await publisher.deliver(), 0);
    const rows = (): vp.Change[] => [hero(1)];
    assert.equal(await publisher.republishIfNew("friday", rows), true);
    assert.equal(await publisher.republishIfNew("friday", rows), false);
    room.forget("friday");
    assert.equal(await publisher.republishIfNew("friday", rows), true);
    assert.deepEqual(room.revs("friday"), [1]);
  });
}

test("outside a transaction nothing is added", async (t) => {
  const database = await sqlite();
  t.after(() => database.end());
  const { DatabaseSync } = await import("node:sqlite");
  const outbox = database.outbox as vp.SqliteOutbox;
  const outside = new DatabaseSync(":memory:");
  assert.throws(() => outbox.add(outside, "friday", [hero(1)]), vp.NotInTransactionError);
});
