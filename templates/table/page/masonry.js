/**
 * What makes walls a building: where the solid rock is, the hatching along it, the flagstones.
 *
 * The map comes without a picture, so the page draws one, the same each time.
 */
import { clamp } from "./geometry.js";
import { free, segments } from "./sight.js";

/** @typedef {import("./types.d.ts").Scene} Scene */
/** @typedef {import("./types.d.ts").Wall} Wall */
/** @typedef {import("./sight.js").Segment} Segment */

const PARTS = 4;
const DEEP = 0.85;

/**
 * Which parts of the map are solid rock: a quarter of a cell each, row by row, and solid if a way
 * leads to the map's edge. A map whose walls close nothing off has no rock.
 * @param {Scene} scene
 * @param {readonly Wall[]} walls
 */
export function rockOf(scene, walls) {
  const step = scene.grid.size / PARTS;
  const columns = Math.ceil(scene.width / step);
  const rows = Math.ceil(scene.height / step);
  const blocked = walls.flatMap((wall) => segments(wall.points));
  const rock = new Array(columns * rows).fill(false);
  /** @type {[number, number][]} */
  const open = [];
  const visit = (/** @type {number} */ column, /** @type {number} */ row) => {
    if (column < 0 || row < 0 || column >= columns || row >= rows) return;
    if (rock[row * columns + column]) return;
    rock[row * columns + column] = true;
    open.push([column, row]);
  };
  for (let column = 0; column < columns; column += 1) (visit(column, 0), visit(column, rows - 1));
  for (let row = 0; row < rows; row += 1) (visit(0, row), visit(columns - 1, row));
  for (let next = open.pop(); next; next = open.pop()) {
    const [column, row] = next;
    const from = { x: (column + 0.5) * step, y: (row + 0.5) * step };
    for (const [dx, dy] of /** @type {[number, number][]} */ ([[1, 0], [-1, 0], [0, 1], [0, -1]])) {
      const to = { x: from.x + dx * step, y: from.y + dy * step };
      if (free(from, to, blocked)) visit(column + dx, row + dy);
    }
  }
  const closed = rock.some((solid) => !solid);
  return { step, columns, rows, rock: closed ? rock : rock.map(() => false) };
}

/**
 * The floor, as the data of a path.
 * @param {ReturnType<typeof rockOf>} masonry
 */
export function floorPath({ step, columns, rock }) {
  return rock
    .map((solid, place) => {
      const [x, y] = [(place % columns) * step, Math.floor(place / columns) * step];
      return solid ? "" : `M${x} ${y}h${step}v${step}h${-step}z`;
    })
    .join("");
}

/**
 * Strokes in the rock along the walls, in handfuls of different directions, as the data of a path.
 * @param {ReturnType<typeof rockOf>} masonry
 * @param {readonly Wall[]} walls
 * @param {number} cell
 */
export function hatchPath({ step, columns, rows, rock }, walls, cell) {
  const random = dice(7);
  const all = walls.flatMap((wall) => segments(wall.points));
  let data = "";
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const x = (column + 0.15 + 0.7 * random()) * step;
      const y = (row + 0.15 + 0.7 * random()) * step;
      const angle = random() * Math.PI;
      const deep = Math.min(...all.map((wall) => away(x, y, wall))) / cell;
      if (rock[row * columns + column] && deep < DEEP * (0.75 + 0.35 * random())) {
        data += handful(x, y, angle, step, random);
      }
    }
  }
  return data;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} angle
 * @param {number} step
 * @param {() => number} random
 */
function handful(x, y, angle, step, random) {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  let data = "";
  for (const place of [-0.27, 0, 0.27]) {
    const half = step * (0.42 + 0.2 * random());
    const slip = step * 0.12 * (random() - 0.5);
    const [mx, my] = [x - dy * place * step * 1.4 + dx * slip, y + dx * place * step * 1.4 + dy * slip];
    data += `M${round(mx - dx * half)} ${round(my - dy * half)}L${round(mx + dx * half)} ${round(my + dy * half)}`;
  }
  return data;
}

/**
 * Some flagstones a little darker than the rest, as the data of a path.
 * @param {ReturnType<typeof rockOf>} masonry
 * @param {Scene} scene
 */
export function flagstonePath({ step, columns, rock }, scene) {
  const random = dice(11);
  const cell = scene.grid.size;
  let data = "";
  for (let y = 0; y < scene.height; y += cell / 2) {
    for (let x = 0; x < scene.width; x += cell / 2) {
      const wide = random() < 0.5 ? 1 : 0.5;
      const row = Math.floor((y + cell / 8) / step) * columns;
      const ends = [x + cell / 8, x + cell * wide - cell / 8].map((end) => rock[row + Math.floor(end / step)]);
      if (random() < 0.16 && ends.every((solid) => solid === false)) {
        const gap = cell * 0.03;
        data += `M${x + gap} ${y + gap}h${cell * wide - 2 * gap}v${cell / 2 - 2 * gap}h${-(cell * wide - 2 * gap)}z`;
      }
    }
  }
  return data;
}

/**
 * How far a place is from a segment.
 * @param {number} x
 * @param {number} y
 * @param {Segment} segment
 */
function away(x, y, [fromX, fromY, toX, toY]) {
  const [sx, sy] = [toX - fromX, toY - fromY];
  const long = sx * sx + sy * sy;
  const along = long ? clamp(((x - fromX) * sx + (y - fromY) * sy) / long, 0, 1) : 0;
  return Math.hypot(x - fromX - along * sx, y - fromY - along * sy);
}

/**
 * Numbers from 0 to 1 that look random and are the same each time (mulberry32).
 * @param {number} seed
 */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {number} number */
function round(number) {
  return Math.round(number * 10) / 10;
}
