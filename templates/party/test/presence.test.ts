import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../src/limits.ts";
import { aScene, aToken, authorized, freshSession, join, publish, put, type Client } from "./client.ts";

const cursor = (x: number, sceneId = "scn") => ({ sceneId, x, y: 0 });

function say(client: Client, kind: string, value: object | null): void {
  client.socket.send(JSON.stringify({ type: "presence", kind, value }));
}

/** What a client was told of presence, once the tick is over. */
async function told(client: Client) {
  await new Promise((resolve) => setTimeout(resolve, 120));
  await client.settle();
  return client.only("presence").flatMap(({ items }) => items);
}

async function table() {
  const session = freshSession();
  await publish(
    session,
    put("scene", "scn", 1, aScene),
    put("scene", "secret", 1, { ...aScene, hidden: true }),
    put("token", "mine", 1, { ...aToken, ownerIds: { ann: true } }),
    put("token", "lich", 1, { ...aToken, hidden: true }),
  );
  return {
    session,
    gm: await join(session, "gm", { sub: "gm" }),
    ann: await join(session, "player", { sub: "ann" }),
    bob: await join(session, "player", { sub: "bob" }),
    spectator: await join(session, "spectator", { sub: "eve" }),
  };
}

describe("presence", () => {
  it("reaches everyone, the newest of a tick only, with how long it holds", async () => {
    const { ann, bob, gm, spectator } = await table();
    for (const x of [1, 2, 3]) say(ann, "cursor", cursor(x));
    say(ann, "ping", cursor(9));
    const items = await told(bob);
    expect(items.filter(({ kind }) => kind === "cursor").at(-1)).toEqual({
      user: "ann",
      role: "player",
      kind: "cursor",
      value: cursor(3),
      ttl: 5000,
    });
    expect(items.filter(({ kind }) => kind === "cursor").length).toBeLessThan(3);
    for (const client of [gm, spectator]) expect((await told(client)).map(({ kind }) => kind)).toContain("ping");
  });

  it("takes no place in the stream", async () => {
    const { session, ann, bob } = await table();
    say(ann, "cursor", cursor(1));
    await told(bob);
    await publish(session, put("scene", "scn", 2, { ...aScene, name: "Crypt" }));
    await bob.settle();
    expect(bob.deltas.map(({ seq }) => seq)).toEqual([2]);
  });

  it("shows nobody a cursor over a scene that is hidden from them", async () => {
    const { gm, ann, bob } = await table();
    say(gm, "cursor", cursor(1, "secret"));
    expect(await told(ann)).toEqual([]);
    say(gm, "cursor", null);
    expect(await told(bob)).toEqual([]);
    expect((await told(gm)).map(({ value }) => value)).toEqual([cursor(1, "secret"), null]);
  });

  it("goes for those who lose sight of it, and for no one else", async () => {
    const { gm, ann } = await table();
    say(gm, "cursor", cursor(1));
    await told(ann);
    say(gm, "cursor", cursor(2, "secret"));
    await told(ann);
    say(gm, "cursor", cursor(3, "secret"));
    expect((await told(ann)).map(({ value }) => value)).toEqual([cursor(1), null]);
  });

  it("follows what is hidden while it is shown", async () => {
    const { session, gm, ann } = await table();
    say(gm, "cursor", cursor(1));
    await told(ann);
    await publish(session, put("scene", "scn", 2, { ...aScene, hidden: true }));
    say(gm, "cursor", cursor(2));
    expect((await told(ann)).map(({ value }) => value)).toEqual([cursor(1), null]);
  });

  it("goes with the user's last socket", async () => {
    const { session, ann, bob } = await table();
    const second = await join(session, "player", { sub: "ann" });
    say(ann, "cursor", cursor(1));
    await told(bob);
    ann.socket.close(1000);
    expect((await told(bob)).map(({ value }) => value)).toEqual([cursor(1)]);
    second.socket.close(1000);
    expect((await told(bob)).map(({ value }) => value)).toEqual([cursor(1), null]);
  });

  it("goes with a socket that says goodbye without a code, and is answered", async () => {
    const { ann, bob } = await table();
    say(ann, "cursor", cursor(1));
    await told(bob);
    const closed = new Promise<CloseEvent>((resolve) => ann.socket.addEventListener("close", resolve));
    ann.socket.close();
    expect((await told(bob)).map(({ value }) => value)).toEqual([cursor(1), null]);
    expect((await closed).wasClean).toBe(true);
  });

  it("goes with a user who is kicked", async () => {
    const { session, ann, bob } = await table();
    say(ann, "cursor", cursor(1));
    await told(bob);
    const body = JSON.stringify({ user: "ann" });
    await (await authorized(`/parties/session/${session}/kick`, { method: "POST", body })).text();
    expect((await told(bob)).map(({ value }) => value)).toEqual([cursor(1), null]);
  });

  it("lets a token be dragged by its owner and the gm", async () => {
    const { gm, ann, bob } = await table();
    const drag = { tokenId: "mine", x: 1, y: 2 };
    say(bob, "drag", drag);
    await bob.settle();
    expect(bob.frames.at(-1)).toMatchObject({ type: "error", code: "bad_message" });
    say(ann, "drag", drag);
    say(gm, "drag", { ...drag, tokenId: "lich" });
    expect((await told(bob)).map(({ user, value }) => ({ user, value }))).toEqual([{ user: "ann", value: drag }]);
    expect(await told(gm)).toHaveLength(2);
  });

  it.each(["spectator", "display"] as const)("is not for a %s to send", async (role) => {
    const { session, ann } = await table();
    const watcher = await join(session, role, { sub: "w" });
    say(watcher, "cursor", cursor(1));
    await watcher.settle();
    expect(watcher.frames.at(-1)).toMatchObject({ code: "bad_message" });
    expect(await told(ann)).toEqual([]);
  });

  it("can't tell what is hidden from what isn't there", async () => {
    const { ann, bob, gm } = await table();
    say(ann, "cursor", cursor(1, "nowhere"));
    say(ann, "cursor", cursor(1, "secret"));
    expect([...(await told(bob)), ...(await told(gm))]).toEqual([]);
    const [missing, hidden, ...others] = ann.only("error");
    expect(missing).toEqual(hidden);
    expect(others).toEqual([]);
  });

  it.each([
    ["an unknown kind", { type: "presence", kind: "dance", value: {} }],
    ["a field too many", { type: "presence", kind: "cursor", value: { ...cursor(1), z: 1 } }],
    ["a place that is none", { type: "presence", kind: "cursor", value: { sceneId: "scn", x: "1", y: 2 } }],
    ["a ruler of one point", { type: "presence", kind: "ruler", value: { sceneId: "scn", points: [[0, 0]] } }],
    ["another's name", { type: "presence", kind: "cursor", value: cursor(1), user: "gm" }],
  ])("refuses %s", async (_what, message) => {
    const { ann, bob } = await table();
    ann.socket.send(JSON.stringify(message));
    await ann.settle();
    expect(ann.frames.at(-1)).toMatchObject({ type: "error", code: "bad_message" });
    expect(await told(bob)).toEqual([]);
  });

  it("is limited: a flood ends the socket with 4429", async () => {
    const { ann } = await table();
    for (let x = 0; x <= 2 * LIMITS.messages.burst; x += 1) say(ann, "cursor", cursor(x));
    expect((await ann.closed).code).toBe(4429);
  });

  it("works after hibernation", async () => {
    const { session, ann, bob } = await table();
    await evictDurableObject(env.Session.getByName(session));
    say(ann, "cursor", cursor(4));
    expect((await told(bob)).map(({ value }) => value)).toEqual([cursor(4)]);
  });
});
