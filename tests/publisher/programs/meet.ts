/** All that is asked of a real room besides publishing; the keys come on standard input. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { del, mintTicket, patch, Publisher, put, RefusedError } from "../src/index.ts";

const [url] = process.argv.slice(2) as [string];
const [key, ticketKey] = readFileSync(0, "utf8").trim().split("\n") as [string, string];
const rows = { "note/a": { rev: 3, row: { name: "A", text: "three" } } };
const wholeRow = (_session: string, kind: string, name: string) =>
  rows[`${kind}/${name}` as keyof typeof rows];
const publisher = new Publisher(url, key, { wholeRow });

const told = await publisher.publish("typescript", [put("note", "a", 1, { name: "Ä", text: null })]);
assert.deepEqual(told.applied, [{ kind: "note", key: "a", rev: 1 }]);
await publisher.publish("typescript", [patch("note", "a", 3, 2, { text: "three" })]);
const turn = put("note", "a", 4, { name: "B" }, { name: "Z" });
const refused = await publisher.publish("typescript", [turn]).catch((error: unknown) => error);
assert.ok(refused instanceof RefusedError);
assert.deepEqual(refused.refusal.found, { name: "A" });
const unknown = publisher.publish("typescript", [put("dragon", "smaug", 1, {})]);
await assert.rejects(unknown, /unknown kind; this room knows session, scene, token/);

const ticket = await mintTicket(ticketKey, { session: "typescript", role: "gm", user: "żółw" });
const headers = { authorization: `Bearer ${ticket}` };
const look = (): Promise<Response> => fetch(`${url}/parties/session/typescript/snapshot`, { headers });
const { entities } = (await (await look()).json()) as { entities: unknown };
assert.deepEqual(entities, [{ kind: "note", key: "a", value: { name: "A", text: "three" } }]);

assert.equal(await publisher.republishIfNew("typescript", () => [put("note", "b", 1, { name: "B" })]), true);
assert.equal(await publisher.republishIfNew("typescript", () => []), false);
assert.equal(await publisher.kick("typescript", { user: "żółw" }), 0);
assert.equal(((await (await look()).json()) as any).error.code, "revoked");
const before = await publisher.health("typescript");
assert.equal(before.seq["gm"], 3);
await publisher.forget("typescript");
const after = await publisher.health("typescript");
assert.notEqual(after.epoch, before.epoch);
assert.equal((await publisher.publish("typescript", [del("note", "a", 4)])).seq["gm"], 0);
await publisher.close();
