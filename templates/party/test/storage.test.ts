import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LIMITS } from "../src/limits.ts";
import { aScene, aToken, authorized, freshSession, join, publish, put, snapshotFor } from "./client.ts";

const stubOf = (session: string) => env.Session.getByName(session);
const DAY = 86_400_000;

/** A room as the first schema left it. */
async function oldRoom(session: string): Promise<void> {
  await runInDurableObject(stubOf(session), (_room, { storage }) => {
    storage.sql.exec(`
      CREATE TABLE room (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, seq TEXT NOT NULL);
      CREATE TABLE entity (kind TEXT NOT NULL, key TEXT NOT NULL, rev INTEGER NOT NULL, value TEXT,
        PRIMARY KEY (kind, key)) WITHOUT ROWID;
      CREATE TABLE link (to_kind TEXT NOT NULL, to_key TEXT NOT NULL, kind TEXT NOT NULL,
        key TEXT NOT NULL, PRIMARY KEY (to_kind, to_key, kind, key)) WITHOUT ROWID;
      INSERT INTO room VALUES (1, 'old', '{"gm":3,"player":2,"spectator":2,"display":2}');`);
    const insert = "INSERT INTO entity (kind, key, rev, value) VALUES (?, ?, ?, ?)";
    storage.sql.exec(insert, "scene", "scn", 4, JSON.stringify(aScene));
    storage.sql.exec(insert, "token", "t", 7, JSON.stringify(aToken));
    storage.sql.exec(insert, "token", "dead", 9, null);
    storage.sql.exec("INSERT INTO link VALUES ('scene', 'scn', 'token', 't')");
  });
}

describe("storage of an older schema", () => {
  it("is brought up to date, rows, revs, tombstones and links kept", async () => {
    const s = freshSession();
    await oldRoom(s);
    const { entities, epoch } = await snapshotFor(s, "player");
    expect(entities.map(({ key }) => key)).toEqual(["scn", "t"]);
    expect(epoch).not.toContain("old");
    const again = await publish(s, put("token", "t", 7, aToken), put("token", "dead", 9, aToken));
    expect(again.applied).toEqual([]);
    const player = await join(s, "player");
    await publish(s, put("scene", "scn", 5, { ...aScene, hidden: true }));
    expect((await player.news()).map(({ op, key }) => `${op} ${key}`)).toEqual(["del scn", "del t"]);
  });

  it("is refused when it is newer than the code", async () => {
    const s = freshSession();
    await publish(s, put("scene", "scn", 1, aScene));
    await runInDurableObject(stubOf(s), (_room, { storage }) => {
      storage.sql.exec("UPDATE schema SET had = 99");
    });
    await evictDurableObject(stubOf(s));
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    const response = await authorized(`/parties/session/${s}/health`);
    expect(response.status).toBe(500);
    expect(errors.mock.calls.join()).toContain("schema 99");
    errors.mockRestore();
  });
});

describe("another version of the code", () => {
  it("begins a new epoch over the same rows, since its rules may differ", async () => {
    const s = freshSession();
    await publish(s, put("scene", "scn", 1, aScene));
    const before = (await join(s, "player")).view();
    await runInDurableObject(stubOf(s), (_room, { storage }) => {
      storage.sql.exec("UPDATE room SET version = 'before'");
    });
    await evictDurableObject(stubOf(s));
    const back = await join(s, "player", { cursor: before.cursor });
    expect(back.frames.map(({ type }) => type)).toEqual(["hello", "snapshot"]);
    expect(back.view().cursor.epoch).not.toBe(before.cursor.epoch);
    expect(back.view().sorted()).toEqual(before.sorted());
  });
});

describe("an unused room", () => {
  const ages = (session: string, days: number) =>
    runInDurableObject(stubOf(session), (_room, { storage }) => {
      storage.sql.exec("UPDATE room SET used = ?", Date.now() - days * DAY);
    });
  const rows = (session: string) =>
    runInDurableObject(stubOf(session), (_room, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'entity'").toArray(),
    );
  const alarmAt = (session: string) =>
    runInDurableObject(stubOf(session), (_room, { storage }) => storage.getAlarm());

  it("forgets itself after thirty days", async () => {
    const s = freshSession();
    await publish(s, put("scene", "scn", 1, aScene));
    await ages(s, 31);
    expect(await runDurableObjectAlarm(stubOf(s))).toBe(true);
    expect(await rows(s)).toEqual([]);
    expect(await alarmAt(s)).toBeNull();
  });

  it("looks again when it has been used since", async () => {
    const s = freshSession();
    await publish(s, put("scene", "scn", 1, aScene));
    await ages(s, 10);
    await runDurableObjectAlarm(stubOf(s));
    expect(await rows(s)).toHaveLength(1);
    expect(((await alarmAt(s)) ?? 0) - Date.now()).toBeGreaterThan(19 * DAY);
  });

  it("stays while someone is there, though nothing is published", async () => {
    const s = freshSession();
    await publish(s, put("scene", "scn", 1, aScene));
    await join(s, "display");
    await ages(s, 90);
    await evictDurableObject(stubOf(s));
    await runDurableObjectAlarm(stubOf(s));
    expect(await rows(s)).toHaveLength(1);
  });

  it("leaves no alarm when it is deleted", async () => {
    const s = freshSession();
    await publish(s, put("scene", "scn", 1, aScene));
    await authorized(`/parties/session/${s}`, { method: "DELETE" });
    expect(await alarmAt(s)).toBeNull();
  });
});

describe("what is published just before memory is lost", () => {
  beforeEach(() => {
    vi.spyOn(console, "log").mockImplementation(() => {});
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("is asked for by clients who hear that they are behind", async () => {
    const s = freshSession();
    await publish(s, put("scene", "scn", 1, aScene));
    const player = await join(s, "player");
    const many = LIMITS.deltas.burst + 5;
    await Promise.all(
      Array.from({ length: many }, (_one, index) => publish(s, put("token", `t${index}`, 1, aToken))),
    );
    await evictDurableObject(stubOf(s));
    await authorized(`/parties/session/${s}/health`);
    await player.settle();
    const { cursor } = player.view();
    const told = player.only("hello").at(-1);
    expect(told?.seq).toBe(many + 1);
    if (cursor.seq <= many) {
      player.socket.send(JSON.stringify({ type: "resume", ...cursor }));
      await player.settle();
    }
    expect(player.view().entities.size).toBe(many + 1);
  });
});
