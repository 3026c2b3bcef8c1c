/** What somebody has in hand: the token they drag and where it would land, a ruler, their pings. */
import { set, svg } from "./dom.js";
import { inside, middle, snapped } from "./geometry.js";
import { createOthers, drawRuler, newRuler } from "./others.js";

/** @typedef {import("./types.d.ts").Point} Point */
/** @typedef {import("./types.d.ts").PresenceItem} PresenceItem */
/** @typedef {import("./types.d.ts").Seat} Seat */

const PING = 3000;

/**
 * @param {SVGElement} world
 * @param {Seat} seat
 * @param {() => void} changed
 */
export function createOwn(world, seat, changed) {
  const landing = svg("rect", { class: "landing" });
  const ruler = newRuler("own", seat.user);
  world.append(landing, ruler);
  const drawPings = createOthers(world);
  /** @type {{ key: string, at: Point } | undefined} */
  let held;
  /** @type {[number, number][] | null} */
  let measured = null;
  /** @type {PresenceItem[]} */
  let pings = [];

  return {
    get held() {
      return held;
    },
    /**
     * @param {string} key
     * @param {Point} at
     */
    hold(key, at) {
      held = { key, at };
      changed();
    },
    letGo() {
      held = undefined;
      changed();
    },
    /** @param {[number, number][] | null} points */
    measure(points) {
      measured = points;
      changed();
    },
    /** @param {Point & { sceneId: string }} value */
    ping(value) {
      const item = { user: seat.user, role: seat.role, kind: "ping", value };
      pings = [item];
      changed();
      setTimeout(() => {
        pings = pings.filter((it) => it !== item);
        changed();
      }, PING);
    },
    /**
     * @param {import("./model.js").Table} table
     * @param {(key: string) => Point} placeOf
     */
    draw({ key: sceneKey, scene, tokens }, placeOf) {
      if (!scene) return;
      const { size } = scene.grid;
      const token = tokens.find(([key]) => key === held?.key)?.[1];
      set(landing, { visibility: token ? "visible" : "hidden" });
      let points = measured;
      if (held && token) {
        const to = inside(snapped(held.at, token.width, scene.grid), token, scene);
        set(landing, { x: to.x, y: to.y, width: token.width * size, height: token.height * size });
        const [from, end] = [middle({ ...token, ...placeOf(held.key) }, scene.grid), middle({ ...token, ...to }, scene.grid)];
        points = [
          [from.x, from.y],
          [end.x, end.y],
        ];
      }
      set(ruler, { visibility: points ? "visible" : "hidden" });
      if (points) drawRuler(ruler, points, scene.grid);
      drawPings(pings, sceneKey, scene.grid);
    },
  };
}
