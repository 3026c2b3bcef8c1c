/** How far light gets: what can be seen from a place, with walls and closed doors in the way. */

/** @typedef {import("./types.d.ts").Point} Point */
/** @typedef {import("./types.d.ts").Wall} Wall */
/** @typedef {readonly [number, number, number, number]} Segment from x, y to x, y */

const BESIDE = 1e-4;

/**
 * What blocks light: every wall, and doors that are closed.
 * @param {Iterable<Wall>} walls
 * @returns {Segment[]}
 */
export function barriers(walls) {
  return [...walls].filter((wall) => wall.door !== "open").flatMap((wall) => segments(wall.points));
}

/**
 * @param {readonly (readonly [number, number])[]} points
 * @returns {Segment[]}
 */
export function segments(points) {
  return points.slice(1).map(([x, y], place) => {
    const [fromX, fromY] = points[place] ?? [x, y];
    return [fromX, fromY, x, y];
  });
}

/**
 * The polygon that is lit from a place: rays to every corner and just beside it, each as long as
 * nothing is in its way, in the order of their angles.
 * @param {Point} from
 * @param {number} range
 * @param {readonly Segment[]} blocked
 * @returns {[number, number][]}
 */
export function lit(from, range, blocked) {
  // Around everything: a wall that crossed the frame would have a corner there that no ray goes to.
  const xs = [from.x - range, from.x + range, ...blocked.flatMap(([x, , toX]) => [x - 1, toX + 1, x + 1, toX - 1])];
  const ys = [from.y - range, from.y + range, ...blocked.flatMap(([, y, , toY]) => [y - 1, toY + 1, y + 1, toY - 1])];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  /** @type {Segment[]} */
  const frame = [
    [left, top, right, top],
    [right, top, right, bottom],
    [right, bottom, left, bottom],
    [left, bottom, left, top],
  ];
  const all = [...frame, ...blocked];
  const angles = all.flatMap(([x, y, toX, toY]) => [
    Math.atan2(y - from.y, x - from.x),
    Math.atan2(toY - from.y, toX - from.x),
  ]);
  return angles
    .flatMap((angle) => [angle - BESIDE, angle, angle + BESIDE])
    .sort((a, b) => a - b)
    .map((angle) => reach(from, angle, all));
}

/**
 * @param {Point} from
 * @param {number} angle
 * @param {readonly Segment[]} all
 * @returns {[number, number]}
 */
function reach(from, angle, all) {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  let nearest = Infinity;
  for (const [x, y, toX, toY] of all) {
    const [sx, sy] = [toX - x, toY - y];
    const across = dx * sy - dy * sx;
    if (Math.abs(across) < 1e-9) continue;
    const along = ((x - from.x) * sy - (y - from.y) * sx) / across;
    const place = ((x - from.x) * dy - (y - from.y) * dx) / across;
    if (along > 0 && place >= -1e-9 && place <= 1 + 1e-9 && along < nearest) nearest = along;
  }
  return [from.x + dx * nearest, from.y + dy * nearest];
}

/**
 * Whether a straight way is free.
 * @param {Point} from
 * @param {Point} to
 * @param {readonly Segment[]} blocked
 */
export function free(from, to, blocked) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  return !blocked.some(([x, y, toX, toY]) => {
    const [sx, sy] = [toX - x, toY - y];
    const across = dx * sy - dy * sx;
    if (Math.abs(across) < 1e-9) return false;
    const along = ((x - from.x) * sy - (y - from.y) * sx) / across;
    const place = ((x - from.x) * dy - (y - from.y) * dx) / across;
    return along >= 0 && along <= 1 && place >= 0 && place <= 1;
  });
}
