import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../src/limits.ts";
import { aScene, aToken, connect, freshSession, join, patch, publish, put } from "./client.ts";

const stubOf = (session: string) => env.Session.getByName(session);
const aNote = (text: string) => ({ name: "n", text });

/** Publishes moves of one token, each in a request of its own. */
async function move(session: string, from: number, to: number): Promise<void> {
  for (let rev = from; rev <= to; rev += 1) {
    await publish(session, put("token", "t", rev, { ...aToken, x: rev }));
  }
}

/** A session with a scene and a token, and a player's cursor in it. */
async function begun() {
  const session = freshSession();
  await publish(session, put("scene", "scn", 1, aScene), put("token", "t", 1, aToken));
  const player = await join(session, "player");
  player.socket.close(1000);
  return { session, view: player.view() };
}

describe("coming back", () => {
  it("tells exactly what was missed, in order, each with its seq", async () => {
    const { session, view } = await begun();
    await move(session, 2, 5);
    await evictDurableObject(stubOf(session));
    const back = await join(session, "player", { cursor: view.cursor });
    expect(back.frames.map(({ type }) => type)).toEqual(["hello", "delta", "delta", "delta", "delta"]);
    expect(view.apply(back.frames).cursor.seq).toBe(5);
    expect(view.entities.get("token/t")?.value).toMatchObject({ x: 5 });
    await move(session, 6, 6);
    await back.settle();
    expect(view.apply(back.frames.slice(5)).cursor.seq).toBe(6);
  });

  it("tells no more than hello to one who missed nothing", async () => {
    const { session, view } = await begun();
    const back = await join(session, "player", { cursor: view.cursor });
    expect(back.frames).toMatchObject([{ type: "hello", ...view.cursor }]);
  });

  it("tells nothing of what was hidden from those who missed it", async () => {
    const { session, view } = await begun();
    await publish(session, put("token", "lich", 1, { ...aToken, hidden: true }));
    await move(session, 2, 2);
    await publish(session, patch("token", "lich", 2, 1, { x: 7 }));
    const back = await join(session, "player", { cursor: view.cursor });
    expect(back.deltas.map(({ seq }) => seq)).toEqual([2]);
    expect(back.texts.join()).not.toContain("lich");
  });

  it.each([
    ["another epoch", { epoch: "gone.player", seq: 1 }],
    ["another audience's epoch", undefined],
    ["a seq that is yet to come", { seq: 999 }],
  ])("sends a snapshot for %s", async (_what, cursor) => {
    const { session, view } = await begun();
    await move(session, 2, 3);
    const epoch = cursor ? view.cursor.epoch : (await join(session, "gm")).view().cursor.epoch;
    const back = await join(session, "player", { cursor: { epoch, seq: 1, ...cursor } });
    expect(back.frames.map(({ type }) => type)).toEqual(["hello", "snapshot"]);
  });

  it.each(["x", "-1", "1.5", "", "99999999999999999999"])("takes seq=%s for none", async (seq) => {
    const { session, view } = await begun();
    const cursor = { epoch: view.cursor.epoch, seq: seq as unknown as number };
    const back = await join(session, "player", { cursor });
    expect(back.frames.map(({ type }) => type)).toEqual(["hello", "snapshot"]);
  });

  it("sends a snapshot to one who owned nothing in between", async () => {
    const { session } = await begun();
    const owned = (rev: number, ownerIds: object) => publish(session, put("token", "t", rev, { ...aToken, x: rev, ownerIds }));
    await owned(2, { ann: true });
    const ann = await join(session, "player", { sub: "ann" });
    ann.socket.close(1000);
    expect(Object.keys((await owned(3, {})).seq)).not.toContain("user:ann");
    await publish(session, put("scene", "scn", 2, { ...aScene, name: "Crypt" }));
    expect((await owned(4, { ann: true })).seq).toMatchObject({ "user:ann": 3 });
    const back = await join(session, "player", { sub: "ann", cursor: ann.view().cursor });
    const view = ann.view().apply(back.frames);
    expect(view.entities.get("scene/scn")?.value).toMatchObject({ name: "Crypt" });
    expect(view.entities.get("token/t")?.value).toMatchObject({ x: 4 });
  });

  it("remembers the last publishes only", async () => {
    const { session, view } = await begun();
    await move(session, 2, LIMITS.ringRows + 1);
    const inside = await join(session, "player", { cursor: view.cursor });
    expect(inside.only("snapshot")).toEqual([]);
    expect(view.apply(inside.frames).cursor.seq).toBe(LIMITS.ringRows + 1);
    await move(session, LIMITS.ringRows + 2, LIMITS.ringRows + 2);
    const cursor = { epoch: view.cursor.epoch, seq: 1 };
    const outside = await join(session, "player", { cursor });
    expect(outside.deltas).toEqual([]);
    expect(outside.only("snapshot")).toHaveLength(1);
  });

  it("sends a snapshot over what was too big to keep", async () => {
    const { session, view } = await begun();
    await publish(session, put("note", "n", 1, aNote("x".repeat(LIMITS.ringRowBytes))));
    const after = { epoch: view.cursor.epoch, seq: view.cursor.seq + 1 };
    await move(session, 2, 2);
    expect((await join(session, "player", { cursor: view.cursor })).only("snapshot")).toHaveLength(1);
    expect((await join(session, "player", { cursor: after })).only("snapshot")).toEqual([]);
  });
});

describe("resume", () => {
  it("tells what was missed on an open socket", async () => {
    const { session, view } = await begun();
    const player = await join(session, "player");
    await move(session, 2, 4);
    await player.settle();
    const had = player.frames.length;
    player.socket.send(JSON.stringify({ type: "resume", epoch: view.cursor.epoch, seq: 2 }));
    await player.settle();
    expect(player.frames.slice(had).map((frame) => frame.type === "delta" && frame.seq)).toEqual([3, 4]);
  });

  it("begins again with hello for another epoch", async () => {
    const { session } = await begun();
    const player = await join(session, "player");
    player.socket.send(JSON.stringify({ type: "resume", epoch: "gone", seq: 2 }));
    await player.settle();
    expect(player.frames.slice(2).map(({ type }) => type)).toEqual(["hello", "snapshot"]);
  });

  it("closes with 4429 on a client that asks for ever", async () => {
    const { session, view } = await begun();
    const player = await join(session, "player");
    for (let time = 0; time <= LIMITS.resumes.burst; time += 1) {
      player.socket.send(JSON.stringify({ type: "resume", ...view.cursor }));
    }
    expect((await player.closed).code).toBe(4429);
    expect(player.frames.at(-1)).toMatchObject({ type: "error", code: "too_fast" });
  });
});

describe("a client that reads too slowly", () => {
  const big = "x".repeat(LIMITS.rowBytes - 1024);

  it("is told so once, gets no more, and misses nothing after asking", async () => {
    const session = freshSession();
    const slow = await join(session, "player");
    for (let rev = 1; rev <= 8; rev += 1) await publish(session, put("note", "n", rev, aNote(big + rev)));
    await slow.settle();
    const [stale, ...others] = slow.only("stale");
    expect(others).toEqual([]);
    expect(slow.frames.at(-1)).toEqual(stale);
    expect(slow.view().cursor.seq).toBe(5);
    slow.socket.send(JSON.stringify({ type: "resume", ...slow.view().cursor }));
    await slow.settle();
    expect(slow.view().cursor.seq).toBe(8);
    expect(slow.view().entities.get("note/n")?.value).toMatchObject({ text: `${big}8` });
  });
});

describe("a big session", () => {
  it("is joined in parts, none above the limit", async () => {
    const session = freshSession();
    const text = "é".repeat(LIMITS.rowBytes / 2 - 1024);
    for (const key of ["a", "b", "c", "d", "e"]) await publish(session, put("note", key, 1, aNote(text)));
    const gm = await join(session, "gm");
    const parts = gm.only("snapshot");
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_part, index) => index + 1));
    expect(new Set(parts.map(({ parts: count }) => count))).toEqual(new Set([parts.length]));
    expect(parts.length).toBeGreaterThan(2);
    for (const frame of gm.texts) expect(new TextEncoder().encode(frame).length).toBeLessThanOrEqual(LIMITS.frameBytes);
    expect(gm.view().sorted().map(({ key }) => key)).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("reveals more than a frame holds with a snapshot", async () => {
    const session = freshSession();
    const text = "x".repeat(LIMITS.rowBytes - 1024);
    await publish(session, put("scene", "scn", 1, { ...aScene, hidden: true }));
    for (const key of ["a", "b", "c"]) await publish(session, put("note", key, 1, { ...aNote(text), sceneId: "scn" }));
    const player = await join(session, "player");
    await publish(session, put("scene", "scn", 2, aScene));
    await player.settle();
    expect(player.deltas).toEqual([]);
    expect(player.view().entities.size).toBe(4);
    await publish(session, put("scene", "scn", 3, { ...aScene, name: "Crypt" }));
    await player.settle();
    expect(player.view().cursor.seq).toBe(2);
  });

  it("comes whole, even when it fills the window", async () => {
    const session = freshSession();
    const text = "x".repeat(LIMITS.rowBytes - 1024);
    const keys = ["a", "b", "c", "d", "e", "f"];
    await publish(session, put("scene", "scn", 1, { ...aScene, hidden: true }));
    for (const key of keys) await publish(session, put("note", key, 1, { ...aNote(text), sceneId: "scn" }));
    const player = await join(session, "player");
    await publish(session, put("scene", "scn", 2, aScene));
    await player.settle();
    const last = player.frames.slice(-2).map(({ type }) => type);
    expect(last).toEqual(["snapshot", "stale"]);
    expect(player.view().entities.size).toBe(keys.length + 1);
  });
});

describe("many publishes at once", () => {
  it("come together, net, with the seqs that they cover", async () => {
    const { session } = await begun();
    const player = await join(session, "player");
    const many = LIMITS.deltas.burst + 30;
    await Promise.all(
      Array.from({ length: many }, (_one, index) =>
        publish(session, put("token", `t${index}`, 1, { ...aToken, x: index })),
      ),
    );
    await player.until(player.frames.length);
    await expect.poll(() => player.deltas.at(-1)?.seq, { timeout: 2000 }).toBe(many + 1);
    expect(player.deltas.length).toBeLessThan(many);
    expect(player.deltas.some(({ from }) => from !== undefined)).toBe(true);
    expect(player.view().entities.size).toBe(many + 2);
  });

  it("are told before someone joins in between", async () => {
    const { session } = await begun();
    const first = await join(session, "player");
    const joining = Array.from({ length: 40 }, (_one, index) => [
      publish(session, put("token", `t${index}`, 1, aToken)),
      index % 10 === 0 ? connect(session, "player", { sub: `late ${index}` }) : undefined,
    ]).flat();
    const late = (await Promise.all(joining)).filter((one) => one !== undefined && "socket" in one);
    await expect.poll(() => first.deltas.at(-1)?.seq, { timeout: 2000 }).toBe(41);
    for (const client of late) {
      await client.settle();
      expect(client.view().cursor.seq).toBe(41);
      expect(client.view().entities.size).toBe(42);
    }
  });
});
