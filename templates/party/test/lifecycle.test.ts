import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { errorBody, health, roomError, sessionHealth } from "../src/protocol.ts";
import {
  aScene,
  aToken,
  authorized,
  call,
  Client,
  freshSession,
  join,
  patch,
  publish,
  put,
  snapshotFor,
  ticket,
  tryPublish,
} from "./client.ts";

const stubOf = (session: string) => env.Session.getByName(session);
const healthOf = async (session: string) =>
  sessionHealth.parse(await (await authorized(`/parties/session/${session}/health`)).json());
const forget = (session: string) => authorized(`/parties/session/${session}`, { method: "DELETE" });

describe("health", () => {
  it("tells the version outside, inside and in hello", async () => {
    const response = await call("/health");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const outside = health.parse(await response.json());
    const s = freshSession();
    const inside = await healthOf(s);
    const [hello] = (await join(s, "display")).frames;
    expect(outside.version).toBe(env.CF_VERSION_METADATA.id);
    expect(outside.version).not.toBe("");
    expect(inside.version).toBe(outside.version);
    expect(inside.seq).toEqual({ gm: 0, player: 0, spectator: 0, display: 0 });
    expect(hello).toMatchObject({ version: outside.version, epoch: `${inside.epoch}.display` });
  });
});

describe("hibernation", () => {
  it("keeps rows, epoch, seq and sockets", async () => {
    const s = freshSession();
    const player = await join(s, "player");
    await publish(s, put("scene", "scn", 1, aScene), put("token", "t", 1, aToken));
    const before = await healthOf(s);
    await evictDurableObject(stubOf(s));
    await publish(s, patch("token", "t", 2, 1, { x: 1 }));
    await player.news();
    expect(player.deltas.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(new Set(player.deltas.map(({ epoch }) => epoch))).toEqual(new Set([`${before.epoch}.player`]));
    await evictDurableObject(stubOf(s));
    expect(await healthOf(s)).toMatchObject({ epoch: before.epoch, seq: { player: 2 } });
    expect(await snapshotFor(s, "player")).toMatchObject({ seq: 2, epoch: `${before.epoch}.player` });
  });

  it("keeps what hangs together together", async () => {
    const s = freshSession();
    await publish(s, put("scene", "scn", 1, aScene));
    await publish(s, put("token", "t", 1, aToken), put("combatant", "c", 1, { tokenId: "t", name: "n", initiative: 1 }));
    await evictDurableObject(stubOf(s));
    const player = await join(s, "player");
    await publish(s, patch("token", "t", 2, 1, { hidden: true }));
    expect((await player.news()).map(({ op, key }) => `${op} ${key}`)).toEqual(["del t", "del c"]);
  });

  it("pongs without waking the object", async () => {
    const s = freshSession();
    const player = await join(s, "player");
    await evictDurableObject(stubOf(s));
    await player.settle();
    await expect(evictDurableObject(stubOf(s))).rejects.toThrow();
  });

  it("leaves role, user and no ticket with the socket", async () => {
    const s = freshSession();
    await join(s, "player");
    const [kept] = await runInDurableObject(stubOf(s), (_room, state) =>
      state.getWebSockets().map((socket) => JSON.stringify(socket.deserializeAttachment())),
    );
    expect(kept).toContain("player");
    expect(kept).toContain("user-1");
    expect(kept).not.toMatch(/ticket|eyJ/);
  });
});

describe("deletion", () => {
  it("forgets everything, tells the clients, and begins a new epoch", async () => {
    const s = freshSession();
    const gm = await join(s, "gm");
    await publish(s, put("scene", "scn", 7, aScene));
    expect((await snapshotFor(s, "gm")).entities).toHaveLength(1);
    const old = await healthOf(s);
    expect((await forget(s)).status).toBe(204);
    expect(await gm.closed).toEqual({ code: 4404, reason: "session deleted" });

    const fresh = await healthOf(s);
    expect(fresh.epoch).not.toBe(old.epoch);
    expect(fresh.seq.gm).toBe(0);
    expect((await snapshotFor(s, "gm")).entities).toEqual([]);
    const again = await publish(s, put("scene", "scn", 1, aScene));
    expect(again).toMatchObject({ applied: [{ rev: 1 }], seq: { gm: 1 } });
    const next = await join(s, "gm");
    expect(next.frames[1]).toMatchObject({ epoch: `${fresh.epoch}.gm`, seq: 1 });
  });

  it("leaves no table behind, and works on a session that never was", async () => {
    const s = freshSession();
    await publish(s, put("scene", "scn", 1, aScene));
    const tables = () =>
      runInDurableObject(stubOf(s), (_room, { storage }) =>
        storage.sql.exec("SELECT name FROM sqlite_master WHERE name IN ('room', 'entity', 'link')").toArray(),
      );
    expect(await tables()).toHaveLength(3);
    await forget(s);
    expect(await tables()).toEqual([]);
    expect((await forget(freshSession())).status).toBe(204);
  });
});

describe("messages from clients", () => {
  it("answers ping with pong, what it does not know with bad_message", async () => {
    const player = await join(freshSession(), "player");
    await player.settle();
    player.socket.send('{"type":"resume"}');
    player.socket.send(new Uint8Array([1, 2, 3]));
    const frames = (await player.until(4)).slice(2);
    expect(frames).toMatchObject([
      { type: "error", code: "bad_message" },
      { type: "error", code: "bad_message" },
    ]);
    await player.settle();
  });

  it.each([
    ["text", "x".repeat(16 * 1024 + 1)],
    ["text in bytes", "é".repeat(8 * 1024 + 1)],
    ["binary", new Uint8Array(16 * 1024 + 1)],
  ])("closes with 4413 on too much %s", async (_what, message) => {
    const player = await join(freshSession(), "player");
    player.socket.send(message);
    expect((await player.closed).code).toBe(4413);
  });

  it("takes exactly the limit", async () => {
    const player = await join(freshSession(), "player");
    player.socket.send("x".repeat(16 * 1024));
    expect((await player.until(3))[2]).toMatchObject({ code: "bad_message" });
  });
});

describe("trouble inside", () => {
  const STACK = /^\s+at |\.[tj]s\b|SQLITE/m;
  beforeEach(() => {
    vi.spyOn(console, "error").mockImplementation(() => {});
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("tells the others although one socket can't be written to", async () => {
    const s = freshSession();
    const clients = [await join(s, "player"), await join(s, "player"), await join(s, "player")];
    await runInDurableObject(stubOf(s), (room) => {
      const [first] = room.getConnections();
      if (!first) throw new Error("no connection");
      first.send = () => {
        throw new Error("broken pipe");
      };
    });
    await publish(s, put("scene", "scn", 1, aScene));
    const told = await Promise.all(
      clients.map((client) => Promise.race([client.until(3), client.closed.then(() => [])])),
    );
    expect(told.filter((frames) => frames.length === 3)).toHaveLength(2);
    expect(told.filter((frames) => frames.length === 0)).toHaveLength(1);
  });

  it("answers a failure in a request without its stack, and has stored nothing", async () => {
    const s = freshSession();
    const player = await join(s, "player");
    await runInDurableObject(stubOf(s), (_room, { storage }) => {
      storage.sql.exec(`
        CREATE TRIGGER fail BEFORE INSERT ON entity WHEN NEW.kind = 'token'
        BEGIN SELECT RAISE(ABORT, 'no tokens today'); END`);
    });
    const response = await tryPublish(s, [put("scene", "scn", 1, aScene), put("token", "t", 1, aToken)]);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(errorBody.parse(JSON.parse(text)).error.code).toBe("internal");
    expect(text).not.toMatch(STACK);
    expect(await player.news()).toEqual([]);
    // The same from memory as from storage.
    expect(await snapshotFor(s, "player")).toMatchObject({ seq: 0, entities: [] });
    expect((await publish(s, put("scene", "other", 1, aScene))).seq).toMatchObject({ gm: 1, player: 1 });
    await evictDurableObject(stubOf(s));
    expect(await snapshotFor(s, "player")).toMatchObject({ seq: 1, entities: [{ key: "other" }] });
    expect((await publish(s, put("scene", "scn", 1, aScene))).applied).toHaveLength(1);
  });

  it("greets no one with a stack when joining fails", async () => {
    const s = freshSession();
    await healthOf(s);
    await runInDurableObject(stubOf(s), (_room, { storage }) => {
      storage.sql.exec("DROP TABLE entity");
    });
    const query = `?ticket=${await ticket(s, "gm")}`;
    const response = await call(`/parties/session/${s}${query}`, { headers: { upgrade: "websocket" } });
    const client = new Client(response.webSocket as WebSocket);
    expect((await client.closed).code).toBe(1011);
    expect(client.texts.join()).not.toMatch(STACK);
    expect(client.frames.at(-1)).toMatchObject({ type: "error", code: "internal" });
  });

  it("replaces partyserver's stack trace when the failure is before the handlers", async () => {
    const headers = { upgrade: "websocket", "x-vttsync-role": "wizard" };
    const response = await stubOf(freshSession()).fetch("https://room.test/", { headers });
    const client = new Client(response.webSocket as WebSocket);
    expect((await client.closed).code).toBe(1011);
    expect(client.texts).toHaveLength(1);
    expect(roomError.parse(JSON.parse(client.texts[0] ?? "")).code).toBe("internal");

    const props = { "x-partykit-props": "}{" };
    const answer = await stubOf(freshSession()).fetch("https://room.test/", { headers: props });
    expect(answer.status).toBe(500);
    expect(errorBody.parse(await answer.json()).error.code).toBe("internal");
  });
});
