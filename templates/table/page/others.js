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
 * What of one kind is there to show, by whose it is.
 * @template {import("/vttsync.js").PresenceName} K
 * @param {readonly PresenceItem[]} items
 * @param {K} kind
 * @returns {[string, { user: string, value: import("/vttsync.js").PresenceValues[K] }][]}
 */
function shown(items, kind) {
  return items.flatMap((item) =>
    item.kind === kind && item.value ? [[`${item.role}/${item.user}`, /** @type {any} */ (item)]] : [],
  );
}

/**
 * Which tokens are being dragged, by whom and where.
 * @param {readonly PresenceItem[]} items
 * @returns {Map<string, { at: Point, user: string }>}
 */
export function carriedIn(items) {
  return new Map(
    shown(items, "drag").map(([, { user, value }]) => [value.tokenId, { at: { x: value.x, y: value.y }, user }]),
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
    // Whoever drags a token is named there.
    const busy = new Set(shown(items, "drag").map(([who]) => who));
    const pointing = shown(items, "cursor").filter(([who, { value }]) => value.sceneId === scene && !busy.has(who));
    keep(cursors, cursorElements, pointing, (_, { user }) => newCursor(user));
    for (const [who, { value }] of pointing) {
      const element = cursorElements.get(who);
      if (element) element.style.transform = `translate(${value.x}px, ${value.y}px)`;
    }

    // Another ping of the same person is another element: it rings from the start.
    const rings = shown(items, "ping")
      .filter(([, { value }]) => value.sceneId === scene)
      .map(([who, item]) => /** @type {[string, typeof item]} */ ([`${who}/${item.value.x}/${item.value.y}`, item]));
    keep(pings, pingElements, rings, (_, { user, value }) => newPing(user, value));

    const measuring = shown(items, "ruler").filter(([, { value }]) => value.sceneId === scene);
    keep(rulers, rulerElements, measuring, (_, { user }) => newRuler(user, user));
    for (const [who, { value, user }] of measuring) {
      drawRuler(rulerElements.get(who), value.points, grid, `${label(user)}, `);
    }
  };
}

/** @param {string} user */
function newCursor(user) {
  const words = svg("text", { x: 15, y: 26 }, label(user));
  const arrow = svg("path", { d: "M0 0L4.6 17L8.4 10.6L15.6 9.4z" });
  const drawn = svg("g", { class: "upright" }, arrow, words);
  return coloured(svg("g", { class: "cursor", "data-cursor": user }, drawn), user);
}

/**
 * @param {string} user
 * @param {Point} at
 */
function newPing(user, { x, y }) {
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
