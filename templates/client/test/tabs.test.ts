/** Several tabs, over Node's BroadcastChannel, and the browser's locks by a class of their rules. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sessionAddress } from "../src/address.ts";
import type { SessionOptions } from "../src/types.ts";
import { App } from "./fakes/app.ts";
import { Browser, type Tab } from "./fakes/browser.ts";
import type { FakeRoom } from "./fakes/room.ts";
import { note, putNote, Table, type Watched } from "./fakes/table.ts";
import { ticketFor } from "./fakes/tickets.ts";

let table: Table;
let room: FakeRoom;
let browser: Browser;
let tabs: Tab[];

beforeEach(() => {
  // Messages between tabs come from Node's own event loop, which goes on.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] });
  table = new Table();
  room = table.room;
  browser = new Browser();
  tabs = [];
  room.publish([putNote("a", "A")]);
  room.publish([putNote("secret", "S")], "gm");
});
afterEach(() => {
  table.close();
  vi.useRealTimers();
});

/** Lets time pass in steps, with messages between tabs on their way in between. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 50));
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

function open(options: Partial<SessionOptions> = {}): Watched {
  const tab = browser.tab(room);
  tabs.push(tab);
  return table.follow(options, tab);
}

/** How many sockets each tab has open. */
function sockets(): number[] {
  return tabs.map(({ network }) => network.open.length);
}

it("share one socket, and show the same", async () => {
  const first = open();
  await pass(200);
  const second = open();
  const third = open();
  await pass(200);
  expect(sockets()).toEqual([1, 0, 0]);
  room.publish([putNote("b", "B")]);
  await pass(200);
  for (const tab of [first, second, third]) {
    expect(tab.statuses).toEqual(["connecting", "live"]);
    expect(tab.session.getSnapshot()).toEqual(first.session.getSnapshot());
    expect(tab.view).toEqual(room.view());
  }
});

it("opened at once, they share too", async () => {
  const all = Array.from({ length: 5 }, () => open());
  await pass(500);
  expect(sockets().reduce((sum, count) => sum + count)).toBe(1);
  expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "live"));
});

it("the next one takes over when the one that leads is closed, and resumes", async () => {
  const first = open();
  await pass(200);
  const others = [open(), open()];
  await pass(200);
  first.session.close();
  room.publish([putNote("b", "B")]);
  await pass(2_000);
  expect(sockets()).toEqual([0, 1, 0]);
  for (const tab of others) {
    expect(tab.status).toBe("live");
    expect(tab.view).toEqual(room.view());
  }
  expect(room.snapshots).toBe(1);
  expect(tabs[1]?.network.sockets[0]?.query.get("seq")).toBe("1");
});

it("a gm's and a player's never share, nor two users', nor two sessions'", async () => {
  const gm = open({ ticket: () => ticketFor({ role: "gm" }) });
  const player = open();
  const bob = open({ ticket: () => ticketFor({ sub: "bob" }) });
  const elsewhere = open({ host: "elsewhere.example" });
  await pass(500);
  expect(sockets()).toEqual([1, 1, 1, 1]);
  expect(gm.view).toEqual([note("secret", "S")]);
  for (const tab of [player, bob, elsewhere]) expect(tab.views.flat()).not.toContainEqual(note("secret", "S"));
});

it("who signs in as somebody else leaves the others", async () => {
  let role = "player";
  const turned = open({ ticket: () => ticketFor({ role }) });
  await pass(200);
  const player = open();
  await pass(200);
  role = "gm";
  tabs[0]?.network.cut();
  await pass(5_000);
  expect(turned.view).toEqual([note("secret", "S")]);
  expect(player.view).toEqual([note("a", "A")]);
  expect(player.status).toBe("live");
  expect(player.views.flat()).not.toContainEqual(note("secret", "S"));
  expect(sockets()).toEqual([1, 1]);
});

it("a leader that is frozen is noticed, and follows when it thaws", async () => {
  const first = open();
  await pass(200);
  const second = open();
  const third = open();
  await pass(200);
  tabs[0]?.freeze();
  room.publish([putNote("b", "B")]);
  await pass(25_000);
  expect(sockets().slice(1)).toEqual([1, 0]);
  for (const tab of [second, third]) {
    expect(tab.status).toBe("live");
    expect(tab.view).toEqual(room.view());
  }
  tabs[0]?.thaw();
  room.publish([putNote("c", "C")]);
  await pass(3_000);
  expect(sockets()).toEqual([0, 1, 0]);
  for (const tab of [first, second, third]) {
    expect(tab.status).toBe("live");
    expect(tab.view).toEqual(room.view());
  }
});

it("a leader that answers keeps its lock", async () => {
  open();
  await pass(200);
  open();
  await pass(120_000);
  expect(tabs.map(({ network }) => network.sockets.length)).toEqual([1, 0]);
});

it("all say when the connection is lost, and come back together", async () => {
  const first = open();
  await pass(200);
  const second = open();
  await pass(200);
  tabs[0]?.network.down();
  await pass(100);
  for (const tab of [first, second]) expect(tab.status).toBe("connecting");
  expect(second.code).toBe("unreachable");
  room.publish([putNote("b", "B")]);
  tabs[0]?.network.up();
  await pass(3_000);
  for (const tab of [first, second]) {
    expect(tab.status).toBe("live");
    expect(tab.view).toEqual(room.view());
  }
  expect(sockets()).toEqual([1, 0]);
});

it("one that is opened while there is no connection shows what the others do", async () => {
  open();
  await pass(200);
  tabs[0]?.network.down();
  const second = open();
  await pass(200);
  expect([second.status, second.code]).toEqual(["connecting", "unreachable"]);
  expect(second.view).toEqual(room.view());
  tabs[0]?.network.up();
  await pass(3_000);
  expect(second.status).toBe("live");
});

it("follow into another audience together", async () => {
  room.publish([putNote("a", "A"), putNote("mine", "M")], "user:ann");
  const both = [open(), open()];
  await pass(300);
  room.move("ann", "user:ann");
  await pass(200);
  for (const tab of both) {
    expect(tab.session.getSnapshot()).toMatchObject({ status: "live", audience: "user:ann" });
    expect(tab.view).toEqual(room.view("user:ann"));
  }
});

it("one that missed something gets it from the one that leads", async () => {
  open();
  await pass(200);
  const second = open();
  await pass(200);
  tabs[1]?.deafen();
  room.publish([putNote("b", "B")]);
  await pass(200);
  expect(second.view).not.toEqual(room.view());
  tabs[1]?.thaw();
  room.publish([putNote("c", "C")]);
  await pass(200);
  expect(second.view).toEqual(room.view());
  expect(room.snapshots).toBe(1);
});

it("one that missed the last thing gets it in seconds", async () => {
  open();
  await pass(200);
  const second = open();
  await pass(200);
  room.publish([putNote("c", "C")]); // it is further than the hello that it was told
  await pass(200);
  tabs[1]?.deafen();
  room.publish([putNote("b", "B")]);
  await pass(200);
  tabs[1]?.thaw();
  await pass(6_000);
  expect(second.view).toEqual(room.view());
  const said = await overheard(20_000);
  expect(said).toContain("still");
  expect(said.filter((type) => type === "join")).toEqual([]);
});

/** What ann's tabs tell each other meanwhile. */
async function overheard(ms: number): Promise<string[]> {
  const place = sessionAddress("room.example", "friday").href;
  const channel = new BroadcastChannel(`vttsync 1 ${JSON.stringify([place, "player", "ann"])}`);
  const said: string[] = [];
  channel.onmessage = ({ data }) => said.push((data as { type: string }).type);
  await pass(ms);
  channel.close();
  return said;
}

it("presence goes both ways, and through one socket", async () => {
  const bob = open({ ticket: () => ticketFor({ sub: "bob" }) });
  const lead = open();
  await pass(300);
  const follower = open();
  await pass(300);
  follower.session.presence.send("cursor", { sceneId: "cave", x: 1, y: 2 });
  bob.session.presence.send("cursor", { sceneId: "cave", x: 3, y: 4 });
  await pass(300);
  expect(bob.session.presence.getSnapshot()).toMatchObject([{ user: "ann", value: { x: 1 } }]);
  for (const tab of [lead, follower]) {
    expect(tab.session.presence.getSnapshot()).toMatchObject([{ user: "bob", value: { x: 3 } }]);
  }
});

it("each falls back by itself, and none shows what the room doesn't have yet", async () => {
  const app = new App(room);
  app.commit(putNote("a", "A"));
  app.deliver();
  const poll = { fn: app.poll, every: 1000 };
  const first = open({ poll });
  await pass(200);
  const second = open({ poll });
  await pass(200);
  tabs[0]?.network.down();
  await pass(8_000);
  for (const tab of [first, second]) expect(tab.status).toBe("fallback");
  tabs[0]?.network.up();
  tabs[0]?.wake();
  await pass(2_000);
  for (const tab of [first, second]) expect(tab.status).toBe("live");
  expect(room.heard, "questions, although every answer came before the connection was begun").toEqual([]);
  tabs[0]?.network.down();
  await pass(8_000);
  app.commit(putNote("a", "AA"));
  await pass(2_000);
  tabs[0]?.network.up();
  await pass(10_000);
  for (const tab of [first, second]) expect([tab.status, tab.view]).toEqual(["fallback", [note("a", "AA")]]);
  app.deliver();
  await pass(3_000);
  for (const tab of [first, second]) {
    expect([tab.status, tab.view]).toEqual(["live", [note("a", "AA")]]);
    const names = tab.views.map(([one]) => (one?.value as { name?: string } | undefined)?.name);
    expect(names.lastIndexOf("A")).toBeLessThan(names.indexOf("AA"));
  }
});

it("one that polled before it could join asks the room what it has, through the one that leads", async () => {
  const app = new App(room);
  app.commit(putNote("a", "A"));
  app.deliver();
  open();
  await pass(200);
  let hasTicket = false;
  const late = open({
    ticket: () => (hasTicket ? ticketFor() : Promise.reject(new Error("502"))),
    poll: { fn: app.poll, every: 1000 },
  });
  await pass(8_000);
  expect(late.status).toBe("fallback");
  expect(room.heard).toEqual([]);
  hasTicket = true;
  await pass(30_000);
  expect(late.status).toBe("live");
  expect(room.heard).toEqual([{ type: "resume", epoch: "", seq: 0 }]);
  expect(sockets()).toEqual([1, 0]);
});

it("without locks each has its own socket", async () => {
  const alone = table.follow();
  const other = table.follow();
  await pass(200);
  expect(room.network.open).toHaveLength(2);
  expect([alone.status, other.status]).toEqual(["live", "live"]);
});

it("where locks are refused, each has its own socket", async () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  browser.locks.isRefused = true;
  const both = [open(), open()];
  await pass(500);
  expect(sockets()).toEqual([1, 1]);
  expect(both.map(({ status }) => status)).toEqual(["live", "live"]);
  expect(warned).toHaveBeenCalledTimes(2);
  warned.mockRestore();
});

it("not shared when the app says so", async () => {
  open({ share: false });
  open({ share: false });
  await pass(200);
  expect(sockets()).toEqual([1, 1]);
});

it("leave nothing behind", async () => {
  const all = [open(), open(), open()];
  await pass(500);
  for (const { session } of all) session.close();
  await pass(500);
  expect(browser.locks.size).toBe(0);
  expect(room.seats).toHaveLength(0);
  expect(vi.getTimerCount()).toBe(0);
});

it("closed at any moment, leave nothing behind", async () => {
  for (let turns = 0; turns < 25; turns += 1) {
    const { session } = open();
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    session.close();
    await pass(100);
    expect(browser.locks.size, `after ${turns} turns`).toBe(0);
    expect(room.seats).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  }
});
