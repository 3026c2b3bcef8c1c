import assert from "node:assert/strict";
import { test } from "node:test";
import { barriers, free, lit } from "../page/sight.js";

/** @typedef {import("../page/types.d.ts").Wall} Wall */

/** @type {(polygon: readonly (readonly [number, number])[], x: number, y: number) => boolean} */
function holds(polygon, x, y) {
  let within = false;
  polygon.forEach(([ax, ay], place) => {
    const [bx, by] = polygon.at(place - 1) ?? [0, 0];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  });
  return within;
}

// Two rooms, with a door from (100, 40) to (100, 60) between them.
/** @type {Wall} */
const outer = { sceneId: "s", points: [[0, 0], [200, 0], [200, 100], [0, 100], [0, 0]] };
/** @type {Wall} */
const above = { sceneId: "s", points: [[100, 0], [100, 40]] };
/** @type {Wall} */
const below = { sceneId: "s", points: [[100, 60], [100, 100]] };
const door = (/** @type {"open" | "closed"} */ state) => /** @type {Wall} */ ({
  sceneId: "s",
  points: [[100, 40], [100, 60]],
  door: state,
});
const lamp = { x: 50, y: 50 };

test("light stays in the room while the door is closed", () => {
  const polygon = lit(lamp, 500, barriers([outer, above, below, door("closed")]));
  assert.ok(holds(polygon, 20, 20));
  assert.ok(holds(polygon, 98, 50));
  assert.ok(!holds(polygon, 150, 50));
  assert.ok(!holds(polygon, -50, 50));
});

test("light falls through an open door, as far as its edges let it", () => {
  const polygon = lit(lamp, 500, barriers([outer, above, below, door("open")]));
  assert.ok(holds(polygon, 150, 50));
  assert.ok(holds(polygon, 190, 70));
  assert.ok(!holds(polygon, 110, 20));
  assert.ok(!holds(polygon, 110, 80));
});

test("a corner where a wall passes out of the light's range is lit up to the wall", () => {
  const polygon = lit({ x: 100, y: 50 }, 60, barriers([outer]));
  assert.ok(holds(polygon, 199, 99) && holds(polygon, 1, 1));
});

test("a way is free unless something crosses it", () => {
  const walls = barriers([above, below]);
  assert.ok(!free({ x: 50, y: 20 }, { x: 150, y: 20 }, walls));
  assert.ok(free({ x: 50, y: 50 }, { x: 150, y: 50 }, walls));
});
