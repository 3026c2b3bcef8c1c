/** What a publish request is refused for, once its form is right. */
import { describe, expect, it } from "vitest";
import { LIMITS } from "../src/limits.ts";
import { Refusal } from "../src/refusal.ts";
import { aToken, del, patch, put } from "./client.ts";
import { plan, rows, table } from "./histories.ts";

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("was not refused");
}

describe("a derived field", () => {
  it("is refused as a part of the row", () => {
    expect(refusalOf(() => plan(table(), patch("combat", "cmb", 2, 1, { order: ["c1"] })))).toMatchObject({
      status: 400,
      body: { code: "bad_change", change: 0 },
    });
  });
});

describe("expect", () => {
  const expecting = (change: object, fields: object) => ({ ...change, expect: fields });
  const turn = patch("combat", "cmb", 2, 1, { turn: 1 });

  it("lets a change through when the stored fields are as expected, and null means absent", () => {
    const made = plan(table(), expecting(turn, { round: 1, turn: 0, active: true, combatantId: "c1" }));
    expect(made.applied).toHaveLength(1);
    const fresh = put("token", "new", 1, aToken);
    expect(plan(table(), expecting(fresh, { name: null, toString: null })).applied).toHaveLength(1);
  });

  it("compares deeply", () => {
    const moved = patch("wall", "w", 2, 1, { door: "open" });
    expect(plan(table(), expecting(moved, { points: [[0, 0], [1, 1]] })).applied).toHaveLength(1);
    expect(refusalOf(() => plan(table(), expecting(moved, { points: [[0, 0]] }))).status).toBe(409);
  });

  it("refuses with what it found, before it looks at the base", () => {
    const late = { ...expecting(turn, { round: 2, turn: 0, bonus: 1 }), base: 0 };
    expect(refusalOf(() => plan(table(), late))).toMatchObject({
      status: 409,
      body: { code: "expect_mismatch", change: 0, found: { round: 1, turn: 0, bonus: null } },
    });
    const gone = expecting(put("token", "none", 1, aToken), { x: 1 });
    expect(refusalOf(() => plan(table(), gone)).body.found).toEqual({ x: null });
  });

  it("goes by what the request has changed so far", () => {
    const next = { ...expecting(patch("combat", "cmb", 3, 2, { turn: 2 }), { turn: 1 }) };
    expect(plan(table(), turn, next).applied).toHaveLength(2);
    expect(refusalOf(() => plan(table(), turn, { ...next, expect: { turn: 0 } })).body.change).toBe(1);
  });

  it("does not matter to a duplicate", () => {
    const retried = expecting(patch("combat", "cmb", 1, 0, { turn: 1 }), { turn: 7 });
    expect(plan(table(), retried)).toMatchObject({ applied: [], duplicates: [{ key: "cmb" }] });
  });
});

describe("the size of a row", () => {
  const noteOf = (text: string) => ({ name: "n", text });
  const room = LIMITS.rowBytes - JSON.stringify(noteOf("")).length;

  it("is counted in bytes of JSON, and the limit itself fits", () => {
    expect(plan(rows(), put("note", "n", 1, noteOf("x".repeat(room)))).applied).toHaveLength(1);
    for (const text of ["x".repeat(room + 1), "é".repeat(room / 2 + 1)]) {
      const refused = refusalOf(() => plan(table(), del("wall", "w", 2), put("note", "n", 1, noteOf(text))));
      expect(refused).toMatchObject({
        status: 413,
        body: { code: "too_large", change: 1, path: "/changes/1/value" },
      });
    }
  });

  it("counts the row that a patch makes", () => {
    const stored = rows(["note", "n", noteOf("x".repeat(room - 20))]);
    const refused = refusalOf(() => plan(stored, patch("note", "n", 2, 1, { gmNotes: "y".repeat(30) })));
    expect(refused.body).toMatchObject({ code: "too_large", change: 0 });
  });
});
