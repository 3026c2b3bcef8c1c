/** Publishes that are told of together. */
import { describe, expect, it } from "vitest";
import { Batch } from "../src/batch.ts";
import { aToken, patch, put } from "./client.ts";
import { plan, rows, store, table } from "./histories.ts";

describe("a batch", () => {
  /** Publishes these one after another, and holds all of it. */
  function hold(stored: ReturnType<typeof rows>, ...changes: object[]): Batch {
    const batch = new Batch();
    for (const change of changes) {
      const made = plan(stored, change);
      store(stored, made);
      batch.add(made);
    }
    return batch;
  }

  it("tells of several publishes as one would of all their changes", () => {
    const changes = [
      patch("token", "b", 2, 1, { x: 1 }),
      patch("token", "a", 2, 1, { hidden: true }),
      patch("token", "b", 3, 2, { y: 9 }),
      put("light", "l", 1, { sceneId: "scn", x: 0, y: 0, range: 3 }),
    ];
    const stored = table();
    const batch = hold(stored, ...changes);
    expect(batch.flush(stored)).toEqual(plan(table(), ...changes).deltas);
    expect(batch.flush(stored)).toEqual(new Map());
  });

  it("says so when publishes come to nothing", () => {
    const stored = table();
    const batch = hold(
      stored,
      patch("token", "a", 2, 1, { hidden: true }),
      patch("token", "a", 3, 2, { hidden: null }),
    );
    expect(batch.take("player", stored)).toEqual([]);
    expect(batch.take("player", stored)).toBeUndefined();
    expect([...batch.flush(stored)].map(([who, changes]) => [who, changes])).toEqual([
      ["gm", []],
      ["spectator", []],
      ["display", []],
    ]);
  });

  it("holds nothing for an audience that was told nothing", () => {
    const stored = table();
    const batch = hold(stored, patch("token", "a", 2, 1, { gmNotes: "trap" }));
    expect([...batch.flush(stored).keys()]).toEqual(["gm"]);
  });

  it("drops what it held for a user who was moved", () => {
    const stored = rows(["token", "t", { ...aToken, ownerIds: { ann: true } }]);
    const batch = hold(
      stored,
      patch("token", "t", 2, 1, { x: 1 }),
      patch("token", "t", 3, 2, { ownerIds: null }),
    );
    expect([...batch.flush(stored).keys()]).toEqual(["gm", "player", "spectator", "display"]);
  });
});
