/** Cursors, pings, rulers and drags: sent at a pace, shown for a while. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { PresenceItem } from "../src/protocol.ts";
import type { Session } from "../src/types.ts";
import { pass, putNote, Table } from "./fakes/table.ts";
import { ticketFor } from "./fakes/tickets.ts";

let table: Table;

beforeEach(() => {
  vi.useFakeTimers();
  table = new Table();
  table.room.publish([putNote("a", "A")]);
});
afterEach(() => {
  table.close();
  vi.useRealTimers();
});

async function join(sub: string): Promise<Session> {
  const { session } = table.follow({ ticket: () => ticketFor({ sub }) });
  await pass(200);
  return session;
}

function cursor(x: number) {
  return { sceneId: "cave", x, y: 0 };
}

function xs(session: Session): unknown[] {
  return session.presence.getSnapshot().map(({ value }) => (value as { x: number } | null)?.x);
}

/** The x of every cursor that reached the room. */
function reached(): number[] {
  return table.room.heard.flatMap((frame) =>
    frame.type === "presence" ? [(frame.value as { x: number }).x] : [],
  );
}

it("shows others what one does, and leaves out what one did oneself", async () => {
  const [ann, bob] = [await join("ann"), await join("bob")];
  ann.presence.send("cursor", cursor(1));
  await pass(200);
  expect(bob.presence.getSnapshot()).toEqual([
    { user: "ann", role: "player", kind: "cursor", value: cursor(1), ttl: 5000 },
  ]);
  expect(ann.presence.getSnapshot()).toEqual([]);
  ann.presence.send("cursor", null);
  await pass(200);
  expect(bob.presence.getSnapshot()).toEqual([]);
});

it("sends the newest, at a pace that the room bears", async () => {
  const [ann, bob] = [await join("ann"), await join("bob")];
  let x = 0;
  for (let second = 0; second < 100; second += 10) {
    for (let times = 0; times < 60; times += 1) {
      ann.presence.send("cursor", cursor((x += 1)));
      ann.presence.send("drag", { tokenId: "hero", x, y: 0 });
      await pass(1000 / 60);
    }
    await pass(9_000);
  }
  expect(table.room.network.sockets).toHaveLength(2);
  expect(xs(bob)).toEqual([]);
  const counts = reached();
  expect(counts.length).toBeLessThan(10 * 20);
  expect(counts.length).toBeGreaterThan(10 * 14);
  expect(counts.at(-1)).toBe(x);
});

it("doesn't exceed the room's pace while something moves all the time", async () => {
  const ann = await join("ann");
  for (let frame = 0; frame < 60 * 20; frame += 1) {
    for (const kind of ["cursor", "ping"] as const) ann.presence.send(kind, cursor(frame));
    await pass(1000 / 60);
  }
  expect(table.room.network.sockets).toHaveLength(1);
  expect(table.room.heard.length).toBeLessThanOrEqual(20 * 20);
});

it("no kind starves another", async () => {
  const ann = await join("ann");
  for (let frame = 0; frame < 60; frame += 1) {
    for (const kind of ["cursor", "ping", "ruler"] as const) {
      ann.presence.send(kind, kind === "ruler" ? { sceneId: "cave", points: [[0, 0], [1, 1]] } : cursor(frame));
    }
    await pass(1000 / 60);
  }
  const kinds = table.room.heard.map((frame) => (frame.type === "presence" ? frame.kind : ""));
  for (const kind of ["cursor", "ping", "ruler"]) {
    expect(kinds.filter((one) => one === kind).length).toBeGreaterThan(3);
  }
});

it("forgets what runs out, and tells so", async () => {
  const [ann, bob] = [await join("ann"), await join("bob")];
  const seen: (readonly PresenceItem[])[] = [];
  bob.presence.subscribe(() => seen.push(bob.presence.getSnapshot()));
  ann.presence.send("cursor", cursor(1));
  await pass(3000);
  ann.presence.send("cursor", cursor(2));
  await pass(4900);
  expect(xs(bob)).toEqual([2]);
  await pass(200);
  expect(xs(bob)).toEqual([]);
  expect(seen.map((items) => items.length)).toEqual([1, 1, 0]);
  expect(bob.presence.getSnapshot()).toBe(seen.at(-1));
});

it("doesn't wake those who listen to the table", async () => {
  const [ann, bob] = [await join("ann"), await join("bob")];
  let woken = 0;
  bob.subscribe(() => (woken += 1));
  ann.presence.send("cursor", cursor(1));
  await pass(10_000);
  expect(woken).toBe(0);
});

it("keeps only the newest while there is no connection, and only for a while", async () => {
  const ann = await join("ann");
  table.room.network.down();
  ann.presence.send("drag", { tokenId: "hero", x: 1, y: 0 });
  await pass(6_000);
  table.room.network.up();
  table.page.wake();
  ann.presence.send("cursor", cursor(2));
  ann.presence.send("cursor", cursor(3));
  await pass(2_000);
  expect(ann.getSnapshot().status).toBe("live");
  expect(reached()).toEqual([3]);
});

it("holds back while the network is stuck, and sends the newest when it isn't", async () => {
  const ann = await join("ann");
  const [socket] = table.room.network.sockets;
  if (socket) socket.bufferedAmount = 100_000;
  for (let x = 0; x < 20; x += 1) {
    ann.presence.send("cursor", cursor(x));
    await pass(100);
  }
  expect(reached()).toEqual([]);
  if (socket) socket.bufferedAmount = 0;
  await pass(1000);
  expect(reached()).toEqual([19]);
});

it("forgets what came without a time, too", async () => {
  const ann = await join("ann");
  table.room.say(JSON.stringify({ type: "presence", items: [{ user: "bob", role: "gm", kind: "cursor", value: cursor(1) }] }));
  await pass(9_000);
  expect(xs(ann)).toEqual([1]);
  await pass(2_000);
  expect(xs(ann)).toEqual([]);
});

it("refuses what the room wouldn't take", async () => {
  const ann = await join("ann");
  const points = Array.from({ length: 200 }, (_, index): [number, number] => [index, index]);
  expect(() => ann.presence.send("ruler", { sceneId: "cave", points })).toThrow(RangeError);
  await pass(1000);
  expect(table.room.heard).toEqual([]);
});

it("what lasts for ever doesn't keep the clock busy", async () => {
  const ann = await join("ann");
  const item = { user: "bob", role: "gm", kind: "cursor", value: cursor(1) };
  table.room.say(JSON.stringify({ type: "presence", items: [{ ...item, ttl: 2 ** 40 }] }));
  await pass(100);
  const { getTimerCount } = vi;
  const before = getTimerCount();
  await pass(600_000);
  expect(xs(ann)).toEqual([1]);
  expect(getTimerCount()).toBe(before);
});
