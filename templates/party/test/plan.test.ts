/** The pure part: what a publish request does to rows, and what each audience is told. */
import { describe, expect, it } from "vitest";
import type { Audience } from "../src/kinds.ts";
import type { Plan } from "../src/publish.ts";
import { aScene, aToken, del, patch, put } from "./client.ts";
import { noRows, plan, rows, store, table } from "./histories.ts";

/** The changes for an audience, short: "put token/a". */
function told({ deltas }: Plan, audience: Audience): string[] {
  return (deltas.get(audience) ?? []).map(({ op, kind, key }) => `${op} ${kind}/${key}`);
}

describe("order of a delta", () => {
  it("puts what a change touched behind it, then the next change", () => {
    const made = plan(
      table(),
      patch("token", "b", 2, 1, { x: 1 }),
      patch("token", "a", 2, 1, { hidden: true }),
      patch("wall", "w", 2, 1, { door: "open" }),
    );
    expect(told(made, "player")).toEqual([
      "patch token/b",
      "del token/a",
      "del combatant/c1",
      "del combatant/c2",
      "patch combat/cmb",
      "patch wall/w",
    ]);
    expect(told(made, "gm")).toEqual(["patch token/b", "patch token/a", "patch wall/w"]);
  });

  it("tells of an entity once, at its first place, with the net effect", () => {
    const made = plan(
      table(),
      patch("token", "b", 2, 1, { x: 1 }),
      patch("wall", "w", 2, 1, { door: "open" }),
      patch("token", "b", 3, 2, { y: 9 }),
    );
    expect(told(made, "player")).toEqual(["patch token/b", "patch wall/w"]);
    expect(made.deltas.get("player")?.[0]).toMatchObject({ value: { x: 1, y: 9 } });
  });

  it("keeps what a later change touched behind that change", () => {
    const made = plan(
      table(),
      patch("token", "a", 2, 1, { x: 1 }),
      patch("wall", "w", 2, 1, { door: "open" }),
      patch("token", "a", 3, 2, { hidden: true }),
    );
    expect(told(made, "player")).toEqual([
      "del token/a",
      "patch wall/w",
      "del combatant/c1",
      "del combatant/c2",
      "patch combat/cmb",
    ]);
  });

  it("goes by what the request has changed so far", () => {
    const made = plan(table(), patch("combatant", "c1", 2, 1, { tokenId: "b" }), del("token", "a", 2));
    expect(told(made, "gm")).toEqual([
      "patch combatant/c1",
      "del token/a",
      "del combatant/c2",
      "patch combat/cmb",
    ]);
  });

  it("sorts what is equally far away", () => {
    const stored = table();
    store(stored, plan(stored, put("combatant", "c0", 1, { tokenId: "b", name: "Bat", initiative: 1 })));
    const made = plan(stored, patch("scene", "scn", 2, 1, { hidden: true }));
    expect(told(made, "player").slice(-3)).toEqual(["del combatant/c0", "del combatant/c1", "del combatant/c2"]);
  });

  it("goes for the place by what the audience sees change", () => {
    const made = plan(
      table(),
      patch("token", "b", 2, 1, { gmNotes: "trap" }),
      patch("wall", "w", 2, 1, { door: "open" }),
      patch("token", "b", 3, 2, { y: 9 }),
    );
    expect(told(made, "player")).toEqual(["patch wall/w", "patch token/b"]);
    expect(told(made, "gm")).toEqual(["patch token/b", "patch wall/w"]);
  });

  it("says nothing when the net effect is nothing", () => {
    const made = plan(
      table(),
      patch("token", "a", 2, 1, { hidden: true }),
      patch("token", "a", 3, 2, { hidden: null }),
      put("light", "l", 1, { sceneId: "scn", x: 0, y: 0, range: 3 }),
      del("light", "l", 2),
    );
    expect([...made.deltas.keys()]).toEqual([]);
    expect(made.writes).toHaveLength(2);
  });
});

describe("visibility", () => {
  it("hides all that is in a hidden scene", () => {
    const made = plan(table(), patch("scene", "scn", 2, 1, { hidden: true }));
    for (const audience of ["player", "spectator", "display"] as const) {
      expect(told(made, audience)).toEqual([
        "del scene/scn",
        "del combat/cmb",
        "del token/a",
        "del token/b",
        "del wall/w",
        "del combatant/c1",
        "del combatant/c2",
      ]);
    }
    expect(told(made, "gm")).toEqual(["patch scene/scn"]);
  });

  it("shows what names something that isn't there to the gm alone, until it is", () => {
    const stored = noRows();
    const early = plan(
      stored,
      put("token", "t", 1, aToken),
      put("combatant", "c", 1, { tokenId: "t", name: "x", initiative: 1 }),
    );
    expect([...early.deltas.keys()]).toEqual(["gm"]);
    store(stored, early);
    const made = plan(stored, put("scene", "scn", 1, aScene));
    expect(told(made, "player")).toEqual(["put scene/scn", "put token/t", "put combatant/c"]);
  });

  it("hides what was in a scene that is deleted, also from those who come late", () => {
    const stored = table();
    const gone = plan(stored, del("scene", "scn", 2));
    expect(told(gone, "player")).toContain("del token/a");
    store(stored, gone);
    const late = plan(stored, put("token", "late", 1, aToken), put("combatant", "c1", 9, { tokenId: "a", name: "x", initiative: 1 }));
    expect([...late.deltas.keys()]).toEqual(["gm"]);
  });

  it("follows a token into a hidden scene, and its combatant with it", () => {
    const stored = table();
    stored.write({ kind: "scene", key: "lair", rev: 1, value: { ...aScene, hidden: true } as never });
    const made = plan(stored, patch("token", "a", 2, 1, { sceneId: "lair" }));
    expect(told(made, "player").slice(0, 3)).toEqual([
      "del token/a",
      "del combatant/c1",
      "del combatant/c2",
    ]);
  });

  it("takes hidden: false for visible, and never shows the field", () => {
    const made = plan(rows(), put("token", "t", 1, { ...aToken, hidden: false, gmNotes: "trap" }));
    expect(made.deltas.get("display")?.[0]).toEqual({ op: "put", kind: "token", key: "t", value: aToken });
  });

  it("shows combat.combatantId only with a combatant that is seen", () => {
    const made = plan(
      table(),
      patch("combatant", "c1", 2, 1, { hidden: true }),
      patch("combat", "cmb", 2, 1, { turn: 5, round: 2 }),
    );
    expect(made.deltas.get("player")).toEqual([
      { op: "del", kind: "combatant", key: "c1" },
      { op: "patch", kind: "combat", key: "cmb", value: { combatantId: null, round: 2, order: ["c2"] } },
    ]);
  });
});

/** The order of the turns as this audience was told of it; undefined when it was not. */
function orderTold({ deltas }: Plan, audience: Audience): unknown {
  const change = deltas.get(audience)?.find(({ kind }) => kind === "combat");
  return change && change.op !== "del" ? change.value["order"] : undefined;
}

describe("the order of turns", () => {
  const third = { combatId: "cmb", name: "Rat", initiative: 10 };

  it("is told when a combatant comes, and without the hidden ones", () => {
    const open = plan(table(), put("combatant", "c3", 1, third));
    expect(orderTold(open, "player")).toEqual(["c1", "c3", "c2"]);
    const hidden = plan(table(), put("combatant", "c3", 1, { ...third, hidden: true }));
    expect(orderTold(hidden, "gm")).toEqual(["c1", "c3", "c2"]);
    expect(hidden.deltas.has("player")).toBe(false);
  });

  it("is told when a combatant is hidden, and not to the gm, who still sees it", () => {
    const made = plan(table(), patch("combatant", "c1", 2, 1, { hidden: true }));
    expect(orderTold(made, "player")).toEqual(["c2"]);
    expect(told(made, "gm")).toEqual(["patch combatant/c1"]);
  });

  it("is told when the combatants' token goes or is hidden", () => {
    expect(orderTold(plan(table(), del("token", "a", 2)), "gm")).toEqual([]);
    expect(orderTold(plan(table(), patch("token", "a", 2, 1, { hidden: true })), "player")).toEqual([]);
  });

  it("is told when an initiative changes it, right behind the combatant", () => {
    const made = plan(
      table(),
      patch("combatant", "c2", 2, 1, { initiative: 20 }),
      patch("wall", "w", 2, 1, { door: "open" }),
    );
    expect(told(made, "player")).toEqual(["patch combatant/c2", "patch combat/cmb", "patch wall/w"]);
    expect(orderTold(made, "player")).toEqual(["c2", "c1"]);
  });

  it("is not told when an initiative leaves it as it is", () => {
    const made = plan(table(), patch("combatant", "c1", 2, 1, { initiative: 13, defeated: true }));
    expect(told(made, "player")).toEqual(["patch combatant/c1"]);
  });

  it("is told of both combats when a combatant goes from one to the other", () => {
    const stored = table();
    store(stored, plan(stored, put("combat", "duel", 1, { sceneId: "scn", active: true, round: 0, turn: 0 })));
    const made = plan(stored, patch("combatant", "c2", 2, 1, { combatId: "duel" }));
    expect(told(made, "player")).toEqual(["patch combatant/c2", "patch combat/cmb", "patch combat/duel"]);
  });
});

describe("owners", () => {
  const mine = { ...aToken, hp: 9, ownerIds: { ann: true } };

  it("moves who gains the first row, without a delta, and whoever loses the last", () => {
    const stored = rows();
    const gained = plan(stored, put("token", "t", 1, mine), put("token", "u", 1, mine));
    expect([gained.moved, [...gained.deltas.keys()]]).toEqual([
      ["ann"],
      ["gm", "player", "spectator", "display"],
    ]);
    store(stored, gained);
    const kept = plan(stored, del("token", "t", 2), patch("token", "u", 2, 1, { ownerIds: { bob: true } }));
    expect([kept.moved, told(kept, "user:ann")]).toEqual([["bob"], ["del token/t", "patch token/u"]]);
    store(stored, kept);
    const lost = plan(stored, patch("token", "u", 3, 2, { ownerIds: { ann: null } }));
    expect([lost.moved, lost.deltas.has("user:ann"), told(lost, "user:bob")]).toEqual([
      ["ann"],
      false,
      ["patch token/u"],
    ]);
  });

  it("moves nobody who owns something before and after one request", () => {
    const stored = rows(["token", "t", mine]);
    const made = plan(stored, del("token", "t", 2), put("token", "u", 1, mine));
    expect([made.moved, told(made, "user:ann")]).toEqual([[], ["del token/t", "put token/u"]]);
  });

  it("tells an owner of a change that other players may not see", () => {
    const stored = rows(["token", "t", mine], ["note", "n", { name: "x", ownerIds: { bob: true } }]);
    const made = plan(stored, patch("token", "t", 2, 1, { hp: 4 }));
    expect([...made.deltas.keys()]).toEqual(["gm", "user:ann"]);
  });

  it("hands a hidden note to one player, and takes it back", () => {
    const stored = rows(["token", "t", mine], ["note", "n", { name: "Letter", hidden: true, gmNotes: "forged" }]);
    const given = plan(stored, patch("note", "n", 2, 1, { ownerIds: { ann: true } }));
    const seen = { name: "Letter", ownerIds: { ann: true } };
    expect(given.deltas.get("user:ann")).toEqual([{ op: "put", kind: "note", key: "n", value: seen }]);
    expect([...given.deltas.keys()]).toEqual(["gm", "user:ann"]);
    store(stored, given);
    expect(told(plan(stored, patch("note", "n", 3, 2, { ownerIds: null })), "user:ann")).toEqual(["del note/n"]);
  });
});
