/** Places, lengths and the camera: numbers in, numbers out. */

/** @typedef {import("./types.d.ts").Point} Point */
/** @typedef {import("./types.d.ts").Grid} Grid */
/** @typedef {import("./types.d.ts").Camera} Camera */
/** @typedef {import("./types.d.ts").Scene} Scene */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

const NEAREST = 4;
const FARTHEST = 0.08;

/**
 * Put a token's corner on the grid: whole cells, or halves for what is smaller than one.
 * @param {Point} corner
 * @param {number} cells the token's side
 * @param {Grid} grid
 * @returns {Point}
 */
export function snapped(corner, cells, grid) {
  const step = cells < 1 ? grid.size * cells : grid.size;
  return { x: Math.round(corner.x / step) * step, y: Math.round(corner.y / step) * step };
}

/**
 * Keep a token wholly inside its scene, as the server will.
 * @param {Point} corner
 * @param {{ width: number, height: number }} token in cells
 * @param {Scene} scene
 * @returns {Point}
 */
export function inside(corner, token, scene) {
  const { size } = scene.grid;
  const right = Math.max(scene.width - token.width * size, 0);
  const bottom = Math.max(scene.height - token.height * size, 0);
  return { x: clamp(corner.x, 0, right), y: clamp(corner.y, 0, bottom) };
}

/**
 * The middle of a token, in scene pixels.
 * @param {{ x: number, y: number, width: number, height: number }} token
 * @param {Grid} grid
 * @returns {Point}
 */
export function middle(token, grid) {
  return { x: token.x + (token.width * grid.size) / 2, y: token.y + (token.height * grid.size) / 2 };
}

/**
 * Where a place is on the grid, counted from 1.
 * @param {Point} place
 * @param {Grid} grid
 */
export function cellOf(place, grid) {
  return { column: Math.floor(place.x / grid.size) + 1, row: Math.floor(place.y / grid.size) + 1 };
}

/**
 * How far it is, in the scene's units: a diagonal step counts as one, as in the SRD.
 * @param {Point} from
 * @param {Point} to
 * @param {Grid} grid
 */
export function distance(from, to, grid) {
  const cells = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)) / grid.size;
  return Math.round(cells) * (grid.distance ?? 1);
}

/**
 * @param {Camera} camera
 * @param {Point} screen
 * @returns {Point} the same place in scene pixels
 */
export function toScene(camera, screen) {
  return { x: (screen.x - camera.x) / camera.k, y: (screen.y - camera.y) / camera.k };
}

/**
 * Magnify, with the place under the pointer staying where it is.
 * @param {Camera} camera
 * @param {number} factor
 * @param {Point} screen
 * @returns {Camera}
 */
export function zoomed(camera, factor, screen) {
  const k = clamp(camera.k * factor, FARTHEST, NEAREST);
  const at = toScene(camera, screen);
  return { x: screen.x - at.x * k, y: screen.y - at.y * k, k };
}

/**
 * Show a box whole, in the middle of the window.
 * @param {Box} box in scene pixels
 * @param {{ width: number, height: number }} window
 * @returns {Camera}
 */
export function fitted(box, window) {
  const k = clamp(Math.min(window.width / box.width, window.height / box.height), FARTHEST, NEAREST);
  return {
    x: (window.width - box.width * k) / 2 - box.x * k,
    y: (window.height - box.height * k) / 2 - box.y * k,
    k,
  };
}

/**
 * The smallest box around some places.
 * @param {readonly (readonly [number, number])[]} points at least one
 * @param {number} margin
 * @returns {Box}
 */
export function around(points, margin) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x, y] = [Math.min(...xs) - margin, Math.min(...ys) - margin];
  return { x, y, width: Math.max(...xs) + margin - x, height: Math.max(...ys) + margin - y };
}

/**
 * @param {number} number
 * @param {number} least
 * @param {number} most
 */
export function clamp(number, least, most) {
  return Math.min(Math.max(number, least), most);
}
