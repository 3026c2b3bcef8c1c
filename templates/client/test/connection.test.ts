/** Connecting, against a room and a network that behave badly. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "../src/connection.ts";
import { TicketRefused } from "../src/ticket.ts";
import { note, pass, putNote, Table } from "./fakes/table.ts";
import { serverTime, skewClock, ticketFor } from "./fakes/tickets.ts";

let table: Table;

beforeEach(() => {
  vi.useFakeTimers();
  table = new Table();
  table.room.publish([putNote("a", "A")]);
});
afterEach(() => {
  table.close();
  skewClock(0);
  vi.useRealTimers();
});

/** When each socket was opened, in ms from now on. */
function attempts(): number[] {
  const times: number[] = [];
  const { network } = table.room;
  const start = performance.now();
  const push = network.sockets.push.bind(network.sockets);
  network.sockets.push = (...sockets) => {
    times.push(Math.round(performance.now() - start));
    return push(...sockets);
  };
  return times;
}

describe("waits", () => {
  it("doubles them, up to 30 s, while the room can't be reached", async () => {
    table.page.chance = () => 1;
    table.room.network.isDown = true;
    const times = attempts();
    table.follow();
    await pass(130_000);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const opening = 20;
    expect(waits.map((wait) => wait - opening)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("spreads a whole room's clients after a deploy", async () => {
    const times = attempts();
    const chances = Array.from({ length: 100 }, (_, index) => index / 100);
    table.page.chance = () => chances.shift() ?? 0.5;
    const all = Array.from({ length: 100 }, (_, index) => {
      return table.follow({ ticket: () => ticketFor({ sub: `user-${index}` }) });
    });
    await pass(100);
    table.room.deploy("v2");
    await pass(5000);
    expect(all.every(({ status }) => status === "live")).toBe(true);
    expect(all[0]?.session.getSnapshot().version).toBe("v2");
    const back = times.slice(100);
    expect(back).toHaveLength(100);
    for (let at = 100; at < 1100; at += 100) {
      expect(back.filter((time) => time >= at && time < at + 100)).toHaveLength(10);
    }
  });

  it("begins anew after a connection that lasted, and not after one that was just opened", async () => {
    table.page.chance = () => 1;
    table.follow();
    await pass(10_000);
    const times = attempts();
    table.room.network.cut();
    await pass(1100);
    expect(times).toHaveLength(1);
    for (const wait of [2000, 4000, 8000]) {
      table.room.network.cut();
      await pass(wait - 100);
      const before = times.length;
      await pass(200);
      expect(times.length).toBe(before + 1);
    }
    await pass(10_000);
    table.room.network.cut();
    const before = times.length;
    await pass(1100);
    expect(times.length).toBe(before + 1);
  });

  it.each([
    ["too_fast", 10_000],
    ["full", 30_000],
  ])("waits after %s as long as the room asks for, whatever else happens", async (code, least) => {
    table.follow();
    await pass(100);
    const times = attempts();
    table.room.end(4429, code);
    await pass(1000);
    table.page.wake();
    await pass(least - 2000);
    table.page.wake();
    expect(times).toEqual([]);
    await pass(3000);
    expect(times).toHaveLength(1);
  });

  it("looks at once when the network comes back", async () => {
    table.room.network.isDown = true;
    const ann = table.follow();
    await pass(60_000);
    table.room.network.up();
    table.page.wake();
    await pass(1100);
    expect(ann.status).toBe("live");
  });

  it("waking again and again isn't another attempt each time", async () => {
    table.room.network.isDown = true;
    table.follow();
    await pass(60_000);
    const times = attempts();
    for (let times = 0; times < 100; times += 1) {
      table.page.wake();
      await pass(10);
    }
    expect(times.length).toBeGreaterThanOrEqual(1);
    expect(times.length).toBeLessThanOrEqual(3);
  });
});

it("is made by a tick when it is overdue, as timers of a tab in the background are", async () => {
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ["performance"] });
  const { network } = table.room;
  network.isDown = true;
  table.page.chance = () => 1;
  const lost = Promise.withResolvers<void>();
  const nothing = () => undefined;
  const connection = new Connection({
    address: new URL("https://room.example/parties/session/friday"),
    ticket: () => ticketFor(),
    around: table.page,
    ears: { dialing: nothing, heard: nothing, lost: () => lost.resolve(), ended: nothing },
    cursor: nothing,
    admit: () => Promise.resolve("now"),
  });
  connection.start();
  await lost.promise;
  connection.tick();
  expect(network.sockets).toHaveLength(1);
  vi.advanceTimersByTime(2000);
  connection.tick();
  await vi.waitFor(() => expect(network.sockets).toHaveLength(2));
  connection.close();
});

describe("a socket that looks open and is dead", () => {
  it("is found by a ping every 30 s, within 40 s", async () => {
    const ann = table.follow();
    await pass(31_000);
    expect(table.room.network.sockets[0]?.sent).toEqual(["ping", "ping"]);
    table.room.network.isFrozen = true;
    await pass(40_000);
    expect(ann.code).toBe("unreachable");
    expect(table.room.network.sockets.length).toBeGreaterThan(1);
    table.room.network.isFrozen = false;
    table.room.publish([putNote("b", "B")]);
    await pass(40_000);
    expect(ann.status).toBe("live");
    expect(ann.view).toEqual(table.room.view());
  });

  it("is found in seconds when somebody looks again", async () => {
    const ann = table.follow();
    await pass(15_000);
    table.room.network.isFrozen = true;
    table.page.wake();
    await pass(3100);
    expect(ann.statuses).toEqual(["connecting", "live", "connecting"]);
  });

  it("is found in seconds when the machine slept", async () => {
    const ann = table.follow();
    await pass(15_000);
    table.room.network.isFrozen = true;
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(10_000 + 3100);
    expect(ann.statuses).toEqual(["connecting", "live", "connecting"]);
  });

  it("is found while it is being opened", async () => {
    table.room.network.hangs = true;
    const ann = table.follow();
    await pass(10_100);
    expect(ann.code).toBe("unreachable");
    table.room.network.hangs = false;
    await pass(2000);
    expect(ann.status).toBe("live");
  });

  it("a connection that works is left alone for a day", async () => {
    const ann = table.follow();
    await pass(24 * 3_600_000);
    expect(ann.statuses).toEqual(["connecting", "live"]);
    expect(table.room.network.sockets).toHaveLength(1);
    expect(table.room.heard).toEqual([]);
  });
});

describe("tickets", () => {
  it.each([
    ["expired", () => ticketFor({ exp: serverTime() - 60 }), "bad_ticket"],
    ["forged", () => ticketFor({}, "forged"), "bad_ticket"],
    ["empty", () => "", "no_ticket"],
    ["a page that says 404", () => "<h1>Not Found</h1>", "no_ticket"],
    ["an answer in the place of its text", () => new Response("…") as unknown as string, "no_ticket"],
    ["text with dots", () => "a.b.c", "no_ticket"],
    ["claims that are none", () => `a.${btoa("[1]")}.c`, "no_ticket"],
    ["a server that is down", () => Promise.reject(new Error("502")), "no_ticket"],
    [
      "an exception",
      () => {
        throw new Error("a bug");
      },
      "no_ticket",
    ],
    ["no answer, ever", () => new Promise<string>(() => undefined), "no_ticket"],
  ])("%s: tries again, and is well when that is over", async (_, bad, code) => {
    let isBad = true;
    const ann = table.follow({ ticket: () => (isBad ? bad() : ticketFor()) });
    await pass(11_000);
    expect(ann.status).toBe("connecting");
    expect(ann.code).toBe(code);
    isBad = false;
    await pass(60_000);
    expect(ann.status).toBe("live");
  });

  it("is told to stop waiting when the session is closed", async () => {
    let told: AbortSignal | undefined;
    const ann = table.follow({
      ticket: (signal) => {
        told = signal;
        return new Promise(() => undefined);
      },
    });
    await pass(100);
    expect(told?.aborted).toBe(false);
    ann.session.close();
    expect(told?.aborted).toBe(true);
  });

  it.each([-600_000, 600_000])("a clock that is %i ms off doesn't matter", async (skew) => {
    vi.setSystemTime(Date.now() + skew);
    skewClock(skew);
    const ann = table.follow();
    await pass(100);
    expect(ann.status).toBe("live");
    table.room.network.cut();
    await pass(5000);
    expect(ann.statuses).toEqual(["connecting", "live", "connecting", "live"]);
  });

  it("a kicked user is asked for a new ticket, and stops when there is none", async () => {
    let isOut = false;
    const ann = table.follow({
      ticket: () => {
        if (isOut) throw new TicketRefused("Ann was thrown out");
        return ticketFor();
      },
    });
    await pass(100);
    isOut = true;
    table.room.kick();
    await pass(5000);
    expect(ann.session.getSnapshot()).toMatchObject({
      status: "closed",
      reason: { code: "refused", message: "Ann was thrown out" },
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a kicked user who may come back does, with a younger ticket", async () => {
    const ann = table.follow();
    await pass(100);
    table.room.kick();
    await pass(50);
    expect(ann.code).toBe("revoked");
    await pass(10_000);
    expect(ann.status).toBe("live");
  });

  it("who signs in as somebody else sees nothing of the one before", async () => {
    table.room.publish([putNote("secret", "S")], "gm");
    let role = "gm";
    const ann = table.follow({ ticket: () => ticketFor({ role }) });
    await pass(100);
    expect(ann.view).toEqual([note("secret", "S")]);
    role = "player";
    table.room.network.cut();
    await pass(5000);
    const before = ann.views.findIndex((view) => view.length === 1);
    const next = ann.views.findIndex((view, index) => index > before && view.length === 0);
    expect(next).toBeGreaterThan(before);
    expect(ann.views.slice(next).flat()).not.toContainEqual(note("secret", "S"));
    expect(ann.view).toEqual([note("a", "A")]);
    expect(table.room.network.sockets.at(-1)?.query.get("epoch")).toBeNull();
  });
});

describe("a room that closes", () => {
  it.each([
    [4403, "wrong_session", "wrong_session"],
    [4403, "wrong_origin", "wrong_origin"],
    [4409, "replaced", "replaced"],
  ])("%i %s stops, and keeps what is shown", async (close, code, reason) => {
    const ann = table.follow();
    await pass(100);
    table.room.end(close, code);
    await pass(100);
    expect(ann.status).toBe("closed");
    expect(ann.code).toBe(reason);
    expect(ann.view).toEqual([note("a", "A")]);
    await pass(120_000);
    table.page.wake();
    await pass(5000);
    expect(table.room.network.sockets).toHaveLength(1);
  });

  it("another session's ticket stops", async () => {
    const ann = table.follow({ ticket: () => ticketFor({ sid: "saturday" }) });
    await pass(100);
    expect(ann.status).toBe("closed");
    expect(ann.code).toBe("wrong_session");
  });

  it("a deleted session is forgotten", async () => {
    const ann = table.follow();
    await pass(100);
    table.room.end(4404);
    await pass(100);
    expect(ann.status).toBe("closed");
    expect(ann.code).toBe("deleted");
    expect(ann.view).toEqual([]);
  });

  it.each([1000, 1001, 1006, 1009, 1011, 1012, 4413])("%i: comes back", async (close) => {
    const ann = table.follow();
    await pass(100);
    table.room.end(close);
    await pass(5000);
    expect(ann.statuses).toEqual(["connecting", "live", "connecting", "live"]);
  });
});

describe("a room that talks nonsense", () => {
  const delta = { type: "delta", epoch: "e1.player", seq: 2 };
  it.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["null", "null"],
    ["a list", "[]"],
    ["no type", "{}"],
    ["a delta without changes", JSON.stringify(delta)],
    ["changes that are none", JSON.stringify({ ...delta, changes: [null, 1] })],
    ["an unknown op", JSON.stringify({ ...delta, changes: [{ op: "move", kind: "note", key: "a" }] })],
    ["a value that is none", JSON.stringify({ ...delta, changes: [{ op: "put", kind: "note", key: "a" }] })],
    ["a seq that is none", JSON.stringify({ ...delta, seq: "2", changes: [] })],
    ["a seq below 0", JSON.stringify({ ...delta, seq: -1, changes: [] })],
    ["too many levels", JSON.stringify({ ...delta, changes: [] }).replace("[]", "[".repeat(200_000))],
    ["a huge frame", JSON.stringify({ type: "stale", padding: "x".repeat(9 * 1024 * 1024) })],
    ["a snapshot of nothing", JSON.stringify({ type: "snapshot", epoch: "e1.player", seq: 9 })],
    ["part 0", JSON.stringify({ type: "snapshot", epoch: "e1.player", seq: 9, part: 0, parts: 0, entities: [] })],
  ])("%s: asks what it missed, once, and goes on", async (_, text) => {
    const ann = table.follow();
    await pass(100);
    table.room.say(text);
    table.room.say(text);
    await pass(100);
    expect(table.room.heard).toEqual([{ type: "resume", epoch: "e1.player", seq: 1 }]);
    table.room.publish([putNote("b", "B")]);
    await pass(100);
    expect(ann.statuses).toEqual(["connecting", "live"]);
    expect(ann.view).toEqual(table.room.view());
  });

  it.each([
    ["a type to come", JSON.stringify({ type: "weather", rain: true })],
    ["the name of a method", JSON.stringify({ type: "constructor" })],
    ["an error to come", JSON.stringify({ type: "error", code: "weather", message: "rain" })],
    ["a kind of presence to come", JSON.stringify({ type: "presence", items: [{ user: "bob", role: "gm", kind: "nod", value: {} }] })],
    ["bad_message", JSON.stringify({ type: "error", code: "bad_message", message: "no" })],
  ])("%s: goes on", async (_, text) => {
    const ann = table.follow();
    await pass(100);
    table.room.say(text);
    table.room.publish([putNote("b", "B")]);
    await pass(100);
    expect(table.room.heard).toEqual([]);
    expect(ann.statuses).toEqual(["connecting", "live"]);
    expect(ann.view).toEqual(table.room.view());
  });

  it("a kind to come is kept for who knows it", async () => {
    const ann = table.follow();
    await pass(100);
    table.room.say(JSON.stringify({ type: "delta", epoch: "e1.player", seq: 2, changes: [{ op: "put", kind: "sound", key: "rain", value: {} }] }));
    await pass(100);
    expect(ann.view).toContainEqual({ kind: "sound", key: "rain", value: {} });
  });

  it("another version of the protocol is left alone, and tried again later", async () => {
    const ann = table.follow();
    await pass(100);
    table.room.greeting = [JSON.stringify({ type: "hello", protocol: 2, place: "e1.player:1" }), "whatever follows"];
    table.room.network.cut();
    await pass(2000);
    expect(ann.status).toBe("connecting");
    expect(ann.code).toBe("unknown_protocol");
    expect(ann.view).toEqual([note("a", "A")]);
    table.room.greeting = undefined;
    await pass(60_000);
    expect(ann.status).toBe("live");
  });

  it("a room that only ever talks nonsense is not asked without end", async () => {
    table.room.network.harm = (text) => (text === "pong" ? [text] : ["nonsense"]);
    const ann = table.follow();
    await pass(120_000);
    expect(ann.status).toBe("connecting");
    expect(table.room.heard.length).toBeLessThan(10);
    table.room.network.harm = (text) => [text];
    await pass(60_000);
    expect(ann.status).toBe("live");
  });
});
