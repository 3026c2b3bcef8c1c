/** Tells the server where tokens were put: one request at a time for each, the newest place next. */
import { createPlaced } from "./model.js";

/** @typedef {import("./types.d.ts").Point} Point */
/** @typedef {import("./meter.js").Commit} Commit */

/**
 * @param {{ api: import("./api.js").Api, meter: import("./meter.js").Meter,
 *   changed: () => void, refused: (error: unknown) => void }} options
 */
export function createMoves({ api, meter, changed, refused }) {
  const placed = createPlaced();
  /** @type {Set<string>} */
  const telling = new Set();
  /** @type {Map<string, { at: Point, done: () => void }>} */
  const next = new Map();
  // The other windows of this browser have the same clock, so they can tell how late they are.
  const channel = new BroadcastChannel("table-commits");
  channel.addEventListener("message", ({ data }) => meter.committed(/** @type {Commit} */ (data)));

  /**
   * @param {string} key
   * @param {Point} at
   * @returns {Promise<void>} when the server has answered, or has been told of a later place instead
   */
  async function tell(key, at) {
    telling.add(key);
    try {
      const commit = { key, x: at.x, y: at.y, at: await api.change(key, at) };
      meter.committed(commit);
      channel.postMessage(commit);
    } catch (error) {
      placed.drop(key);
      refused(error);
    }
    placed.told(key);
    telling.delete(key);
    changed();
    const later = next.get(key);
    next.delete(key);
    if (later) void tell(key, later.at).then(later.done);
  }

  return {
    placeOf: placed.placeOf,
    /**
     * @param {string} key
     * @param {Point} at
     * @param {Point} from where the view has it
     * @returns {Promise<void>}
     */
    put(key, at, from) {
      placed.put(key, at, from);
      changed();
      if (!telling.has(key)) return tell(key, at);
      const skipped = next.get(key);
      if (skipped) placed.told(key);
      skipped?.done();
      return new Promise((done) => next.set(key, { at, done }));
    },
  };
}
