import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../src/limits.ts";
import type { ErrorBody } from "../src/protocol.ts";
import { errorBody } from "../src/protocol.ts";
import {
  aScene,
  aToken,
  authorized,
  del,
  freshSession,
  join,
  patch,
  publish,
  put,
  snapshotFor,
  tryPublish,
} from "./client.ts";

async function refused(response: Response): Promise<ErrorBody["error"]> {
  return errorBody.parse(await response.json()).error;
}

describe("publish", () => {
  it("stores put, patch and del, and answers with what was applied", async () => {
    const s = freshSession();
    expect(await publish(s, put("token", "t", 1, aToken))).toEqual({
      applied: [{ kind: "token", key: "t", rev: 1 }],
      duplicates: [],
      // Nobody but the gm sees what is in a scene that isn't there.
      seq: { gm: 1, player: 0, spectator: 0, display: 0 },
    });
    await publish(s, patch("token", "t", 4, 1, { x: 5, hp: 3 }));
    await publish(s, patch("token", "t", 5, 4, { hp: null }));
    expect((await snapshotFor(s, "gm")).entities).toEqual([
      { kind: "token", key: "t", value: { ...aToken, x: 5 } },
    ]);
    await publish(s, del("token", "t", 6));
    expect((await snapshotFor(s, "gm")).entities).toEqual([]);
  });

  it("answers a rev that is not above the stored one as a duplicate, and does nothing", async () => {
    const s = freshSession();
    await publish(s, put("token", "t", 3, aToken));
    const client = await join(s, "gm");
    const again = await publish(
      s,
      put("token", "t", 3, { ...aToken, x: 1 }),
      put("token", "t", 2, { ...aToken, x: 1 }),
      patch("token", "t", 3, 1, { x: 1 }),
      del("token", "t", 0),
    );
    expect(again.applied).toEqual([]);
    expect(again.duplicates.map(({ rev }) => rev)).toEqual([3, 2, 3, 0]);
    expect(again.seq.gm).toBe(1);
    expect(await client.news()).toEqual([]);
  });

  it("remembers what was deleted: a late put does not bring it back", async () => {
    const s = freshSession();
    await publish(s, put("token", "t", 1, aToken), del("token", "t", 5), del("token", "never", 2));
    const late = await publish(s, put("token", "t", 5, aToken), put("token", "never", 1, aToken));
    expect(late.duplicates).toHaveLength(2);
    expect((await snapshotFor(s, "gm")).entities).toEqual([]);
    expect((await publish(s, put("token", "t", 6, aToken))).applied).toHaveLength(1);
  });

  it("handles an entity twice in one request", async () => {
    const s = freshSession();
    const result = await publish(
      s,
      put("token", "t", 1, aToken),
      patch("token", "t", 2, 1, { x: 7 }),
      put("token", "t", 1, aToken),
    );
    expect(result.applied.map(({ rev }) => rev)).toEqual([1, 2]);
    expect(result.duplicates.map(({ rev }) => rev)).toEqual([1]);
    expect(result.seq.gm).toBe(1);
  });
});

describe("409 base_mismatch", () => {
  it.each([
    ["another base", 2, 3],
    ["no such row", 1, null],
    ["a deleted row", 4, null],
  ])("%s: nothing of the request is applied", async (why, base, stored) => {
    const s = freshSession();
    if (stored !== null) await publish(s, put("token", "t", stored, aToken));
    if (why === "a deleted row") await publish(s, del("token", "t", 4));
    const before = await snapshotFor(s, "gm");
    const client = await join(s, "gm");
    const response = await tryPublish(s, [
      put("scene", "scn", 1, aScene),
      patch("token", "t", 9, base, { x: 1 }),
    ]);
    expect(response.status).toBe(409);
    expect(await refused(response)).toMatchObject({ code: "base_mismatch", change: 1, stored });
    expect(await client.news()).toEqual([]);
    expect(await snapshotFor(s, "gm")).toEqual(before);
    expect((await publish(s, put("scene", "scn", 1, aScene))).applied).toHaveLength(1);
  });
});

describe("400 bad_change", () => {
  const good = put("scene", "scn", 1, aScene);
  it.each<[string, unknown, number | undefined, string | undefined]>([
    ["unknown kind", [good, put("dragon", "d", 1, {})], 1, "/changes/1/kind"],
    ["unknown op", [{ op: "move", kind: "token", key: "t", rev: 1 }], 0, "/changes/0/op"],
    ["missing field", [put("token", "t", 1, { ...aToken, x: undefined })], 0, "/changes/0/value/x"],
    ["unknown field", [put("token", "t", 1, { ...aToken, z: 1 })], 0, "/changes/0/value"],
    ["null in a put", [put("token", "t", 1, { ...aToken, hp: null })], 0, "/changes/0/value/hp"],
    ["bad key", [put("scene", "a b", 1, aScene)], 0, "/changes/0/key"],
    ["long key", [put("scene", "k".repeat(129), 1, aScene)], 0, "/changes/0/key"],
    ["negative rev", [put("scene", "s", -1, aScene)], 0, "/changes/0/rev"],
    ["rev with a fraction", [put("scene", "s", 1.5, aScene)], 0, "/changes/0/rev"],
    ["base not below rev", [patch("scene", "scn", 2, 2, {})], 0, "/changes/0/base"],
    ["patch to a bad row", [good, patch("scene", "scn", 2, 1, { width: -1 })], 1, "/changes/1/value/width"],
    ["patch takes a field away", [good, patch("scene", "scn", 2, 1, { name: null })], 1, "/changes/1/value/name"],
    ["value in a del", [{ ...del("scene", "scn", 1), value: {} }], 0, "/changes/0"],
    ["no changes", [], undefined, "/changes"],
    ["too many", Array.from({ length: 501 }, (_, i) => del("scene", `s${i}`, 1)), undefined, "/changes"],
    ["changes is no list", { 0: good }, undefined, "/changes"],
  ])("%s: nothing is applied", async (_why, changes, change, path) => {
    const s = freshSession();
    const response = await tryPublish(s, changes);
    expect(response.status).toBe(400);
    const error = await refused(response);
    expect(error).toMatchObject({ code: "bad_change" });
    expect([error.change, error.path]).toEqual([change, path]);
    expect((await snapshotFor(s, "gm")).entities).toEqual([]);
  });

  it("takes no harm from __proto__", async () => {
    const s = freshSession();
    const value = JSON.parse('{"__proto__": {"hidden": true}, "name": "Hall"}') as object;
    await publish(s, good);
    const response = await tryPublish(s, [patch("scene", "scn", 2, 1, value)]);
    expect(await refused(response)).toMatchObject({ path: "/changes/0/value/__proto__" });
    expect((await snapshotFor(s, "player")).entities[0]?.value).toEqual(aScene);
  });

  it.each([
    ["not JSON", "{"],
    ["not an object", "[]"],
    ["empty", ""],
    ["nested without end", `{"changes":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
    ["nested patch", `{"changes":[{"op":"patch","kind":"scene","key":"s","rev":1,"base":0,"value":${'{"a":'.repeat(90_000)}1${"}".repeat(90_000)}}]}`],
  ])("a body that is %s", async (_why, body) => {
    const path = `/parties/session/${freshSession()}/publish`;
    const response = await authorized(path, { method: "POST", body });
    expect(response.status).toBe(400);
    expect(await refused(response)).toMatchObject({ code: "bad_change" });
  });
});

describe("413", () => {
  const limit = 1024 * 1024;
  const path = () => `/parties/session/${freshSession()}/publish`;

  it("takes a body of exactly the limit", async () => {
    const body = JSON.stringify({ changes: [put("scene", "s", 1, aScene)] }).padEnd(limit, " ");
    expect((await authorized(path(), { method: "POST", body })).status).toBe(200);
    const over = await authorized(path(), { method: "POST", body: `${body} ` });
    expect(over.status).toBe(413);
    expect(await refused(over)).toMatchObject({ code: "too_large" });
  });

  it("stops reading a body that has no end", async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 65536;
        controller.enqueue(new Uint8Array(65536).fill(32));
      },
    });
    const response = await authorized(path(), { method: "POST", body: endless });
    expect(response.status).toBe(413);
    expect(pulled).toBeLessThan(2 * limit);
  });
});

describe("idempotency keys", () => {
  const tryKey = (session: string, key: string, changes: unknown) =>
    authorized(`/parties/session/${session}/publish`, {
      method: "POST",
      headers: { "idempotency-key": key },
      body: JSON.stringify({ changes }),
    });

  it("get a repeated request its first answer, and nothing done twice", async () => {
    const s = freshSession();
    const first = await tryKey(s, "k1", [put("token", "t", 1, aToken)]);
    const body = await first.json();
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    await publish(s, put("token", "t", 2, { ...aToken, x: 9 }));
    await evictDurableObject(env.Session.getByName(s));
    const again = await tryKey(s, "k1", [put("token", "t", 1, aToken)]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await again.json()).toEqual(body);
    expect((await snapshotFor(s, "gm")).entities[0]?.value).toMatchObject({ x: 9 });
  });

  it("are refused for another body", async () => {
    const s = freshSession();
    await tryKey(s, "k1", [put("token", "t", 1, aToken)]);
    const other = await tryKey(s, "k1", [put("token", "t", 2, aToken)]);
    expect(other.status).toBe(422);
    expect((await refused(other)).code).toBe("idempotency_mismatch");
  });

  it("don't remember refusals", async () => {
    const s = freshSession();
    const change = patch("token", "t", 2, 1, { x: 1 });
    expect((await tryKey(s, "k1", [change])).status).toBe(409);
    await publish(s, put("token", "t", 1, aToken));
    expect((await tryKey(s, "k1", [change])).status).toBe(200);
  });

  it.each(["", "a b", "é", "x".repeat(129)])("must be visible ASCII: %j", async (key) => {
    const response = await tryKey(freshSession(), key, [put("token", "t", 1, aToken)]);
    expect(response.status).toBe(400);
    expect((await refused(response)).code).toBe("bad_request");
  });
});

describe("limits of a row", () => {
  it("name the change that breaks them, and nothing is stored", async () => {
    const s = freshSession();
    const fits = "x".repeat(LIMITS.rowBytes - '{"name":"n","text":""}'.length);
    await publish(s, put("note", "fits", 1, { name: "n", text: fits }));
    const response = await tryPublish(s, [
      put("scene", "scn", 1, aScene),
      put("note", "big", 1, { name: "n", text: `${fits}x` }),
    ]);
    expect(response.status).toBe(413);
    expect(await refused(response)).toMatchObject({ code: "too_large", change: 1, path: "/changes/1/value" });
    expect((await snapshotFor(s, "gm")).entities.map(({ key }) => key)).toEqual(["fits"]);
  });
});

describe("what nothing could keep", () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  const tryText = (session: string, body: string) =>
    authorized(`/parties/session/${session}/publish`, { method: "POST", body });
  const note = (value: string) => `{"changes":[{"op":"put","kind":"note","key":"n","rev":1,"value":${value}}]}`;

  it.each([
    ["half a surrogate pair", note('{"name":"\\ud800"}'), "/changes/0/value/name"],
    ["half of one as a name", note('{"name":"n","ownerIds":{"\\udc00":true}}'), "/changes/0/value/ownerIds/\ufffd"],
    ["an owner __proto__", note('{"name":"n","ownerIds":{"__proto__":true}}'), "/changes/0/value/ownerIds/__proto__"],
  ])("%s is refused", async (_what, body, path) => {
    const s = freshSession();
    const response = await tryText(s, body);
    expect(response.status).toBe(400);
    expect(await refused(response)).toMatchObject({ code: "bad_change", change: 0, path });
    expect((await snapshotFor(s, "gm")).entities).toEqual([]);
  });

  it("is nested 33 levels deep; 32 are looked at", async () => {
    const at = async (levels: number) => (await refused(await tryText(freshSession(), JSON.stringify(nested(levels))))).message;
    expect(await at(LIMITS.depth)).not.toContain("deeper");
    expect(await at(LIMITS.depth + 1)).toContain("deeper");
  });
});

describe("turns", () => {
  const fight = { sceneId: "scn", active: true, round: 1, turn: 0, combatantId: "a" };

  it("pass once, although two ask for the next one", async () => {
    const s = freshSession();
    await publish(s, put("combat", "c", 1, fight));
    const next = { round: 1, turn: 1, combatantId: "b" };
    const expecting = { expect: { round: 1, turn: 0 } };
    await publish(s, { ...put("combat", "c", 2, { ...fight, ...next }), ...expecting });
    const second = await tryPublish(s, [
      { ...put("combat", "c", 3, { ...fight, ...next }), ...expecting },
    ]);
    expect(second.status).toBe(409);
    expect(await refused(second)).toMatchObject({ code: "expect_mismatch", change: 0, found: { round: 1, turn: 1 } });
  });
});
