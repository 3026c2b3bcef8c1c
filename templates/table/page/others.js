/** What the others point at: their cursors, pings and rulers, with their names. */
import { keep, say, set, svg } from "./dom.js";
import { distance } from "./geometry.js";
import { label } from "./words.js";

/** @typedef {import("./types.d.ts").Grid} Grid */
/** @typedef {import("./types.d.ts").Point} Point */
/** @typedef {import("./types.d.ts").PresenceItem} PresenceItem */

const HUES = [12, 38, 74, 142, 176, 204, 262, 318];

/**
 * A person's colour: always the same for the same name.
 * @param {string} user
 */
export function hueOf(user) {
  let sum = 0;
  for (const letter of user) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return HUES[sum % HUES.length] ?? 0;
}

/**
 * Which tokens are being dragged, by whom and where.
 * @param {readonly PresenceItem[]} items
 * @returns {Map<string, { at: Point, user: string }>}
 */
export function carriedIn(items) {
  const drags = items.filter(({ kind, value }) => kind === "drag" && value);
  return new Map(
    drags.map(({ user, value }) => {
      const { tokenId, x, y } = /** @type {Point & { tokenId: string }} */ (value);
      return [tokenId, { at: { x, y }, user }];
    }),
  );
}

/** @param {SVGElement} world */
export function createOthers(world) {
  const rulers = svg("g");
  const pings = svg("g");
  const cursors = svg("g");
  world.append(rulers, pings, cursors);
  /** @type {Map<string, SVGGElement>} */
  const rulerElements = new Map();
  /** @type {Map<string, SVGGElement>} */
  const pingElements = new Map();
  /** @type {Map<string, SVGGElement>} */
  const cursorElements = new Map();

  /**
   * @param {readonly PresenceItem[]} items
   * @param {string} scene
   * @param {Grid} grid
   */
  return (items, scene, grid) => {
    const here = items.filter(({ value }) => value && /** @type {any} */ (value).sceneId === scene);
    const of = (/** @type {string} */ kind) =>
      here
        .filter((item) => item.kind === kind)
        .map((item) => /** @type {[string, PresenceItem]} */ ([`${item.role}/${item.user}`, item]));

    // Whoever drags a token is named there.
    const busy = new Set(items.filter(({ kind, value }) => kind === "drag" && value).map(({ user }) => user));
    const pointing = of("cursor").filter(([, { user }]) => !busy.has(user));
    keep(cursors, cursorElements, pointing, (_, item) => newCursor(item));
    for (const [key, { value }] of pointing) {
      const { x, y } = /** @type {Point} */ (value);
      const element = cursorElements.get(key);
      if (element) element.style.transform = `translate(${x}px, ${y}px)`;
    }

    // Another ping of the same person is another element: it rings from the start.
    const rings = of("ping").map(([key, item]) => {
      const { x, y } = /** @type {Point} */ (item.value);
      return /** @type {[string, PresenceItem]} */ ([`${key}/${x}/${y}`, item]);
    });
    keep(pings, pingElements, rings, (_, item) => newPing(item));

    keep(rulers, rulerElements, of("ruler"), (_, item) => newRuler(item.user, item.user));
    for (const [key, { value, user }] of of("ruler")) {
      const { points } = /** @type {{ points: [number, number][] }} */ (value);
      drawRuler(rulerElements.get(key), points, grid, `${label(user)}, `);
    }
  };
}

/** @param {PresenceItem} item */
function newCursor({ user }) {
  const words = svg("text", { x: 15, y: 26 }, label(user));
  const arrow = svg("path", { d: "M0 0L4.6 17L8.4 10.6L15.6 9.4z" });
  const drawn = svg("g", { class: "upright" }, arrow, words);
  return coloured(svg("g", { class: "cursor", "data-cursor": user }, drawn), user);
}

/** @param {PresenceItem} item */
function newPing({ user, value }) {
  const { x, y } = /** @type {Point} */ (value);
  const drawn = svg(
    "g",
    { class: "upright" },
    svg("circle", { r: 34, class: "ring" }),
    svg("circle", { r: 34, class: "ring late" }),
    svg("circle", { r: 5, class: "dot" }),
    svg("text", { y: -16, "text-anchor": "middle" }, label(user)),
  );
  const element = svg("g", { class: "ping", "data-ping": user }, drawn);
  element.style.transform = `translate(${x}px, ${y}px)`;
  return coloured(element, user);
}

/**
 * @param {string} key
 * @param {string} user whose colour it has
 */
export function newRuler(key, user) {
  const element = svg(
    "g",
    { class: "ruler", "data-ruler": key },
    svg("polyline"),
    svg("circle"),
    svg("text", { "text-anchor": "middle" }),
  );
  return coloured(element, user);
}

/**
 * @param {SVGGElement | undefined} element
 * @param {readonly (readonly [number, number])[]} points
 * @param {Grid} grid
 * @param {string} whose
 */
export function drawRuler(element, points, grid, whose = "") {
  const [line, dot, words] = element ? [...element.children] : [];
  const [from, to] = [points[0], points.at(-1)];
  if (!line || !dot || !words || !from || !to) return;
  set(line, { points: points.map((point) => point.join(",")).join(" ") });
  set(dot, { cx: to[0], cy: to[1], r: grid.size * 0.06 });
  const long = distance({ x: from[0], y: from[1] }, { x: to[0], y: to[1] }, grid);
  set(words, { x: to[0], y: to[1] - grid.size * 0.18 });
  say(words, `${whose}${long} ${grid.units ?? "cells"}`);
}

/**
 * @param {SVGGElement} element
 * @param {string} user
 */
function coloured(element, user) {
  element.style.setProperty("--hue", String(hueOf(user)));
  return element;
}
