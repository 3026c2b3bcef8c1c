import assert from "node:assert/strict";
import { test } from "node:test";
import { around, cellOf, distance, fitted, inside, middle, snapped, toScene, zoomed } from "../page/geometry.js";

/** @type {import("../page/types.d.ts").Grid} */
const grid = { type: "square", size: 100, distance: 5, units: "ft" };
const scene = { name: "Cave", width: 1000, height: 800, grid };

test("tokens lie in whole cells, small ones in parts of one", () => {
  assert.deepEqual(snapped({ x: 149, y: 151 }, 1, grid), { x: 100, y: 200 });
  assert.deepEqual(snapped({ x: 149, y: 151 }, 2, grid), { x: 100, y: 200 });
  assert.deepEqual(snapped({ x: 140, y: 160 }, 0.5, grid), { x: 150, y: 150 });
});

test("a token stays wholly inside, and one that is too big in the corner", () => {
  assert.deepEqual(inside({ x: 990, y: -3 }, { width: 2, height: 2 }, scene), { x: 800, y: 0 });
  assert.deepEqual(inside({ x: 5, y: 5 }, { width: 20, height: 20 }, scene), { x: 0, y: 0 });
});

test("a diagonal step counts as one", () => {
  assert.equal(distance({ x: 0, y: 0 }, { x: 300, y: 200 }, grid), 15);
  assert.equal(distance({ x: 0, y: 0 }, { x: 300, y: 200 }, { type: "square", size: 100 }), 3);
});

test("the middle of a token, and the cell of a place", () => {
  assert.deepEqual(middle({ x: 100, y: 200, width: 2, height: 1 }, grid), { x: 200, y: 250 });
  assert.deepEqual(cellOf({ x: 100, y: 799 }, grid), { column: 2, row: 8 });
});

test("what is under the pointer stays there while the map is magnified", () => {
  const camera = { x: 30, y: -40, k: 0.5 };
  const pointer = { x: 200, y: 120 };
  const before = toScene(camera, pointer);
  for (const factor of [1.25, 0.3, 1e9, 1e-9]) {
    const after = toScene(zoomed(camera, factor, pointer), pointer);
    assert.ok(Math.hypot(after.x - before.x, after.y - before.y) < 1e-6);
  }
  assert.ok(zoomed(camera, 1e9, pointer).k <= 4);
  assert.ok(zoomed(camera, 1e-9, pointer).k >= 0.08);
});

test("the whole map is in the middle of the window", () => {
  const box = around([[100, 100], [500, 300]], 50);
  assert.deepEqual(box, { x: 50, y: 50, width: 500, height: 300 });
  const camera = fitted(box, { width: 1000, height: 1000 });
  assert.equal(camera.k, 2);
  assert.deepEqual(toScene(camera, { x: 500, y: 500 }), { x: 300, y: 200 });
});
