/** The map itself: rock, floor, light and walls, drawn anew only when one of them has changed. */
import { set, svg } from "./dom.js";
import { flagstonePath, floorPath, hatchPath, rockOf } from "./masonry.js";
import { barriers, lit } from "./sight.js";

/** @typedef {import("./model.js").Table} Table */
/** @typedef {import("./types.d.ts").Wall} Wall */
/** @typedef {import("./types.d.ts").Light} Light */

const PLAIN_LIGHT = "#ffd9a0";

/** @param {SVGElement} world where to draw */
export function createGround(world) {
  const building = svg("g");
  const lights = svg("g", { class: "lights" });
  const walls = svg("g");
  world.append(building, lights, walls);
  let built = "";
  let shone = "";

  /** @param {Table} table */
  return (table) => {
    const { scene } = table;
    if (!scene) return;
    const rows = table.walls.map(([, wall]) => wall);
    const shape = JSON.stringify([scene, rows.map((wall) => wall.points)]);
    if (shape !== built) {
      built = shape;
      drawBuilding(building, walls, scene, rows);
    }
    const light = JSON.stringify([shape, rows.map((wall) => wall.door), table.lights]);
    if (light !== shone) {
      shone = light;
      drawLights(lights, scene.grid.size, rows, table.lights);
    }
  };
}

/**
 * @param {SVGElement} building
 * @param {SVGElement} top
 * @param {import("./types.d.ts").Scene} scene
 * @param {readonly Wall[]} walls
 */
function drawBuilding(building, top, scene, walls) {
  const { size } = scene.grid;
  const masonry = rockOf(scene, walls);
  const floor = floorPath(masonry);
  const solid = walls.filter((wall) => wall.door === undefined);
  const grid = svg(
    "pattern",
    { id: "grid", width: size, height: size, patternUnits: "userSpaceOnUse" },
    svg("path", { d: `M0 0H${size}M0 0V${size}`, class: "grid-line" }),
  );
  building.replaceChildren(
    svg("defs", {}, grid),
    svg("path", { d: hatchPath(masonry, walls, size), class: "hatch" }),
    svg("path", { d: floor, class: "floor" }),
    svg("path", { d: flagstonePath(masonry, scene), class: "flagstone" }),
    svg("path", { d: floor, fill: "url(#grid)" }),
  );
  top.replaceChildren(
    ...solid.filter((wall) => isPillar(wall, size)).map((wall) => svg("path", { d: line(wall), class: "pillar" })),
    svg("path", { d: solid.filter((wall) => !isPillar(wall, size)).map(line).join(""), class: "wall" }),
  );
}

/**
 * @param {SVGElement} parent
 * @param {number} cell
 * @param {readonly Wall[]} walls
 * @param {readonly (readonly [string, Light])[]} lights
 */
function drawLights(parent, cell, walls, lights) {
  const blocked = barriers(walls);
  parent.replaceChildren(
    ...lights.flatMap(([, light], place) => {
      const range = light.range * cell;
      // Colours come from users: nothing but a plain one is taken.
      const color = /^#[0-9a-f]{6}$/i.test(light.color ?? "") ? light.color : PLAIN_LIGHT;
      const strength = Math.min(light.intensity ?? 1, 1);
      const id = `light-${place}`;
      const stops = [
        [0, 0.95],
        [0.35, 0.5],
        [1, 0],
      ].map(([offset, opacity]) =>
        svg("stop", { offset, "stop-color": color, "stop-opacity": (opacity ?? 0) * strength }),
      );
      const circle = { id, cx: light.x, cy: light.y, r: range, gradientUnits: "userSpaceOnUse" };
      const polygon = lit(light, range, blocked);
      return [
        svg("radialGradient", circle, ...stops),
        svg("polygon", { points: polygon.map((point) => point.join(",")).join(" "), fill: `url(#${id})` }),
        svg("circle", { cx: light.x, cy: light.y, r: cell * 0.09, fill: color, class: "flame" }),
      ];
    }),
  );
}

/** @param {Wall} wall */
function line({ points }) {
  return `M${points.map((point) => point.join(" ")).join("L")}`;
}

/**
 * Whether a wall is something that stands in a room: it ends where it began, on a cell or two.
 * @param {Wall} wall
 * @param {number} cell
 */
function isPillar({ points }, cell) {
  const [first, last] = [points[0], points.at(-1)];
  if (points.length < 4 || !first || !last) return false;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const wide = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  return Math.hypot(first[0] - last[0], first[1] - last[1]) < cell / 8 && wide < cell * 2;
}

/**
 * @param {SVGElement} world
 * @param {import("./types.d.ts").Camera} camera
 */
export function look(world, { x, y, k }) {
  set(world, { transform: `translate(${x} ${y}) scale(${k})` });
}
