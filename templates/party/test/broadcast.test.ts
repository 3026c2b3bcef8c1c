import { describe, expect, it } from "vitest";
import { ROLES } from "../src/kinds.ts";
import { aScene, aToken, del, freshSession, join, patch, publish, put, snapshotFor } from "./client.ts";

const ogre = { combatId: "cmb", tokenId: "ogre", name: "Ogre", initiative: 12 };
const hero = { combatId: "cmb", tokenId: "hero", name: "Hero", initiative: 15 };
const combat = { sceneId: "scn", active: true, round: 1, turn: 0, combatantId: "c-hero" };

/** A scene with a fight: the hero is seen, the ogre is hidden. */
async function fight(): Promise<string> {
  const s = freshSession();
  await publish(
    s,
    put("scene", "scn", 1, aScene),
    put("token", "hero", 1, { ...aToken, name: "Hero" }),
    put("token", "ogre", 1, { ...aToken, hidden: true, gmNotes: "ambush" }),
    put("combat", "cmb", 1, combat),
    put("combatant", "c-hero", 1, hero),
    put("combatant", "c-ogre", 1, ogre),
  );
  return s;
}

describe("join", () => {
  it("greets with hello, then a snapshot sorted by kind and key", async () => {
    const s = await fight();
    await publish(s, put("token", "Zed", 1, aToken), put("token", "a:1", 1, aToken));
    const client = await join(s, "player");
    const [hello, snapshot] = client.frames;
    expect(hello).toMatchObject({ type: "hello", protocol: 1, audience: "player" });
    if (hello?.type !== "hello" || snapshot?.type !== "snapshot") throw new Error("frames");
    expect(snapshot).toMatchObject({ seq: 2, epoch: hello.epoch });
    expect(snapshot.entities.map(({ kind, key }) => `${kind}/${key}`)).toEqual([
      "combat/cmb",
      "combatant/c-hero",
      "scene/scn",
      "token/Zed",
      "token/a:1",
      "token/hero",
    ]);
  });

  it("shows a late client the same as deltas showed an early one", async () => {
    const s = freshSession();
    const early = await join(s, "player");
    await publish(s, put("scene", "scn", 1, aScene), put("token", "t", 1, aToken));
    await publish(s, patch("token", "t", 2, 1, { x: 3, rotation: 4 }));
    const changes = await early.news();
    const snapshot = await snapshotFor(s, "player");
    expect(changes.map(({ op }) => op)).toEqual(["put", "put", "patch"]);
    expect(snapshot.seq).toBe(early.deltas.at(-1)?.seq);
    expect(snapshot.entities.at(-1)?.value).toEqual({ ...aToken, x: 3, rotation: 4 });
  });

  it.each(ROLES)("gives %s a snapshot that is not stale", async (role) => {
    const s = freshSession();
    expect((await snapshotFor(s, role)).entities).toEqual([]);
    await publish(s, put("scene", "scn", 1, aScene));
    expect((await snapshotFor(s, role)).entities).toHaveLength(1);
    await publish(s, put("light", "l", 1, { sceneId: "scn", x: 1, y: 2, range: 3 }));
    expect(await snapshotFor(s, role)).toMatchObject({ seq: 2, entities: { length: 2 } });
  });
});

describe("what an audience is told", () => {
  it("keeps a hidden token, GM notes and the turn from all but the gm", async () => {
    const s = await fight();
    const gm = await snapshotFor(s, "gm");
    expect(gm.entities).toHaveLength(6);
    expect(gm.entities[0]?.value).toEqual({ ...combat, order: ["c-hero", "c-ogre"] });
    for (const role of ["player", "spectator", "display"] as const) {
      const text = JSON.stringify(await snapshotFor(s, role));
      expect(text).not.toMatch(/ogre|ambush|gmNotes|hidden|"turn"/i);
      expect(text).toContain('"combatantId":"c-hero"');
    }
  });

  it("numbers each audience for itself: what is hidden moves only the gm's seq", async () => {
    const s = await fight();
    const player = await join(s, "player");
    const gm = await join(s, "gm");
    const moved = await publish(s, patch("token", "ogre", 2, 1, { x: 1 }));
    await publish(s, patch("token", "hero", 2, 1, { gmNotes: "is cursed" }));
    const shown = await publish(s, patch("token", "hero", 3, 2, { x: 9 }));
    expect(moved.seq).toEqual({ gm: 2, player: 1, spectator: 1, display: 1 });
    expect(shown.seq).toEqual({ gm: 4, player: 2, spectator: 2, display: 2 });
    expect(await player.news()).toEqual([{ op: "patch", kind: "token", key: "hero", value: { x: 9 } }]);
    expect(player.deltas.map(({ seq }) => seq)).toEqual([2]);
    await gm.settle();
    expect(gm.deltas.map(({ seq }) => seq)).toEqual([2, 3, 4]);
  });

  it("brings a revealed token with its combatant and the turn, in one delta", async () => {
    const s = await fight();
    await publish(s, patch("combat", "cmb", 2, 1, { turn: 1, combatantId: "c-ogre" }));
    const player = await join(s, "player");
    await publish(s, patch("token", "ogre", 2, 1, { hidden: null }));
    expect(await player.news()).toEqual([
      { op: "put", kind: "token", key: "ogre", value: aToken },
      { op: "put", kind: "combatant", key: "c-ogre", value: ogre },
      { op: "patch", kind: "combat", key: "cmb", value: { combatantId: "c-ogre", order: ["c-hero", "c-ogre"] } },
    ]);
    expect(player.deltas).toHaveLength(1);
  });

  it("takes a token that is hidden away again, with what hangs on it", async () => {
    const s = await fight();
    const player = await join(s, "player");
    const gm = await join(s, "gm");
    await publish(s, patch("token", "hero", 2, 1, { hidden: true }));
    expect(await player.news()).toEqual([
      { op: "del", kind: "token", key: "hero" },
      { op: "del", kind: "combatant", key: "c-hero" },
      { op: "patch", kind: "combat", key: "cmb", value: { combatantId: null, order: [] } },
    ]);
    expect(await gm.news()).toEqual([
      { op: "patch", kind: "token", key: "hero", value: { hidden: true } },
    ]);
  });

  it("deletes a token's combatants with it, and remembers their rev", async () => {
    const s = await fight();
    const gm = await join(s, "gm");
    const player = await join(s, "player");
    await publish(s, del("token", "hero", 2));
    expect(await gm.news()).toEqual([
      { op: "del", kind: "token", key: "hero" },
      { op: "del", kind: "combatant", key: "c-hero" },
      { op: "patch", kind: "combat", key: "cmb", value: { order: ["c-ogre"] } },
    ]);
    expect((await player.news()).map(({ op, kind }) => `${op} ${kind}`)).toEqual([
      "del token",
      "del combatant",
      "patch combat",
    ]);
    const late = await publish(s, put("combatant", "c-hero", 1, hero));
    expect(late.duplicates).toHaveLength(1);
    expect((await publish(s, put("combatant", "c-hero", 2, hero))).applied).toHaveLength(1);
  });

  it("follows a combatant from one token to another", async () => {
    const s = await fight();
    const player = await join(s, "player");
    await publish(s, patch("combatant", "c-ogre", 2, 1, { tokenId: "hero" }));
    expect((await player.news()).map(({ op, key }) => `${op} ${key}`)).toEqual(["put c-ogre", "patch cmb"]);
    await publish(s, patch("token", "ogre", 2, 1, { hidden: null }));
    await publish(s, del("token", "hero", 2));
    expect((await player.news()).map(({ op, key }) => `${op} ${key}`)).toEqual([
      "put ogre",
      "del hero",
      "del c-hero",
      "del c-ogre",
      "patch cmb",
    ]);
  });

  it("never says rev or base", async () => {
    const s = await fight();
    const gm = await join(s, "gm");
    await publish(s, patch("token", "hero", 2, 1, { x: 1 }));
    await gm.settle();
    expect(gm.texts.join()).not.toMatch(/"rev"|"base"/);
  });
});

it("sends the same bytes to everyone in an audience, and nothing to the others", async () => {
  const s = await fight();
  const players = await Promise.all([join(s, "player"), join(s, "player"), join(s, "player")]);
  const display = await join(s, "display");
  await publish(s, patch("token", "hero", 2, 1, { x: 1 }), put("wall", "w", 1, { sceneId: "scn", points: [[0, 0], [5, 5]] }));
  await publish(s, patch("token", "ogre", 2, 1, { x: 1 }));
  for (const player of players) await player.settle();
  await display.settle();
  expect(new Set(players.map(({ texts }) => texts.join("\n"))).size).toBe(1);
  expect(players[0]?.texts).toHaveLength(3);
  expect(display.texts).toHaveLength(3);
  expect(display.texts[2]?.replace(".display", ".player")).toBe(players[0]?.texts[2]);
});
