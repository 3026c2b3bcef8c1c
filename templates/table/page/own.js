/** What somebody has in hand: the token they drag and where it would land, a ruler, their pings. */
import { set, svg } from "./dom.js";
import { distance, inside, middle, snapped } from "./geometry.js";
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
  const way = svg("polyline");
  const ruler = newRuler("own", seat.user);
  // Under the tokens, the one in hand among them.
  world.prepend(landing, svg("g", { class: "ruler" }, way));
  world.append(ruler);
  const drawPings = createOthers(world);
  /** @type {import("./things.js").Held | undefined} */
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
      held = { key, at, far: held?.far ?? "" };
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
      /** @type {PresenceItem} */
      const item = { user: seat.user, role: seat.role, kind: "ping", value: { ...value } };
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
      set(way, { visibility: token ? "visible" : "hidden" });
      set(ruler, { visibility: measured ? "visible" : "hidden" });
      if (held && token) {
        const to = inside(snapped(held.at, token.width, scene.grid), token, scene);
        set(landing, { x: to.x, y: to.y, width: token.width * size, height: token.height * size });
        const from = middle({ ...token, ...placeOf(held.key) }, scene.grid);
        const end = middle({ ...token, ...to }, scene.grid);
        set(way, { points: `${from.x},${from.y} ${end.x},${end.y}` });
        held.far = `${distance(from, end, scene.grid)} ${scene.grid.units ?? "cells"}`;
      }
      if (measured) drawRuler(ruler, measured, scene.grid);
      drawPings(pings, sceneKey, scene.grid);
    },
  };
}
