/** The app's own poll: only while the room is out of reach, and nothing goes backwards by it. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pollWhenOffline } from "../src/poll.ts";
import { ticketFor } from "./fakes/tickets.ts";
import { App } from "./fakes/app.ts";
import { note, pass, putNote, Table, type Watched } from "./fakes/table.ts";

let table: Table;
let app: App;

beforeEach(() => {
  vi.useFakeTimers();
  table = new Table();
  app = new App(table.room);
  app.commit(putNote("a", "1"));
  app.deliver();
});
afterEach(() => {
  table.close();
  vi.useRealTimers();
});

/** Follows, with the app's poll every second. */
function follow(): Watched {
  return table.follow({ poll: { fn: app.poll, every: 1000 } });
}

/** How many polls there are while `ms` pass. */
async function pollsIn(ms: number): Promise<number> {
  const before = app.asked.length;
  await pass(ms);
  return app.asked.length - before;
}

describe("when it polls", () => {
  it("up, cut, up: none, some, none", async () => {
    const ann = follow();
    expect(await pollsIn(60_000)).toBe(0);
    table.room.network.down();
    expect(await pollsIn(4_900)).toBe(0);
    expect(await pollsIn(60_000)).toBeGreaterThan(45);
    expect(ann.status).toBe("fallback");
    table.room.network.up();
    await pass(31_000);
    expect(ann.status).toBe("live");
    expect(await pollsIn(60_000)).toBe(0);
    expect(ann.statuses).toEqual(["connecting", "live", "connecting", "fallback", "live"]);
  });

  it("starts also when the room was never there", async () => {
    table.room.network.isDown = true;
    const ann = follow();
    await pass(5_900);
    expect(app.asked).toHaveLength(1);
    expect(ann.status).toBe("fallback");
    expect(ann.code).toBe("unreachable");
    expect(ann.view).toEqual(app.rows);
  });

  it("starts when the app's server gives no ticket", async () => {
    const ann = table.follow({ ticket: () => Promise.reject(new Error("404")), poll: { fn: app.poll, every: 1000 } });
    await pass(5_900);
    expect(ann.status).toBe("fallback");
    expect(ann.code).toBe("no_ticket");
    expect(ann.view).toEqual(app.rows);
  });

  it("isn't starved by attempts that fail", async () => {
    table.page.chance = () => 0.01;
    table.room.network.isDown = true;
    follow();
    await pass(6_000);
    expect(table.room.network.sockets.length).toBeGreaterThan(20);
    expect(app.asked.length).toBeGreaterThan(0);
  });

  it("is not begun anew by attempts that fail", async () => {
    table.room.network.isDown = true;
    follow();
    await pass(15_000);
    const gaps = app.asked.slice(1).map((at, index) => at - (app.asked[index] ?? 0));
    expect(new Set(gaps)).toEqual(new Set([1100 + app.latency]));
  });

  it("doesn't start for a moment's loss, however many there are", async () => {
    follow();
    await pass(1000);
    for (let times = 0; times < 10; times += 1) {
      table.room.network.down();
      await pass(4_500);
      table.room.network.up();
      table.page.wake();
      await pass(2_000);
    }
    expect(app.asked).toHaveLength(0);
  });

  it("never has two under way, and goes on when one fails, or never ends", async () => {
    table.room.network.isDown = true;
    app.latency = 5_000;
    follow();
    await pass(30_000);
    expect(app.most).toBe(1);
    app.isDown = true;
    expect(await pollsIn(30_000)).toBeGreaterThan(3);
    app.latency = 1e9;
    await pass(10_000);
    app.latency = 20;
    expect(await pollsIn(40_000)).toBeGreaterThan(5);
  });

  it("tells a poll under way that nobody waits for it", async () => {
    table.room.network.isDown = true;
    let told: AbortSignal | undefined;
    const ann = table.follow({
      poll: {
        fn: (signal) => {
          told = signal;
          return new Promise(() => undefined);
        },
        every: 1000,
      },
    });
    await pass(5_900);
    expect(told?.aborted).toBe(false);
    table.room.network.up();
    table.page.wake();
    await pass(1000);
    expect(ann.status).toBe("live");
    expect(told?.aborted).toBe(true);
  });

  it("waits while nobody looks, and polls at once when somebody does", async () => {
    table.room.network.isDown = true;
    follow();
    await pass(10_000);
    table.page.isHidden = true;
    expect(await pollsIn(1_500)).toBeLessThanOrEqual(1);
    expect(await pollsIn(60_000)).toBe(0);
    table.page.wake();
    expect(await pollsIn(10)).toBe(1);
    expect(await pollsIn(10_000)).toBeGreaterThan(6);
  });

  it("waking doesn't poll twice", async () => {
    table.room.network.isDown = true;
    follow();
    await pass(10_100);
    for (let times = 0; times < 50; times += 1) table.page.wake();
    await pass(900);
    expect(app.most).toBe(1);
    expect(await pollsIn(3_000)).toBeLessThanOrEqual(3);
  });

  it("spreads the polls of those who lost the room together", async () => {
    table.room.network.isDown = true;
    const start = performance.now();
    const apps = Array.from({ length: 10 }, (_, index) => {
      table.page.chance = () => index / 10;
      const one = new App(table.room);
      table.follow({ poll: { fn: one.poll, every: 1000 } });
      return one;
    });
    table.page.chance = () => 0.5;
    await pass(10_000);
    const first = apps.map(({ asked }) => Math.round((asked[0] ?? 0) - start));
    expect(first).toEqual([5000, 5100, 5200, 5300, 5400, 5500, 5600, 5700, 5800, 5900]);
  });

  it("can be added later, and taken away", async () => {
    table.room.network.isDown = true;
    const ann = table.follow();
    await pass(20_000);
    expect(ann.status).toBe("connecting");
    const stop = pollWhenOffline(ann.session, app.poll, 1000);
    expect(await pollsIn(100)).toBe(1);
    expect(ann.status).toBe("fallback");
    stop();
    stop();
    expect(await pollsIn(10_000)).toBe(0);
    expect(ann.status).toBe("connecting");
    expect(ann.view).toEqual(app.rows);
  });

  it("a session that was closed doesn't poll", async () => {
    table.room.network.isDown = true;
    const ann = follow();
    await pass(10_000);
    ann.session.close();
    pollWhenOffline(ann.session, app.poll, 1000);
    expect(await pollsIn(60_000)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    [4403, "wrong_origin", "fallback"],
    [4404, undefined, "closed"],
    [4409, "replaced", "closed"],
  ])("after %i %s: %s", async (close, code, status) => {
    const ann = follow();
    await pass(1000);
    table.room.end(close, code);
    const polls = await pollsIn(20_000);
    expect(ann.status).toBe(status);
    expect(polls > 0).toBe(status === "fallback");
    ann.session.close();
    expect(ann.status).toBe("closed");
    expect(await pollsIn(20_000)).toBe(0);
  });

  it("an answer that is none is told to the developer, and shown to nobody", async () => {
    const complained = vi.spyOn(console, "error").mockImplementation(() => undefined);
    table.room.network.isDown = true;
    const fn = () => Promise.resolve([note("a", "1")] as never);
    const ann = table.follow({ poll: { fn, every: 1000 } });
    await pass(10_000);
    expect(complained).toHaveBeenCalled();
    complained.mockRestore();
    expect(ann.view).toEqual([]);
    expect(ann.status).toBe("fallback");
  });

  it("a poll without an answer keeps its own", async () => {
    table.room.network.isDown = true;
    let polls = 0;
    const ann = table.follow({ poll: { fn: async () => void (polls += 1), every: 1000 } });
    await pass(10_000);
    expect(polls).toBeGreaterThan(3);
    expect(ann.status).toBe("fallback");
    expect(ann.view).toEqual([]);
  });
});

describe("going over", () => {
  /** Cuts, waits until polling, and commits on the way. */
  async function fallBack(ann: Watched): Promise<void> {
    await pass(1000);
    table.room.network.down();
    await pass(6_000);
    expect(ann.status).toBe("fallback");
  }

  it("shows what changes while polling, and resumes where the room's own view was", async () => {
    const ann = follow();
    await fallBack(ann);
    app.commit(putNote("a", "2"), putNote("b", "1"));
    app.deliver();
    await pass(2000);
    expect(ann.view).toEqual(app.rows);
    table.room.network.up();
    table.page.wake();
    await pass(1000);
    expect(ann.status).toBe("live");
    expect(ann.view).toEqual(app.rows);
    expect(table.room.network.sockets.at(-1)?.query.get("seq")).toBe("1");
    expect(table.room.snapshots).toBe(1);
  });

  it("keeps the objects of what the poll had shown", async () => {
    const ann = follow();
    await fallBack(ann);
    app.commit(putNote("b", "1"));
    app.deliver();
    await pass(2000);
    const before = ann.session.getSnapshot().entities;
    table.room.network.up();
    table.page.wake();
    await pass(1000);
    expect(ann.status).toBe("live");
    expect(ann.session.getSnapshot().entities).toBe(before);
    app.commit(putNote("a", "2"));
    app.deliver();
    await pass(100);
    expect(ann.session.getSnapshot().entities.note.b).toBe(before.note.b);
    expect(ann.view).toEqual(app.rows);
  });

  it("goes on polling while the app's outbox is behind, and goes over once it isn't", async () => {
    const ann = follow();
    await fallBack(ann);
    app.commit(putNote("a", "2"));
    await pass(2000);
    table.room.network.up();
    table.page.wake();
    await pass(10_000);
    expect(ann.status).toBe("fallback");
    expect(ann.view).toEqual([note("a", "2")]);
    app.commit(putNote("a", "3"));
    expect(await pollsIn(5_000)).toBeGreaterThan(3);
    app.deliver();
    await pass(2_000);
    expect(ann.status).toBe("live");
    expect(ann.view).toEqual([note("a", "3")]);
    expect(await pollsIn(60_000)).toBe(0);
    const names = ann.views.map(([first]) => (first?.value as { name?: string } | undefined)?.name);
    expect(names.filter((name, index) => name !== names[index - 1]).filter(Boolean)).toEqual(["1", "2", "3"]);
  });

  it("asks the room once more when a poll answered while the connection was on its way", async () => {
    app.latency = 2;
    const ann = follow();
    await fallBack(ann);
    // The room greets; then something is committed, published and polled before the greeting arrives.
    table.room.network.latency = 2_000;
    table.room.network.up();
    table.page.wake();
    await pass(5_000);
    app.commit(putNote("a", "2"));
    app.deliver();
    await pass(1_400);
    expect(ann.view).toEqual([note("a", "2")]);
    await pass(200);
    expect(await pollsIn(3_500), "while the answer is on its way").toBe(0);
    expect(ann.status).not.toBe("live");
    await pass(20_000);
    expect(ann.status).toBe("live");
    const names = ann.views.map(([first]) => (first?.value as { name?: string } | undefined)?.name);
    expect(names.lastIndexOf("1")).toBeLessThan(names.indexOf("2"));
    expect(table.room.heard).toContainEqual({ type: "resume", epoch: "", seq: 0 });
    expect(ann.statuses).toEqual(["connecting", "live", "connecting", "fallback", "live"]);
  });

  it("goes over when the poll fails for good, whatever it last said of the outbox", async () => {
    const ann = follow();
    await fallBack(ann);
    app.commit(putNote("a", "2"));
    await pass(2000);
    app.isDown = true;
    table.room.network.up();
    table.page.wake();
    await pass(1000);
    expect(ann.status).toBe("fallback");
    await pass(5000);
    expect(ann.status).toBe("live");
  });

  it("goes over when the poll is taken away", async () => {
    const ann = table.follow();
    const stop = pollWhenOffline(ann.session, app.poll, 1000);
    await fallBack(ann);
    app.commit(putNote("a", "2"));
    await pass(2000);
    table.room.network.up();
    table.page.wake();
    await pass(1000);
    expect(ann.status).toBe("fallback");
    stop();
    await pass(1000);
    expect(ann.status).toBe("live");
  });

  it("another poll, without an answer, says nothing of the outbox", async () => {
    const ann = follow();
    pollWhenOffline(ann.session, () => Promise.resolve(), 500);
    await fallBack(ann);
    app.commit(putNote("a", "2"));
    await pass(2000);
    table.room.network.up();
    table.page.wake();
    await pass(10_000);
    expect(ann.status).toBe("fallback");
    expect(ann.view).toEqual([note("a", "2")]);
    app.deliver();
    await pass(2000);
    expect(ann.status).toBe("live");
    expect(ann.view).toEqual([note("a", "2")]);
  });

  it.each(["fails for good", "is taken away"])("goes over when the poll %s, though another goes on", async (how) => {
    const ann = table.follow();
    const stop = pollWhenOffline(ann.session, app.poll, 1000);
    pollWhenOffline(ann.session, () => Promise.resolve(), 500);
    await fallBack(ann);
    app.commit(putNote("a", "2"));
    await pass(2000);
    table.room.network.up();
    table.page.wake();
    await pass(1000);
    expect(ann.status).toBe("fallback");
    if (how === "is taken away") stop();
    else app.isDown = true;
    await pass(6000);
    expect(ann.status).toBe("live");
  });

  it("drops an answer that comes after it went over", async () => {
    app.latency = 3_000;
    const ann = follow();
    await pass(1000);
    table.room.network.down();
    await pass(6_000);
    table.room.network.up();
    table.page.wake();
    await pass(600);
    expect(ann.status).toBe("live");
    app.commit(putNote("a", "2"));
    app.deliver();
    await pass(5_000);
    expect(ann.view).toEqual([note("a", "2")]);
    expect(new Set(ann.views.slice(-3).map((view) => JSON.stringify(view))).size).toBeLessThanOrEqual(2);
  });

  it("comes back to polling when the answer to its question doesn't come", async () => {
    const ann = follow();
    await fallBack(ann);
    app.latency = 2;
    table.room.network.latency = 1_000;
    table.room.network.up();
    table.page.wake();
    await pass(3_600);
    table.room.network.harm = (text) => (text === "pong" ? [text] : []);
    await pass(40_000);
    expect(ann.status).toBe("fallback");
    expect(await pollsIn(5_000)).toBeGreaterThan(2);
    table.room.network.harm = (text) => [text];
    await pass(60_000);
    expect(ann.status).toBe("live");
  });
});

it("a websocket that is blocked while HTTP works: the poll carries everything", async () => {
  table.room.network.hangs = true;
  const ann = table.follow({ ticket: () => ticketFor(), poll: { fn: app.poll, every: 1000 } });
  await pass(10_000);
  for (let times = 0; times < 5; times += 1) {
    app.commit(putNote("a", `${times}`));
    app.deliver();
    await pass(1_300);
    expect(ann.view).toEqual(app.rows);
  }
  expect(ann.statuses).toEqual(["connecting", "fallback"]);
});
