/** A session as an app sees it: what it shows, and when it says that it is live. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { note, pass, putNote, Table } from "./fakes/table.ts";
import { ticketFor } from "./fakes/tickets.ts";

const nothing = () => Promise.resolve();
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

describe("following", () => {
  it("shows what is there, and then every change", async () => {
    const ann = table.follow();
    expect(ann.session.getSnapshot()).toMatchObject({ status: "connecting", entities: { note: {}, token: {} } });
    await pass(100);
    expect(ann.session.getSnapshot()).toEqual({
      status: "live",
      audience: "player",
      version: "v1",
      cursor: { epoch: "e1.player", seq: 1 },
      entities: expect.objectContaining({ note: { a: { name: "A" } } }),
    });
    table.room.publish([{ op: "patch", kind: "note", key: "a", value: { text: "more" } }]);
    await pass(100);
    expect(ann.session.getSnapshot().entities.note).toEqual({ a: { name: "A", text: "more" } });
  });

  it("gives the same state until something changes, and of it only what changed is new", async () => {
    table.room.publish([putNote("b", "B")]);
    const ann = table.follow();
    await pass(100);
    const before = ann.session.getSnapshot();
    expect(ann.session.getSnapshot()).toBe(before);
    table.room.publish([{ op: "patch", kind: "note", key: "b", value: { name: "BB" } }]);
    await pass(100);
    const after = ann.session.getSnapshot();
    expect(after).not.toBe(before);
    expect(after.entities.note.a).toBe(before.entities.note.a);
    expect(after.entities.note.b).not.toBe(before.entities.note.b);
    expect(after.entities.token).toBe(before.entities.token);
  });

  it("takes a snapshot that says nothing new for nothing new", async () => {
    const ann = table.follow();
    await pass(100);
    const before = ann.session.getSnapshot().entities;
    table.room.newEpoch();
    table.room.network.cut();
    await pass(2000);
    expect(ann.status).toBe("live");
    expect(ann.session.getSnapshot().cursor?.epoch).toBe("e2.player");
    expect(ann.session.getSnapshot().entities).toBe(before);
  });

  it("takes a delta that changes nothing for nothing new", async () => {
    const ann = table.follow();
    await pass(100);
    const before = ann.session.getSnapshot();
    table.room.publish([{ op: "patch", kind: "note", key: "a", value: { name: "A", gone: null } }]);
    await pass(100);
    expect(ann.session.getSnapshot().cursor?.seq).toBe(2);
    expect(ann.session.getSnapshot().entities).toBe(before.entities);
  });

  it("is live only when all parts of the first snapshot are there", async () => {
    table.room.partSize = 1;
    for (const key of ["b", "c", "d"]) table.room.publish([putNote(key, key)]);
    const ann = table.follow();
    await pass(100);
    expect(ann.statuses).toEqual(["connecting", "live"]);
    expect(ann.views.map((view) => view.length)).not.toContain(2);
    expect(ann.view).toEqual(table.room.view());
  });

  it("keeps keys apart from what objects have by themselves", async () => {
    table.room.publish([putNote("__proto__", "P"), putNote("constructor", "C")]);
    const ann = table.follow();
    await pass(100);
    const { note: notes } = ann.session.getSnapshot().entities;
    expect(Object.keys(notes).sort()).toEqual(["__proto__", "a", "constructor"]);
    expect(notes["toString"]).toBeUndefined();
    table.room.publish([{ op: "del", kind: "note", key: "__proto__" }]);
    await pass(100);
    expect(Object.keys(notes)).toHaveLength(3);
    expect(Object.keys(ann.session.getSnapshot().entities.note).sort()).toEqual(["a", "constructor"]);
  });

  it("one listener that throws doesn't keep the others from hearing", async () => {
    const complained = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { session } = table.follow();
    let heard = 0;
    session.subscribe(() => {
      throw new Error("a bug in the app");
    });
    const stop = session.subscribe(() => (heard += 1));
    await pass(100);
    expect(heard).toBeGreaterThan(0);
    expect(complained).toHaveBeenCalled();
    complained.mockRestore();
    stop();
    const before = heard;
    table.room.publish([putNote("b", "B")]);
    await pass(100);
    expect(heard).toBe(before);
  });
});

describe("coming back", () => {
  it("resumes from where it was, and shows the old view meanwhile", async () => {
    const ann = table.follow();
    await pass(100);
    table.room.network.down();
    table.room.publish([putNote("b", "B")]);
    expect(ann.status).toBe("connecting");
    expect(ann.code).toBe("unreachable");
    expect(ann.view).toEqual([note("a", "A")]);
    table.room.network.up();
    await pass(10_000);
    expect(ann.status).toBe("live");
    expect(ann.view).toEqual([note("a", "A"), note("b", "B")]);
    expect(table.room.network.sockets.at(-1)?.query.get("epoch")).toBe("e1.player");
    expect(table.room.network.sockets.at(-1)?.query.get("seq")).toBe("1");
    expect(table.room.snapshots).toBe(1);
  });

  it("asks for a new ticket each time", async () => {
    let asked = 0;
    table.follow({ ticket: () => ticketFor({ iat: 1000 + (asked += 1), exp: 9e9 }) });
    await pass(100);
    table.room.network.cut();
    await pass(5000);
    const tickets = table.room.network.sockets.map(({ query }) => query.get("ticket"));
    expect(asked).toBe(2);
    expect(new Set(tickets).size).toBe(2);
  });

  it("follows into another audience, and forgets nothing that it still sees", async () => {
    table.room.publish([putNote("a", "A"), putNote("mine", "M")], "user:ann");
    const ann = table.follow();
    await pass(100);
    const before = ann.session.getSnapshot().entities.note.a;
    table.room.move("ann", "user:ann");
    await pass(100);
    expect(ann.session.getSnapshot()).toMatchObject({ status: "live", audience: "user:ann" });
    expect(ann.view).toEqual(table.room.view("user:ann"));
    expect(ann.session.getSnapshot().entities.note.a).toBe(before);
  });

  it("starts afresh when the view of another audience doesn't come", async () => {
    table.room.publish([putNote("mine", "M")], "user:ann");
    const ann = table.follow();
    await pass(100);
    table.room.network.harm = (text) => (text.includes('"snapshot"') ? [] : [text]);
    table.room.move("ann", "user:ann");
    for (let times = 0; times < 32; times += 1) {
      // What can't be made use of is no reason to wait longer.
      table.room.publish([putNote("mine", `${times}`)], "user:ann");
      await pass(1_000);
    }
    expect(ann.view).toEqual(table.room.view());
    expect(table.room.network.sockets).toHaveLength(2);
    table.room.network.harm = (text) => [text];
    await pass(40_000);
    expect(ann.status).toBe("live");
    expect(ann.view).toEqual(table.room.view("user:ann"));
  });

  it("asks when it is told that more was published than it knows of", async () => {
    const ann = table.follow();
    await pass(100);
    table.room.network.harm = () => [];
    table.room.publish([putNote("b", "B")]);
    await pass(100);
    table.room.network.harm = (text) => [text];
    table.room.remind();
    await pass(100);
    expect(ann.view).toEqual(table.room.view());
  });

  it("asks no faster than the room allows, however often it has to", async () => {
    const ann = table.follow();
    await pass(100);
    for (let times = 0; times < 40; times += 1) {
      table.room.stale();
      await pass(250);
    }
    expect(table.room.network.sockets).toHaveLength(1);
    expect(table.room.heard.length).toBeGreaterThan(6);
    table.room.publish([putNote("b", "B")]);
    await pass(3000);
    expect(ann.view).toEqual(table.room.view());
  });

  it("is told that it is stale, asks, and is well although nothing comes, as nothing was missed", async () => {
    const ann = table.follow();
    await pass(100);
    table.room.stale();
    await pass(120_000);
    expect(table.room.heard).toEqual([{ type: "resume", epoch: "e1.player", seq: 1 }]);
    expect(ann.statuses).toEqual(["connecting", "live"]);
    expect(table.room.network.sockets).toHaveLength(1);
  });

  it("starts afresh when what was missed doesn't come", async () => {
    const ann = table.follow();
    await pass(100);
    table.room.network.harm = (text) => (text.includes('"hello"') || text === "pong" ? [text] : []);
    table.room.publish([putNote("b", "B")]);
    table.room.network.cut();
    await pass(25_000);
    expect(ann.status).toBe("connecting");
    table.room.network.harm = (text) => [text];
    await pass(40_000);
    expect(ann.status).toBe("live");
    expect(ann.view).toEqual(table.room.view());
    expect(table.room.network.sockets.at(-1)?.query.get("epoch")).toBeNull();
  });
});

describe("closing", () => {
  it("ends everything, and keeps what was shown", async () => {
    const ann = table.follow();
    await pass(100);
    ann.session.close();
    ann.session.close();
    table.room.publish([putNote("b", "B")]);
    await pass(120_000);
    expect(ann.statuses).toEqual(["connecting", "live", "closed"]);
    expect(ann.code).toBe("closed");
    expect(ann.view).toEqual([note("a", "A")]);
    expect(table.room.network.sockets).toHaveLength(1);
    expect(table.room.seats).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves nothing behind when it comes while the first ticket is on its way", async () => {
    const ann = table.follow({ ticket: () => new Promise((resolve) => setTimeout(resolve, 50, ticketFor())) });
    await pass(10);
    ann.session.close();
    await pass(60_000);
    expect(table.room.network.sockets).toHaveLength(0);
    expect(ann.status).toBe("closed");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("an address", () => {
  it.each([
    ["room.example", "wss://room.example/parties/session/friday"],
    ["https://room.example/", "wss://room.example/parties/session/friday"],
    ["http://127.0.0.1:8787", "ws://127.0.0.1:8787/parties/session/friday"],
    ["127.0.0.1:8787", "ws://127.0.0.1:8787/parties/session/friday"],
    ["localhost", "ws://localhost/parties/session/friday"],
    ["[::1]:8787", "ws://[::1]:8787/parties/session/friday"],
    ["localhost.example", "wss://localhost.example/parties/session/friday"],
    ["wss://room.example/base", "wss://room.example/base/parties/session/friday"],
  ])("%s", async (host, url) => {
    table.follow({ host });
    await pass(1);
    expect(table.room.network.sockets[0]?.url.split("?")[0]).toBe(url);
  });

  it.each([
    [{ host: "ftp://room.example" }, TypeError],
    [{ host: "" }, TypeError],
    [{ session: "friday night" }, TypeError],
    [{ session: "" }, TypeError],
    [{ poll: { fn: nothing, every: 0 } }, RangeError],
    [{ poll: { fn: nothing, every: 1000, grace: NaN } }, RangeError],
  ])("%j is told at once", (options, kind) => {
    expect(() => table.follow(options)).toThrow(kind);
  });
});
