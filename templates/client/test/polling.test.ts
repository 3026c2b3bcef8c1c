/**
 * Polling is gone while the room is in reach, there while it isn't, and gone again: the one test to
 * keep in an app that used to poll. A check of "no requests while connected" alone would pass with a
 * fallback that is dead.
 *
 * Point it at your own code: `follow` is the place. Every request that it makes is counted, by
 * whatever way: the test only replaces what is around it (`fetch`, `WebSocket`, and time).
 */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { connectSession, type Polled, type Session } from "../src/index.ts";
import { FakeRoom } from "./fakes/room.ts";
import { ticketFor } from "./fakes/tickets.ts";

// ─── yours to change ─────────────────────────────────────────────────────────────────────────────

/** Milliseconds between polls, and out of reach before the first. */
const EVERY = 2_000;
const GRACE = 5_000;

/** The app's own poll, as it was before. */
async function pollTable(signal: AbortSignal): Promise<Polled> {
  const response = await fetch("/api/sessions/friday/state", { signal });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return (await response.json()) as Polled;
}

/** Follows the session as the app does. */
function follow(): Session {
  return connectSession({
    host: "room.example",
    session: "friday",
    ticket: () => ticketFor({ sid: "friday", role: "player", sub: "ann" }),
    poll: { fn: pollTable, every: EVERY, grace: GRACE },
  });
}

/** What the app's server answers to a poll, when the hero has so many hit points. */
function answer(hp: number): object {
  return { entities: [heroWith(hp)], pending: 0 };
}

// ─────────────────────────────────────────────────────────────────────────────────────────────────

const MINUTE = 60_000;
const heroWith = (hp: number) => {
  const value = { sceneId: "cave", name: "Hero", x: 0, y: 0, width: 1, height: 1, hp };
  return { kind: "token", key: "hero", value } as const;
};

const requests: string[] = [];
/** The hero's hit points in the app's database. */
let hp = 20;
let room: FakeRoom;
let session: Session;

beforeEach(() => {
  vi.useFakeTimers();
  requests.length = 0;
  hp = 20;
  room = new FakeRoom();
  vi.stubGlobal("WebSocket", room.network.WebSocket);
  vi.stubGlobal("fetch", async (input: RequestInfo | URL) => {
    requests.push(input instanceof Request ? input.url : String(input));
    return Response.json(answer(hp));
  });
  broadcast(hp);
  session = follow();
});
afterEach(() => {
  session.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The app's server commits a change, and publishes it to the room. */
function broadcast(value: number): void {
  hp = value;
  room.publish([{ op: "put", ...heroWith(hp) }]);
}

/** So much time passes; gives the requests that were made in it. */
async function during(ms: number): Promise<string[]> {
  requests.length = 0;
  await vi.advanceTimersByTimeAsync(ms);
  return [...requests];
}

const shown = () => session.getSnapshot().entities.token.hero?.hp;

it("asks nothing while live, polls while cut, asks nothing again", async () => {
  expect(await during(MINUTE), "requests while the room is in reach").toEqual([]);
  expect([session.getSnapshot().status, shown()]).toEqual(["live", 20]);

  room.network.down();
  expect(await during(GRACE - 1), "requests within the grace time").toEqual([]);
  broadcast(17);
  const polls = await during(MINUTE);
  expect(polls.length, "requests while the room is out of reach").toBeGreaterThan((0.7 * MINUTE) / EVERY);
  expect(polls.length).toBeLessThanOrEqual(MINUTE / EVERY + 1);
  expect([session.getSnapshot().status, shown()]).toEqual(["fallback", 17]);

  room.network.up();
  await during(MINUTE);
  expect(await during(MINUTE), "requests after the room is back").toEqual([]);
  expect([session.getSnapshot().status, shown()]).toEqual(["live", 17]);
});

it("does it as often as the room goes and comes", async () => {
  for (let outage = 0; outage < 5; outage += 1) {
    await during(MINUTE);
    expect(await during(MINUTE)).toEqual([]);
    room.network.down();
    expect((await during(MINUTE)).length).toBeLessThanOrEqual(MINUTE / EVERY);
    room.network.up();
  }
});

it("shows a broadcast without asking for it", async () => {
  await during(MINUTE);
  for (const value of [19, 12, 3]) {
    broadcast(value);
    expect(await during(1_000), "requests after a broadcast").toEqual([]);
    expect(shown()).toBe(value);
  }
});

it("polls from the start when the room is never reached", async () => {
  session.close();
  room.network.down();
  session = follow();
  expect(await during(GRACE - 1)).toEqual([]);
  expect((await during(MINUTE)).length).toBeGreaterThan((0.7 * MINUTE) / EVERY);
  expect(shown()).toBe(20);
});
