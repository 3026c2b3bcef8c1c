/** What stands on the map and can be touched: doors and tokens. */
import { keep, say, set, svg } from "./dom.js";
import { cellOf, middle } from "./geometry.js";
import { mayMove } from "./model.js";
import { dispositionOf, label, monogram, tokenWords } from "./words.js";

/** @typedef {import("./model.js").Table} Table */
/** @typedef {import("./types.d.ts").Point} Point */
/** @typedef {import("./types.d.ts").Seat} Seat */
/** @typedef {import("./types.d.ts").Token} Token */
/** @typedef {import("./types.d.ts").Wall} Wall */
/** @typedef {{ key: string, at: Point, far: string }} Held a token in hand, and how far it has come */
/**
 * What there is besides the view: what this person has in hand, and what the others have.
 * @typedef {{ selected: string | undefined, held: Held | undefined,
 *   carried: ReadonlyMap<string, { at: Point, user: string }>,
 *   placeOf: (key: string, token: Token) => Point }} Hands
 */

/**
 * @param {SVGElement} world
 * @param {Seat} seat
 */
export function createThings(world, seat) {
  const doors = svg("g");
  const origins = svg("g");
  const tokens = svg("g");
  world.append(doors, origins, tokens);
  /** @type {Map<string, SVGGElement>} */
  const doorElements = new Map();
  /** @type {Map<string, SVGGElement>} */
  const tokenElements = new Map();
  /** @type {Map<string, SVGCircleElement>} */
  const originElements = new Map();

  return {
    /** @param {string} key */
        /**
     * @param {Table} table
     * @param {Hands} hands
     */
    draw(table, hands) {
      const { scene } = table;
      if (!scene) return;
      const size = scene.grid.size;
      const leaves = table.walls.filter(([, wall]) => wall.door !== undefined);
      keep(doors, doorElements, leaves, (key) => newDoor(key));
      for (const [key, wall] of leaves) drawDoor(doorElements.get(key), wall, size, seat);
      keep(tokens, tokenElements, table.tokens, (key) => newToken(key));
      for (const [key, token] of table.tokens) {
        drawToken(tokenElements.get(key), key, token, table, hands, seat);
      }
      const away = table.tokens.filter(([key]) => hands.held?.key === key || hands.carried.has(key));
      keep(origins, originElements, away, () => svg("circle", { class: "origin" }));
      for (const [key, token] of away) {
        const { x, y } = middle({ ...token, ...hands.placeOf(key, token) }, scene.grid);
        const ring = originElements.get(key);
        if (ring) set(ring, { cx: x, cy: y, r: token.width * size * 0.42 });
      }
    },
  };
}

/** @param {string} key */
function newDoor(key) {
  return svg(
    "g",
    { class: "door", "data-door": key },
    svg("path", { class: "door-reach" }),
    svg("g", { class: "door-leaf" }, svg("rect")),
  );
}

/**
 * @param {SVGGElement | undefined} element
 * @param {Wall} wall
 * @param {number} size
 * @param {Seat} seat
 */
function drawDoor(element, wall, size, seat) {
  const [from, to] = [wall.points[0], wall.points.at(-1)];
  if (!element || !from || !to) return;
  const long = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const angle = (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI;
  const open = wall.door === "open";
  set(element, {
    transform: `translate(${from[0]} ${from[1]}) rotate(${angle})`,
    "data-open": open,
    "aria-label": `Door, ${open ? "open" : "closed"}`,
    role: seat.role === "gm" ? "button" : "img",
    tabindex: seat.role === "gm" ? 0 : undefined,
  });
  const thick = size * 0.11;
  set(/** @type {Element} */ (element.children[0]), { d: `M0 ${-size / 4}H${long}V${size / 4}H0z` });
  const leaf = /** @type {Element} */ (element.children[1]?.firstElementChild);
  set(leaf, { y: -thick / 2, width: long, height: thick, rx: thick / 4 });
}

/**
 * A token, and beside it what is written on it: its name is said already.
 * @param {string} key
 */
function newToken(key) {
  const written = { "text-anchor": "middle", "dominant-baseline": "auto" };
  return svg(
    "g",
    { class: "piece" },
    svg(
      "g",
      { class: "token", "data-token": key, role: "button", tabindex: 0 },
      svg("circle", { class: "turn-ring" }),
      svg("circle", { class: "focus-ring" }),
      svg("circle", { class: "disc" }),
      svg("circle", { class: "rim" }),
    ),
    svg(
      "g",
      { class: "writing", "aria-hidden": "true" },
      svg("text", { ...written, class: "monogram", "dominant-baseline": "central" }),
      svg("text", { ...written, class: "name" }),
      svg("text", { ...written, class: "carrier" }),
    ),
  );
}

/**
 * @param {SVGGElement | undefined} piece
 * @param {string} key
 * @param {Token} token
 * @param {Table} table
 * @param {Hands} hands
 * @param {Seat} seat
 */
function drawToken(piece, key, token, table, hands, seat) {
  const { scene, fight } = table;
  const [element, writing] = piece?.children ?? [];
  if (!piece || !element || !writing || !scene) return;
  const placed = hands.placeOf(key, token);
  const carried = hands.carried.get(key);
  const held = hands.held?.key === key ? hands.held : undefined;
  const { x, y } = middle({ ...token, ...(held?.at ?? carried?.at ?? placed) }, scene.grid);
  const up = fight?.up?.tokenId === key;
  const radius = token.width * scene.grid.size * 0.42;
  piece.style.transform = `translate(${x}px, ${y}px)`;
  set(element, {
    "aria-label": tokenWords(token, cellOf({ x: placed.x + 1, y: placed.y + 1 }, scene.grid), up),
    "aria-pressed": hands.selected === key ? "true" : "false",
    "data-side": dispositionOf(token),
    "data-x": placed.x,
    "data-y": placed.y,
    "data-hidden": token.hidden === true,
    "data-up": up,
    "data-selected": hands.selected === key,
    "data-movable": mayMove(seat, token),
    "data-held": held !== undefined,
    "data-carried": carried !== undefined,
  });
  const radii = [1.16, 1.1, 1, 0.9];
  [...element.children].forEach((circle, place) => set(circle, { r: radius * (radii[place] ?? 1) }));
  const [letters, name, carrier] = writing.children;
  if (!letters || !name || !carrier) return;
  set(letters, { "font-size": radius * 0.8 });
  say(letters, monogram(token.name));
  set(name, { y: radius * 1.08 });
  say(name, label(token.name));
  set(carrier, { y: -radius });
  say(carrier, held ? held.far : label(carried?.user ?? ""));
}
