/** What pointers do on the map: drag tokens, move and magnify the map, measure, ping. */
import { inside, snapped, toScene, zoomed } from "./geometry.js";
import { mayMove } from "./model.js";

/** @typedef {import("./types.d.ts").Camera} Camera */
/** @typedef {import("./types.d.ts").Point} Point */
/** @typedef {import("./types.d.ts").Seat} Seat */
/** @typedef {"move" | "ruler" | "ping"} Tool */
/**
 * What the hand acts on.
 * @typedef {{
 *   seat: Seat, camera: Camera, tool: Tool,
 *   table: () => import("./model.js").Table,
 *   placeOf: (key: string) => Point,
 *   look: (camera: Camera) => void,
 *   select: (key: string | undefined) => void,
 *   hold: (key: string, at: Point) => void,
 *   letGo: (key: string, at: Point | undefined) => void,
 *   toggleDoor: (key: string) => void,
 *   point: (at: Point | null) => void,
 *   ping: (at: Point) => void,
 *   measure: (points: [number, number][] | null) => void,
 * }} Desk
 */
/**
 * A pointer that is down, and what it does until it is up.
 * @typedef {{ at: Point, last: Point, moved: boolean, move: (to: Point) => void, up: (clicked: boolean) => void,
 *   cancel: () => void }} Grip
 */

const STILL = 4;

/**
 * @param {HTMLElement} stage
 * @param {Desk} desk
 */
export function createHand(stage, desk) {
  /** @type {Map<number, Grip>} */
  const grips = new Map();
  let box = stage.getBoundingClientRect();
  new ResizeObserver(() => (box = stage.getBoundingClientRect())).observe(stage);
  addEventListener("scroll", () => (box = stage.getBoundingClientRect()), { passive: true });
  const screen = (/** @type {MouseEvent} */ event) => ({ x: event.clientX - box.x, y: event.clientY - box.y });

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    if (event.target.closest("[data-tools]")) return;
    box = stage.getBoundingClientRect();
    stage.setPointerCapture(event.pointerId);
    if (grips.size === 1) return pinch(event);
    const at = screen(event);
    grips.set(event.pointerId, { ...gripOn(event.target, at), at, last: at, moved: false });
  });
  stage.addEventListener("pointermove", (event) => {
    const to = screen(event);
    if (event.pointerType === "mouse" || grips.size < 2) desk.point(toScene(desk.camera, to));
    const grip = grips.get(event.pointerId);
    if (!grip) return;
    grip.last = to;
    grip.moved ||= Math.hypot(to.x - grip.at.x, to.y - grip.at.y) > STILL;
    if (grip.moved) grip.move(to);
  });
  stage.addEventListener("pointerup", (event) => {
    const grip = grips.get(event.pointerId);
    grips.delete(event.pointerId);
    grip?.up(!grip.moved);
  });
  stage.addEventListener("pointercancel", ({ pointerId }) => cancel(pointerId));
  stage.addEventListener("pointerleave", () => desk.point(null));
  stage.addEventListener("dblclick", (event) => {
    if (event.target instanceof Element && !event.target.closest("[data-token], [data-door], [data-tools]"))
      desk.ping(toScene(desk.camera, screen(event)));
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      box = stage.getBoundingClientRect();
      const turned = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      desk.look(zoomed(desk.camera, Math.exp(-turned / (event.ctrlKey ? 100 : 500)), screen(event)));
    },
    { passive: false },
  );

  return {
    /** Put down whatever is in hand, where it was. */
    cancel: () => [...grips.keys()].forEach(cancel),
  };

  /** @param {number} id */
  function cancel(id) {
    grips.get(id)?.cancel();
    grips.delete(id);
  }

  /**
   * @param {Element} target
   * @param {Point} at
   * @returns {Omit<Grip, "at" | "last" | "moved">}
   */
  function gripOn(target, at) {
    if (desk.tool === "ruler") return measuring(at);
    if (desk.tool === "ping") return pinging(at);
    const key = target.closest("[data-token]")?.getAttribute("data-token");
    if (key) return onToken(key, at);
    const door = target.closest("[data-door]")?.getAttribute("data-door");
    return panning(at, () => (door ? desk.toggleDoor(door) : desk.select(undefined)));
  }

  /**
   * @param {string} key
   * @param {Point} at
   */
  function onToken(key, at) {
    const token = tokenOf(key);
    if (!token || !mayMove(desk.seat, token)) return panning(at, () => desk.select(key));
    const start = desk.placeOf(key);
    const grabbed = toScene(desk.camera, at);
    let now = start;
    return {
      /** @param {Point} to */
      move(to) {
        const { x, y } = toScene(desk.camera, to);
        now = { x: start.x + x - grabbed.x, y: start.y + y - grabbed.y };
        desk.hold(key, now);
      },
      /** @param {boolean} clicked */
      up(clicked) {
        if (clicked) return desk.select(key);
        const { scene } = desk.table();
        const row = tokenOf(key);
        // It may have been removed or hidden while it was in hand.
        if (!scene || !row) return desk.letGo(key, undefined);
        desk.letGo(key, inside(snapped(now, row.width, scene.grid), row, scene));
      },
      cancel: () => desk.letGo(key, undefined),
    };
  }

  /** @param {string} key */
  function tokenOf(key) {
    return desk.table().tokens.find(([it]) => it === key)?.[1];
  }

  /**
   * @param {Point} at
   * @param {() => void} clicked
   */
  function panning(at, clicked) {
    const from = desk.camera;
    stage.dataset.panning = "";
    return {
      /** @param {Point} to */
      move: (to) => desk.look({ ...from, x: from.x + to.x - at.x, y: from.y + to.y - at.y }),
      up: (/** @type {boolean} */ wasClick) => {
        delete stage.dataset.panning;
        if (wasClick) clicked();
      },
      cancel: () => delete stage.dataset.panning,
    };
  }

  /** @param {Point} at */
  function measuring(at) {
    const from = onGrid(toScene(desk.camera, at));
    return {
      /** @param {Point} to */
      move(to) {
        const { x, y } = onGrid(toScene(desk.camera, to));
        desk.measure([
          [from.x, from.y],
          [x, y],
        ]);
      },
      up: () => desk.measure(null),
      cancel: () => desk.measure(null),
    };
  }

  /**
   * The middle of the cell that a place is in: rulers go from cell to cell.
   * @param {Point} place
   */
  function onGrid(place) {
    const size = desk.table().scene?.grid.size ?? 1;
    return { x: (Math.floor(place.x / size) + 0.5) * size, y: (Math.floor(place.y / size) + 0.5) * size };
  }

  /** @param {Point} at */
  function pinging(at) {
    return {
      move: () => {},
      up: () => desk.ping(toScene(desk.camera, at)),
      cancel: () => {},
    };
  }

  /** @param {PointerEvent} event the second finger's */
  function pinch(event) {
    const [first] = [...grips];
    if (!first) return;
    first[1].cancel();
    const fingers = /** @type {[Point, Point]} */ ([first[1].last, screen(event)]);
    let from = desk.camera;
    const apart = () => Math.hypot(fingers[0].x - fingers[1].x, fingers[0].y - fingers[1].y);
    const between = () => ({ x: (fingers[0].x + fingers[1].x) / 2, y: (fingers[0].y + fingers[1].y) / 2 });
    let [wide, at] = [apart(), between()];
    const follow = (/** @type {0 | 1} */ finger) => (/** @type {Point} */ to) => {
      fingers[finger] = to;
      const to2 = between();
      const moved = { ...from, x: from.x + to2.x - at.x, y: from.y + to2.y - at.y };
      from = zoomed(moved, apart() / wide, to2);
      [wide, at] = [apart(), to2];
      desk.look(from);
    };
    const still = { up: () => {}, cancel: () => {} };
    grips.set(first[0], { ...still, at: fingers[0], last: fingers[0], moved: true, move: follow(0) });
    grips.set(event.pointerId, { ...still, at: fingers[1], last: fingers[1], moved: true, move: follow(1) });
  }
}
