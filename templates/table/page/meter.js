/**
 * What keeping up to date costs, and how soon a commit is on the screen; for each mode of its own.
 *
 * Counted are requests to the polling endpoint and for tickets, websockets opened, and all bytes
 * of both: of requests what the browser says came over the wire, of sockets their messages both
 * ways. Moves and turns aren't: they cost the same either way.
 */
import { median } from "./words.js";

/** @typedef {import("./types.d.ts").Mode} Mode */
/** @typedef {import("./types.d.ts").Point} Point */
/** @typedef {{ key: string, x: number, y: number, at: number }} Commit a token's move, in this page's ms */

const KEPT = 50;
const WAIT = 30_000;

/** This page's clock, in ms since 1970: all tabs of a browser have the same. */
export function now() {
  return performance.timeOrigin + performance.now();
}

function createTally() {
  return { requests: 0, bytes: 0, since: 0, ms: 0, latencies: /** @type {number[]} */ ([]) };
}

/** @param {() => void} changed told when there is something new to show */
export function createMeter(changed) {
  const tallies = { polling: createTally(), realtime: createTally() };
  /** @type {Mode} */
  let mode = "polling";
  /** @type {Commit[]} */
  let awaited = [];
  /** @type {Commit[]} */
  let seen = [];
  /** @type {Map<string, Point>} */
  const last = new Map();
  const count = (/** @type {number} */ requests, /** @type {number} */ bytes) => {
    tallies[mode].requests += requests;
    tallies[mode].bytes += bytes;
    changed();
  };
  const took = (/** @type {Commit} */ commit, /** @type {number} */ drawn) => {
    // A clock may be wrong by some ms, and nothing is drawn before it was committed.
    tallies[mode].latencies = [...tallies[mode].latencies, Math.max(drawn - commit.at, 0)].slice(-KEPT);
    changed();
  };
  const isSame = (/** @type {Commit} */ a, /** @type {Commit} */ b) =>
    a.key === b.key && a.x === b.x && a.y === b.y;

  return {
    count,
    /** @param {Mode} next */
    begin(next) {
      tallies[mode].ms += now() - (tallies[mode].since || now());
      mode = next;
      tallies[mode].since = now();
      awaited = [];
      seen = [];
      last.clear();
      changed();
    },
    /**
     * A move was committed, by this page or by another of this browser.
     * @param {Commit} commit
     */
    committed(commit) {
      // What isn't on a screen has no time at which it was.
      if (document.hidden) return;
      const shown = seen.find((draw) => isSame(draw, commit) && draw.at > commit.at - WAIT);
      if (shown) took(commit, shown.at);
      else awaited = [...awaited.filter(({ at }) => at > commit.at - WAIT), commit];
    },
    /**
     * A token has just been drawn where the view has it.
     * @param {string} key
     * @param {Point} place
     */
    drawn(key, { x, y }) {
      const before = last.get(key);
      if (before?.x === x && before.y === y) return;
      last.set(key, { x, y });
      if (!before || document.hidden) return;
      const draw = { key, x, y, at: now() };
      const commit = awaited.find((waiting) => isSame(waiting, draw));
      awaited = awaited.filter((waiting) => waiting !== commit);
      if (commit) took(commit, draw.at);
      else seen = [...seen, draw].slice(-KEPT);
    },
    /** @param {Mode} of */
    read(of) {
      const { requests, bytes, since, ms, latencies } = tallies[of];
      const running = of === mode ? now() - since : 0;
      return { requests, bytes, ms: ms + running, latency: median(latencies), samples: latencies.length };
    },
  };
}

/** @typedef {ReturnType<typeof createMeter>} Meter */

/**
 * Count what goes over the wire from now on.
 * @param {Meter} meter
 */
export function watchWire(meter) {
  const counted = /\/api\/sessions\/[^/]+\/(?:state|ticket)$/;
  new PerformanceObserver((list) => {
    for (const entry of /** @type {PerformanceResourceTiming[]} */ (list.getEntries())) {
      if (counted.test(new URL(entry.name).pathname)) meter.count(1, entry.transferSize);
    }
  }).observe({ type: "resource" });

  const text = new TextEncoder();
  const size = (/** @type {unknown} */ data) => (typeof data === "string" ? text.encode(data).length : 0);
  window.WebSocket = class extends WebSocket {
    /** @param {ConstructorParameters<typeof WebSocket>} address */
    constructor(...address) {
      super(...address);
      meter.count(1, 0);
      this.addEventListener("message", ({ data }) => meter.count(0, size(data)));
    }

    /** @param {Parameters<WebSocket["send"]>[0]} data */
    send(data) {
      meter.count(0, size(data));
      super.send(data);
    }
  };
}
