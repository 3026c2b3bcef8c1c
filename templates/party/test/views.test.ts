/** Who sees what of the rows there are, and of presence. */
import { describe, expect, it } from "vitest";
import { presenceKinds, ROLES, type Audience } from "../src/kinds.ts";
import type { JsonObject } from "../src/merge-patch.ts";
import { audiencesOf, checkKinds, isPresenceVisible, maySendPresence, viewOf } from "../src/views.ts";
import { aScene, aToken } from "./client.ts";
import { rows } from "./histories.ts";

const OTHERS: readonly Audience[] = ["player", "spectator", "display", "user:bob"];

/** Which of all audiences a test is for. */
function seers(see: (audience: Audience) => unknown): Audience[] {
  return (["gm", "user:ann", ...OTHERS] as const).filter((audience) => see(audience));
}

describe("an owner", () => {
  const token = { ...aToken, hp: 7, ownerIds: { ann: true, cat: true }, gmNotes: "cursed", hidden: false };

  it("sees hp and owners of a token; other players, spectators and displays don't", () => {
    const stored = rows(["token", "t", token]);
    const view = (audience: Audience) => viewOf(stored, { kind: "token", key: "t" }, audience);
    expect(view("user:ann")).toEqual({ ...aToken, hp: 7, ownerIds: token.ownerIds });
    for (const audience of OTHERS) expect(view(audience)).toEqual(aToken);
    expect(view("gm")).toEqual(token);
  });

  it("doesn't see the token while it is hidden", () => {
    const stored = rows(["token", "t", { ...token, hidden: true }]);
    expect(seers((audience) => viewOf(stored, { kind: "token", key: "t" }, audience))).toEqual(["gm"]);
  });

  it("sees a hidden note as a handout, but not what the gm noted", () => {
    const note = { name: "Letter", hidden: true, ownerIds: { ann: true }, gmNotes: "forged" };
    const stored = rows(["note", "n", note], ["note", "open", { ...note, hidden: false }]);
    const handout = { name: "Letter", ownerIds: { ann: true } };
    expect(viewOf(stored, { kind: "note", key: "n" }, "user:ann")).toEqual(handout);
    expect(seers((audience) => viewOf(stored, { kind: "note", key: "n" }, audience))).toEqual(["gm", "user:ann"]);
    expect(viewOf(stored, { kind: "note", key: "open" }, "player")).toEqual({ name: "Letter" });
  });

  it("sees nothing of a hidden scene", () => {
    const stored = rows(
      ["scene", "scn", { ...aScene, hidden: true }],
      ["token", "t", token],
      ["note", "n", { name: "x", sceneId: "scn", ownerIds: { ann: true } }],
    );
    for (const id of [{ kind: "token", key: "t" }, { kind: "note", key: "n" }] as const) {
      expect(seers((audience) => viewOf(stored, id, audience))).toEqual(["gm"]);
    }
  });

  it("is no other user, whatever the ids look like", () => {
    const stored = rows(["token", "t", { ...token, ownerIds: { player: true, "user:bob": true } }]);
    for (const audience of OTHERS) {
      expect(viewOf(stored, { kind: "token", key: "t" }, audience)).not.toHaveProperty("hp");
    }
  });
});

describe("audiencesOf", () => {
  it("are the roles, then who owns something, sorted", () => {
    const stored = rows(
      ["token", "t", { ...aToken, ownerIds: { zoe: true, ann: true } }],
      ["note", "n", { name: "x", ownerIds: { Bob: true, ann: true } }],
    );
    expect(audiencesOf(stored)).toEqual([...ROLES, "user:Bob", "user:ann", "user:zoe"]);
    expect(stored.owners()).toEqual(new Map([["zoe", 1], ["ann", 2], ["Bob", 1]]));
    stored.write({ kind: "token", key: "t", rev: 2, value: null });
    expect(audiencesOf(stored)).toEqual([...ROLES, "user:Bob", "user:ann"]);
  });
});

describe("combat.order", () => {
  const combat = { sceneId: "scn", active: true, round: 0, turn: 0 };
  const one = (initiative: number, more: object = {}) => ({ combatId: "m", name: "x", initiative, ...more });
  const order = (audience: Audience, ...combatants: [string, object][]) => {
    const stored = combatants.map(([key, value]) => ["combatant", key, value] as const);
    return viewOf(rows(["combat", "m", combat], ...stored), { kind: "combat", key: "m" }, audience)?.["order"];
  };

  it("goes by initiative, highest first, then sort, then key", () => {
    const made = order(
      "player",
      ["b", one(3)],
      ["a", one(3)],
      ["B", one(3)],
      ["last", one(3, { sort: 0.5 })],
      ["first", one(3, { sort: -1 })],
      ["low", one(-2)],
      ["high", one(10)],
    );
    expect(made).toEqual(["high", "first", "B", "a", "b", "last", "low"]);
  });

  it("leaves out whom the audience doesn't see, and is there without anyone", () => {
    expect(order("player", ["a", one(3, { hidden: true })], ["b", one(1)])).toEqual(["b"]);
    expect(order("gm", ["a", one(3, { hidden: true })], ["b", one(1)])).toEqual(["a", "b"]);
    expect(order("display", ["a", one(3, { combatId: "other" })])).toEqual([]);
  });
});

describe("drawings and fog", () => {
  const points = [[0, 0], [1, 0], [1, 1]];
  const drawing = { sceneId: "scn", shape: "polygon", points };

  it("hides a hidden drawing, and both with their scene", () => {
    const fog = { sceneId: "scn", mode: "manual", shapes: { a: { op: "reveal", points } } };
    const open = rows(["drawing", "d", { ...drawing, hidden: true }], ["fog", "f", fog]);
    expect(seers((audience) => viewOf(open, { kind: "drawing", key: "d" }, audience))).toEqual(["gm"]);
    expect(viewOf(open, { kind: "fog", key: "f" }, "display")).toEqual(fog);
    const closed = rows(["scene", "scn", { ...aScene, hidden: true }], ["drawing", "d", drawing], ["fog", "f", fog]);
    for (const id of [{ kind: "drawing", key: "d" }, { kind: "fog", key: "f" }] as const) {
      expect(seers((audience) => viewOf(closed, id, audience))).toEqual(["gm"]);
    }
  });
});

describe("presence", () => {
  const stored = rows(
    ["scene", "scn", aScene],
    ["scene", "lair", { ...aScene, hidden: true }],
    ["token", "hers", { ...aToken, ownerIds: { ann: true } }],
    ["token", "spy", { ...aToken, hidden: true, ownerIds: { ann: true } }],
  );
  const at = (more: object): JsonObject => ({ x: 1, y: 2, ...more });
  const shown = (name: keyof typeof presenceKinds, value: JsonObject) =>
    seers((audience) => isPresenceVisible(stored, name, value, audience));
  const senders = (name: keyof typeof presenceKinds, value: JsonObject) =>
    seers((audience) => maySendPresence(stored, name, value, audience));

  it("is shown to whoever sees what it names", () => {
    expect(shown("cursor", at({ sceneId: "scn" }))).toEqual(["gm", "user:ann", ...OTHERS]);
    expect(shown("ping", at({ sceneId: "lair" }))).toEqual(["gm"]);
    expect(shown("drag", at({ tokenId: "hers" }))).toEqual(["gm", "user:ann", ...OTHERS]);
    expect(shown("drag", at({ tokenId: "spy" }))).toEqual(["gm"]);
    expect(shown("ruler", { sceneId: "none", points: [[0, 0], [1, 1]] })).toEqual([]);
  });

  it("is sent by the gm and players; a token is dragged by the gm and its owners", () => {
    expect(senders("cursor", at({ sceneId: "scn" }))).toEqual(["gm", "user:ann", "player", "user:bob"]);
    expect(senders("cursor", at({ sceneId: "lair" }))).toEqual(["gm"]);
    expect(senders("drag", at({ tokenId: "hers" }))).toEqual(["gm", "user:ann"]);
    expect(senders("drag", at({ tokenId: "spy" }))).toEqual(["gm"]);
  });

  it("has at most 16 corners, and no other fields", () => {
    const { ruler, cursor } = presenceKinds;
    const corners = (count: number) => ({ sceneId: "scn", points: Array(count).fill([0, 0]) });
    const fits = [1, 2, 16, 17].map((count) => ruler.value.safeParse(corners(count)).success);
    expect(fits).toEqual([false, true, true, false]);
    expect(cursor.value.safeParse({ sceneId: "scn", x: 1, y: 2, label: "hi" }).success).toBe(false);
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

  it("refuses what is derived from no ref to the kind", () => {
    const derived = { order: { from: "b", via: "aId", compare: () => 0 } };
    expect(() => checkKinds({ a: { derived }, b: {} })).toThrow("a.order: b.aId does not name a a");
    expect(() => checkKinds({ a: { derived }, b: { refs: { aId: { kind: "a" } } } })).not.toThrow();
  });
});
