import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { flagstonePath, floorPath, hatchPath, rockOf } from "../page/masonry.js";

/** @type {import("../page/types.d.ts").Scene} */
const scene = { name: "Cave", width: 400, height: 400, grid: { type: "square", size: 100 } };
/** @type {import("../page/types.d.ts").Wall} */
const room = { sceneId: "s", points: [[100, 100], [300, 100], [300, 300], [100, 300], [100, 100]] };
const solid = (/** @type {ReturnType<typeof rockOf>} */ masonry, /** @type {number} */ x, /** @type {number} */ y) =>
  masonry.rock[Math.floor(y / masonry.step) * masonry.columns + Math.floor(x / masonry.step)];

test("what a way leads to from the edge is rock; what walls close off is floor", () => {
  const masonry = rockOf(scene, [room]);
  assert.equal(solid(masonry, 50, 200), true);
  assert.equal(solid(masonry, 350, 390), true);
  assert.equal(solid(masonry, 200, 200), false);
  assert.equal(solid(masonry, 110, 290), false);
});

test("doors close a room off too, open or not", () => {
  /** @type {import("../page/types.d.ts").Wall[]} */
  const walls = [
    { sceneId: "s", points: [[200, 100], [300, 100], [300, 300], [100, 300], [100, 100]] },
    { sceneId: "s", points: [[100, 100], [200, 100]], door: "open" },
  ];
  assert.equal(solid(rockOf(scene, walls), 200, 200), false);
});

test("a map whose walls close nothing off is all floor", () => {
  const masonry = rockOf(scene, [{ sceneId: "s", points: [[0, 200], [300, 200]] }]);
  assert.ok(masonry.rock.every((rock) => !rock));
  assert.equal(hatchPath(masonry, [], 100), "");
});

test("the same map looks the same each time, and on no flagstone lies rock", () => {
  const masonry = rockOf(scene, [room]);
  assert.equal(hatchPath(masonry, [room], 100), hatchPath(masonry, [room], 100));
  for (const [, x, y, wide] of flagstonePath(masonry, scene).matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)/g)) {
    assert.ok(Number(x) > 100 && Number(x) + Number(wide) < 300, `${x} ${y} ${wide}`);
  }
  assert.ok(floorPath(masonry).startsWith("M100 100"));
});

test("the sample map has two rooms of four by eight cells", async () => {
  const file = new URL("../data/sample-map.dd2vtt", import.meta.url);
  const drawn = JSON.parse(await readFile(file, "utf8"));
  const bounds = drawn.portals.map((/** @type {any} */ portal) => portal.bounds);
  const walls = [...drawn.line_of_sight, ...bounds].map((points) => ({
    sceneId: "s",
    points: points.map((/** @type {any} */ { x, y }) => [(x - 2) * 256, (y - 1) * 256]),
  }));
  /** @type {import("../page/types.d.ts").Scene} */
  const size = { name: "", width: 2560, height: 2560, grid: { type: "square", size: 256 } };
  const { rock } = rockOf(size, walls);
  assert.equal(rock.filter((is) => !is).length, 2 * 4 * 8 * 16);
});
