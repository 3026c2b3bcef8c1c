/** Where somebody looks: the map moved and magnified, fitted to the window until they touch it. */
import { around, fitted, toScene, zoomed } from "./geometry.js";
import { look } from "./ground.js";
import { find } from "./dom.js";

/** @typedef {import("./types.d.ts").Camera} Camera */
/** @typedef {import("./types.d.ts").Point} Point */
/** @typedef {import("./model.js").Table} Table */

/**
 * @param {HTMLElement} stage
 * @param {readonly SVGElement[]} worlds what is looked at
 */
export function createCamera(stage, worlds) {
  /** @type {Camera} */
  let camera = { x: 0, y: 0, k: 0.2 };
  /** @type {import("./geometry.js").Box | undefined} */
  let whole;
  let touched = false;
  let opened = "";
  const size = () => ({ width: stage.clientWidth, height: stage.clientHeight });
  const centre = () => ({ x: stage.clientWidth / 2, y: stage.clientHeight / 2 });

  /** @param {Camera} next */
  const apply = (next) => {
    camera = next;
    for (const world of worlds) look(world, camera);
    // What is written on the map has the same size on the screen, however it is magnified.
    stage.style.setProperty("--k", String(camera.k));
  };
  const fit = () => {
    touched = false;
    if (whole) apply(fitted(whole, size()));
  };
  const zoom = (/** @type {number} */ factor) => {
    touched = true;
    apply(zoomed(camera, factor, centre()));
  };
  new ResizeObserver(() => {
    if (!touched) fit();
  }).observe(stage);
  find('[data-zoom="in"]').addEventListener("click", () => zoom(1.25));
  find('[data-zoom="out"]').addEventListener("click", () => zoom(0.8));
  find('[data-zoom="fit"]').addEventListener("click", fit);

  return {
    get now() {
      return camera;
    },
    fit,
    zoom,
    /** @param {Camera} next */
    look(next) {
      touched = true;
      apply(next);
    },
    /**
     * @param {number} dx
     * @param {number} dy
     */
    pan(dx, dy) {
      touched = true;
      apply({ ...camera, x: camera.x + dx, y: camera.y + dy });
    },
    /** The place in the middle of the window. */
    middle: () => toScene(camera, centre()),
    /**
     * Bring a place into the window, unless it is there.
     * @param {Point} place
     */
    show(place) {
      const [x, y] = [place.x * camera.k + camera.x, place.y * camera.k + camera.y];
      const { width, height } = size();
      if (x > 0 && y > 0 && x < width && y < height) return;
      this.pan(width / 2 - x, height / 2 - y);
    },
    /**
     * Look at a scene when it is first there.
     * @param {Table} table
     */
    open({ key, scene, walls }) {
      if (opened === key || !scene) return;
      opened = key;
      const corners = walls.flatMap(([, wall]) => wall.points);
      const cell = scene.grid.size;
      whole = corners.length
        ? around(corners, cell * 0.9)
        : { x: 0, y: 0, width: scene.width, height: scene.height };
      fit();
    },
  };
}
