import assert from "node:assert/strict";
import { test } from "node:test";
import { byKind, createPlaced, isOwn, mayMove, mayPass, tableOf } from "../page/model.js";

const gm = /** @type {const} */ ({ session: "friday", role: "gm", user: "mara" });
const ann = /** @type {const} */ ({ session: "friday", role: "player", user: "ann" });
const watcher = /** @type {const} */ ({ session: "friday", role: "spectator", user: "ann" });
const token = { sceneId: "cave", name: "Hero", x: 100, y: 200, width: 1, height: 1 };
const entities = byKind([
  { kind: "session", key: "friday", value: { name: "Friday", activeSceneId: "cave" } },
  { kind: "scene", key: "attic", value: { name: "Attic" } },
  { kind: "scene", key: "cave", value: { name: "Cave" } },
  { kind: "token", key: "hero", value: { ...token, ownerIds: { ann: true } } },
  { kind: "token", key: "ogre", value: { ...token, name: "Ogre", width: 2, height: 2 } },
  { kind: "token", key: "bat", value: { ...token, sceneId: "attic" } },
  { kind: "wall", key: "__proto__", value: { sceneId: "cave", points: [] } },
  { kind: "combatant", key: "c-hero", value: { name: "Hero", initiative: 12, tokenId: "hero" } },
  { kind: "combatant", key: "c-ogre", value: { name: "Ogre", initiative: 15, tokenId: "ogre" } },
  { kind: "combat", key: "old", value: { sceneId: "cave", active: false, round: 9, order: [] } },
  { kind: "combat", key: "fight", value: { sceneId: "cave", active: true, round: 2, combatantId: "c-hero", order: ["c-ogre", "c-hero", "gone"] } },
]);

test("only the active scene is on the table, big tokens below small ones", () => {
  const table = tableOf(entities);
  assert.equal(table.scene?.name, "Cave");
  assert.deepEqual(table.tokens.map(([key]) => key), ["ogre", "hero"]);
  assert.deepEqual(table.walls.map(([key]) => key), ["__proto__"]);
});

test("the fight has those who are known, in the room's order", () => {
  const { fight } = tableOf(entities);
  assert.deepEqual(fight?.fighters.map(({ name, up }) => [name, up]), [["Ogre", false], ["Hero", true]]);
  assert.equal(fight?.up?.token?.name, "Hero");
});

test("an empty view is an empty table", () => {
  const table = tableOf({});
  assert.deepEqual([table.scene, table.tokens, table.fight], [undefined, [], undefined]);
});

test("the gm moves everything, players what is theirs and free, others nothing", () => {
  const own = { ...token, ownerIds: /** @type {Record<string, true>} */ ({ ann: true }) };
  assert.deepEqual([gm, ann, watcher].map((seat) => mayMove(seat, own)), [true, true, false]);
  assert.deepEqual([gm, ann, watcher].map((seat) => mayMove(seat, token)), [true, false, false]);
  assert.deepEqual([gm, ann].map((seat) => mayMove(seat, { ...own, locked: true })), [true, false]);
  assert.ok(!isOwn(ann, undefined));
});

test("the turn is passed on by the gm, and by whose it is", () => {
  const { fight } = tableOf(entities);
  assert.ok(fight);
  assert.deepEqual([gm, ann, watcher].map((seat) => mayPass(seat, fight)), [true, true, false]);
});

test("a token stays where it was put until the view has it there", () => {
  const placed = createPlaced();
  placed.put("hero", { x: 300, y: 200 }, token);
  assert.deepEqual(placed.placeOf("hero", token), { x: 300, y: 200 });
  placed.told("hero");
  assert.deepEqual(placed.placeOf("hero", token), { x: 300, y: 200 });
  assert.deepEqual(placed.placeOf("hero", { ...token, x: 300 }), { x: 300, y: 200 });
  assert.deepEqual(placed.placeOf("hero", { ...token, x: 500 }), { x: 500, y: 200 });
});

test("two quick moves don't go back to the first when the view has it", () => {
  const placed = createPlaced();
  placed.put("hero", { x: 200, y: 200 }, token);
  placed.put("hero", { x: 300, y: 200 }, token);
  placed.told("hero");
  assert.deepEqual(placed.placeOf("hero", { ...token, x: 200 }), { x: 300, y: 200 });
  placed.told("hero");
  assert.deepEqual(placed.placeOf("hero", { ...token, x: 200 }), { x: 300, y: 200 });
  assert.deepEqual(placed.placeOf("hero", { ...token, x: 300 }), { x: 300, y: 200 });
  assert.deepEqual(placed.placeOf("hero", token), { x: 100, y: 200 });
});

test("somebody else's move counts more, and so does a no", () => {
  const placed = createPlaced();
  placed.put("hero", { x: 200, y: 200 }, token);
  placed.told("hero");
  assert.deepEqual(placed.placeOf("hero", { ...token, x: 900 }), { x: 900, y: 200 });
  placed.put("hero", { x: 200, y: 200 }, token);
  placed.drop("hero");
  placed.told("hero");
  assert.deepEqual(placed.placeOf("hero", token), { x: 100, y: 200 });
});
