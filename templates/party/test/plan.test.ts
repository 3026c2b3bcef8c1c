/** The pure part: what a publish request does to rows, and what each audience is told. */
import { describe, expect, it } from "vitest";
import { Draft } from "../src/draft.ts";
import type { Audience, KindName } from "../src/kinds.ts";
import type { JsonObject } from "../src/merge-patch.ts";
import type { PublishChange } from "../src/protocol.ts";
import { planPublish, type Plan } from "../src/publish.ts";
import { checkKinds } from "../src/views.ts";
import { aScene, aToken, del, patch, put } from "./client.ts";

const EMPTY = { get: () => undefined, referrers: () => [] };

function rows(...stored: [KindName, string, object][]): Draft {
  const draft = new Draft(EMPTY);
  for (const [kind, key, value] of stored) draft.write({ kind, key, rev: 1, value: value as JsonObject });
  return draft;
}

function plan(stored: Draft, ...changes: object[]): Plan {
  return planPublish(changes as PublishChange[], stored);
}

/** The changes for an audience, short: "put token/a". */
function told({ deltas }: Plan, audience: Audience): string[] {
  return (deltas.get(audience) ?? []).map(({ op, kind, key }) => `${op} ${kind}/${key}`);
}

const combat = { sceneId: "scn", active: true, round: 1, turn: 0, combatantId: "c1" };
const table = () =>
  rows(
    ["scene", "scn", aScene],
    ["token", "a", aToken],
    ["token", "b", aToken],
    ["combat", "cmb", combat],
    ["combatant", "c2", { combatId: "cmb", tokenId: "a", name: "Ogre's mate", initiative: 9 }],
    ["combatant", "c1", { combatId: "cmb", tokenId: "a", name: "Ogre", initiative: 12 }],
    ["wall", "w", { sceneId: "scn", points: [[0, 0], [1, 1]] }],
  );

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
    expect(told(made, "gm")).toEqual(["patch combatant/c1", "del token/a", "del combatant/c2"]);
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

  it("shows a row whose scene, token or combat is not in the room", () => {
    const made = plan(
      rows(),
      put("token", "t", 1, aToken),
      put("combatant", "c", 1, { combatId: "none", tokenId: "none", name: "x", initiative: 1 }),
    );
    expect(told(made, "player")).toEqual(["put token/t", "put combatant/c"]);
  });

  it("follows a token into a hidden scene, and its combatant with it", () => {
    const stored = table();
    stored.write({ kind: "scene", key: "lair", rev: 1, value: { ...aScene, hidden: true } as JsonObject });
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
      { op: "patch", kind: "combat", key: "cmb", value: { combatantId: null, round: 2 } },
    ]);
  });
});

describe("checkKinds", () => {
  it("refuses a ref to no kind", () => {
    expect(() => checkKinds({ a: { refs: { x: { kind: "nope" } } } })).toThrow("a.x names no kind");
  });

  it("refuses kinds that hide each other", () => {
    const refs = (kind: string) => ({ refs: { x: { kind, hidesRow: true } } });
    expect(() => checkKinds({ a: refs("b"), b: refs("a") })).toThrow("a > b > a");
  });
});
