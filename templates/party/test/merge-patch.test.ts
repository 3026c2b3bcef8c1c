import { describe, expect, it } from "vitest";
import { applyMergePatch, diffMergePatch, findNull, type Json, type JsonObject } from "../src/merge-patch.ts";

/** RFC 7396, appendix A: original, patch, result. */
const APPENDIX_A: [Json, Json, Json][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [["a", "b"], ["c", "d"], ["c", "d"]],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe("applyMergePatch", () => {
  it.each(APPENDIX_A)("RFC 7396 appendix A: %j + %j", (original, patch, result) => {
    const before = JSON.stringify([original, patch]);
    expect(applyMergePatch(original, patch)).toEqual(result);
    expect(JSON.stringify([original, patch])).toBe(before);
  });

  it.each(["__proto__", "constructor", "hasOwnProperty"])("takes %s for a plain field", (field) => {
    const patch = JSON.parse(`{"${field}": {"x": 1}, "y": 2}`) as JsonObject;
    const result = applyMergePatch({}, patch) as JsonObject;
    expect(Object.keys(result)).toEqual([field, "y"]);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(diffMergePatch({}, patch)).toEqual(patch);
  });
});

describe("diffMergePatch", () => {
  it.each<[JsonObject, JsonObject, JsonObject]>([
    [{ x: 1, y: 2 }, { y: 2, x: 1 }, {}],
    [{ x: 1, y: 2 }, { x: 3, y: 2 }, { x: 3 }],
    [{ x: 1, y: 2 }, { x: 1 }, { y: null }],
    [{ g: { a: 1, b: 2 } }, { g: { a: 1, b: 3 } }, { g: { b: 3 } }],
    [{ g: { a: 1 } }, { g: {} }, { g: { a: null } }],
    [{ g: {} }, { g: [] }, { g: [] }],
    [{ p: [[0, 1], { a: 1, b: 2 }] }, { p: [[0, 1], { b: 2, a: 1 }] }, {}],
    [{ p: [[0, 1]] }, { p: [[0, 2]] }, { p: [[0, 2]] }],
  ])("%j to %j is %j", (before, after, patch) => {
    expect(diffMergePatch(before, after)).toEqual(patch);
  });

  it("gives back what was diffed, for random objects", () => {
    const random = seeded(7);
    for (let round = 0; round < 2000; round += 1) {
      const before = randomObject(random, 3);
      const after = randomObject(random, 3);
      expect(applyMergePatch(before, diffMergePatch(before, after))).toEqual(after);
    }
  });
});

it("findNull says where", () => {
  expect(findNull({ a: [1, { b: null }] })).toEqual(["a", "1", "b"]);
  expect(findNull({ a: [1, { b: 0 }], c: "" })).toBeUndefined();
});

/** Numerical Recipes' linear congruential generator: the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32;
}

function randomObject(random: () => number, depth: number): JsonObject {
  const fields = ["a", "b", "c"].filter(() => random() < 0.6);
  return Object.fromEntries(fields.map((field) => [field, randomValue(random, depth)]));
}

function randomValue(random: () => number, depth: number): Json {
  const choice = random();
  if (depth > 0 && choice < 0.4) return randomObject(random, depth - 1);
  if (depth > 0 && choice < 0.6) return [randomValue(random, depth - 1)];
  return Math.floor(random() * 3);
}
