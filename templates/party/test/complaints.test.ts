/** What tables complained of elsewhere, as far as a room can cause it; each must not happen here. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { aScene, aToken, connect, del, freshSession, join, patch, publish, put, snapshotFor, tryPublish } from "./client.ts";

const stubOf = (session: string) => env.Session.getByName(session);
const fight = { sceneId: "scn", active: true, round: 1, turn: 0 };
const fighter = (tokenId: string, initiative: number) => ({ combatId: "c", tokenId, name: tokenId, initiative });

async function table(): Promise<string> {
  const session = freshSession();
  await publish(
    session,
    put("scene", "scn", 1, aScene),
    put("token", "hero", 1, { ...aToken, name: "Hero" }),
    put("token", "ogre", 1, { ...aToken, name: "Ogre" }),
    put("combat", "c", 1, fight),
    put("combatant", "c-hero", 1, fighter("hero", 12)),
    put("combatant", "c-ogre", 1, fighter("ogre", 12)),
  );
  return session;
}

describe("foundryvtt#5624, #9639: what changes while a client loads is lost", () => {
  it("a client that connects amid publishes has them all", async () => {
    const s = await table();
    const moves = Array.from({ length: 30 }, (_one, index) => () =>
      publish(s, put("token", "hero", index + 2, { ...aToken, x: index })),
    );
    const clients = [];
    for (const move of moves) {
      const moving = move();
      clients.push(await connect(s, "player", { sub: `late ${clients.length}` }));
      await moving;
    }
    const wanted = (await snapshotFor(s, "player")).entities;
    for (const client of clients) {
      await expect.poll(() => client.view().cursor.seq, { timeout: 2000 }).toBe(31);
      expect(client.view().sorted()).toEqual(wanted);
    }
  });
});

describe("foundryvtt#10562: one client keeps what it may see from before", () => {
  it("a token given to another player moves with all that only its owner sees", async () => {
    const s = await table();
    const given = (rev: number, owner: string) =>
      put("token", "hero", rev, { ...aToken, hp: 7, ownerIds: { [owner]: true } });
    await publish(s, given(2, "ann"));
    const [ann, bob] = [await join(s, "player", { sub: "ann" }), await join(s, "player", { sub: "bob" })];
    expect(ann.view().entities.get("token/hero")?.value).toMatchObject({ hp: 7 });
    await publish(s, given(3, "bob"));
    for (const client of [ann, bob]) await client.settle();
    expect(ann.view().entities.get("token/hero")?.value).not.toHaveProperty("hp");
    expect(bob.view().entities.get("token/hero")?.value).toMatchObject({ hp: 7 });
    expect(ann.only("hello").at(-1)?.audience).toBe("player");
    expect(bob.only("hello").at(-1)?.audience).toBe("user:bob");
    for (const client of [ann, bob]) expect(client.only("delta")).toEqual([]);
  });
});

describe("foundryvtt#10538: two who move a token at once make two of it", () => {
  it("the later row stays, once, for everyone", async () => {
    const s = await table();
    const [gm, player] = [await join(s, "gm"), await join(s, "player", { sub: "p" })];
    await Promise.all([
      publish(s, put("token", "hero", 3, { ...aToken, x: 30 })),
      publish(s, put("token", "hero", 2, { ...aToken, x: 20 })),
    ]);
    for (const client of [gm, player]) {
      await client.settle();
      const heroes = client.view().sorted().filter(({ kind, key }) => kind === "token" && key === "hero");
      expect(heroes.map(({ value }) => value["x"])).toEqual([30]);
    }
  });
});

describe("foundryvtt#11295: the token goes, its combatant stays", () => {
  it("both go in one delta, and out of the order", async () => {
    const s = await table();
    const player = await join(s, "player");
    await publish(s, del("token", "ogre", 2));
    await player.settle();
    expect(player.deltas).toHaveLength(1);
    expect(player.view().entities.has("combatant/c-ogre")).toBe(false);
    expect(player.view().entities.get("combat/c")?.value).toMatchObject({ order: ["c-hero"] });
  });
});

describe("AboveVTT#333: a late move raises the dead", () => {
  it("neither a late put nor a patch brings back what was deleted", async () => {
    const s = await table();
    const gm = await join(s, "gm");
    await publish(s, del("token", "hero", 5));
    expect((await publish(s, put("token", "hero", 4, aToken))).applied).toEqual([]);
    const late = await tryPublish(s, [patch("token", "hero", 6, 4, { x: 1 })]);
    expect(await late.json()).toMatchObject({ error: { code: "base_mismatch", stored: null } });
    await evictDurableObject(stubOf(s));
    expect((await publish(s, put("token", "hero", 5, aToken))).applied).toEqual([]);
    await gm.settle();
    expect(gm.view().entities.has("token/hero")).toBe(false);
  });

  it("nor does a combatant of a dead token show itself to players", async () => {
    const s = await table();
    const player = await join(s, "player");
    await publish(s, del("token", "ogre", 2));
    await publish(s, put("combatant", "c-ogre", 2, fighter("ogre", 12)));
    await player.settle();
    expect(player.view().entities.has("combatant/c-ogre")).toBe(false);
  });
});

describe("MapTool#555, #617: a stale copy wipes out what others changed", () => {
  it("a change made from an old row is refused with the row's rev", async () => {
    const s = await table();
    await publish(s, patch("token", "hero", 2, 1, { hp: 3 }));
    const stale = await tryPublish(s, [patch("token", "hero", 3, 1, { x: 9 })]);
    expect(stale.status).toBe(409);
    expect(await stale.json()).toMatchObject({ error: { stored: 2 } });
    expect((await snapshotFor(s, "gm")).entities.at(-2)?.value).toMatchObject({ hp: 3 });
  });
});

describe("MapTool#461: players read the GM's notes", () => {
  it("not even those who own the token do, by no route", async () => {
    const s = freshSession();
    await publish(s, put("scene", "scn", 1, aScene));
    const early = await join(s, "player", { sub: "ann" });
    const secret = { ...aToken, gmNotes: "is a dragon", ownerIds: { ann: true } };
    await publish(s, put("token", "hero", 1, secret));
    await publish(s, put("token", "hero", 2, { ...secret, gmNotes: "is a dragon, and hungry", x: 5 }));
    const late = await join(s, "player", { sub: "ann" });
    await early.settle();
    for (const client of [early, late]) expect(client.texts.join()).not.toMatch(/dragon|gmNotes/);
  });
});

describe("dungeonclub#13: drags that are relative drift apart", () => {
  it("a move lost on the way leaves nothing behind: places are absolute", async () => {
    const s = await table();
    const [one, two] = [await join(s, "player", { sub: "a" }), await join(s, "player", { sub: "b" })];
    const drags = [1, 2, 3, 4].map((step) => put("token", "hero", step + 1, { ...aToken, x: step * 10 }));
    for (const drag of [drags[0], drags[3], drags[2], drags[1]]) await publish(s, drag);
    for (const client of [one, two]) {
      await client.settle();
      expect(client.view().entities.get("token/hero")?.value["x"]).toBe(40);
    }
  });
});

describe("ose-foundry-core#132, acks-core#112: each client has its own initiative order", () => {
  it("the room says the order, ties included", async () => {
    const s = await table();
    await publish(s, put("combatant", "c-ogre", 2, { ...fighter("ogre", 12), sort: -1 }));
    const clients = await Promise.all(
      (["gm", "player", "spectator", "display"] as const).map((role) => join(s, role, { sub: role })),
    );
    await publish(s, put("token", "imp", 1, aToken), put("combatant", "c-imp", 1, fighter("imp", 13)));
    for (const client of clients) {
      await client.settle();
      const { order } = client.view().entities.get("combat/c")?.value ?? {};
      expect(order).toEqual(["c-imp", "c-ogre", "c-hero"]);
    }
  });
});

describe("virtualtabletop#157: what happened during an unnoticed disconnect is lost", () => {
  it("a client that comes back misses nothing, over hibernation too", async () => {
    const s = await table();
    const gone = await join(s, "player");
    const view = gone.view();
    gone.socket.close(1000);
    for (let rev = 2; rev <= 9; rev += 1) {
      await publish(s, put("token", "hero", rev, { ...aToken, x: rev }));
      if (rev % 3 === 0) await evictDurableObject(stubOf(s));
    }
    const back = await join(s, "player", { cursor: view.cursor });
    expect(view.apply(back.frames).sorted()).toEqual((await snapshotFor(s, "player")).entities);
    expect(view.snapshots).toBe(1);
  });
});

describe("tableslayer#138: the fog comes before the map, and is thrown away", () => {
  it("fog that is published first is seen with its scene, whole", async () => {
    const s = freshSession();
    const player = await join(s, "player");
    const shapes = { a: { op: "reveal", points: [[0, 0], [9, 0], [9, 9]] } };
    await publish(s, put("fog", "f", 1, { sceneId: "scn", mode: "manual", shapes }));
    await player.settle();
    expect(player.view().entities.size).toBe(0);
    await publish(s, put("scene", "scn", 1, aScene));
    await player.settle();
    expect(player.view().entities.get("fog/f")?.value).toMatchObject({ shapes });
  });
});

describe("vibedgames#254: hibernation forgets who is there", () => {
  it("everyone still hears, in the audience they were in", async () => {
    const s = await table();
    await publish(s, put("token", "hero", 2, { ...aToken, hp: 5, ownerIds: { ann: true } }));
    const clients = [
      await join(s, "gm"),
      await join(s, "player", { sub: "ann" }),
      await join(s, "player", { sub: "bob" }),
    ];
    for (const client of clients) await client.news();
    await evictDurableObject(stubOf(s));
    await publish(s, patch("token", "hero", 3, 2, { hp: 4 }), patch("token", "ogre", 2, 1, { x: 2 }));
    const told = await Promise.all(clients.map((client) => client.news()));
    expect(told.map((changes) => changes.map(({ key }) => key))).toEqual([
      ["hero", "ogre"],
      ["hero", "ogre"],
      ["ogre"],
    ]);
  });
});
