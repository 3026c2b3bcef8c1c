/** What keys do. Tokens and doors are reached with Tab. */

/** @typedef {import("./hand.js").Tool} Tool */
/**
 * @typedef {{
 *   step: (key: string, dx: number, dy: number) => void, pick: (key: string) => void,
 *   toggleDoor: (key: string) => void, pan: (dx: number, dy: number) => void,
 *   zoom: (factor: number) => void, fit: () => void, choose: (tool: Tool) => void,
 *   nextTurn: () => void, add: () => void, putDown: () => void,
 * }} Deeds
 */

const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});
const STEP = 60;

/**
 * @param {HTMLElement} stage
 * @param {Deeds} deeds
 */
export function listenToKeys(stage, deeds) {
  stage.addEventListener("keydown", (event) => {
    if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.altKey) return;
    const token = event.target.getAttribute("data-token");
    const door = event.target.getAttribute("data-door");
    const arrow = ARROWS[event.key];
    const pressed = event.key === "Enter" || event.key === " ";
    if (arrow && token) deeds.step(token, ...arrow);
    else if (arrow && event.target === stage) deeds.pan(-arrow[0] * STEP, -arrow[1] * STEP);
    else if (pressed && token) deeds.pick(token);
    else if (pressed && door) deeds.toggleDoor(door);
    else return;
    event.preventDefault();
  });

  /** @type {Record<string, () => void>} */
  const plain = {
    n: deeds.nextTurn,
    a: deeds.add,
    m: () => deeds.choose("move"),
    r: () => deeds.choose("ruler"),
    p: () => deeds.choose("ping"),
    "+": () => deeds.zoom(1.25),
    "=": () => deeds.zoom(1.25),
    "-": () => deeds.zoom(0.8),
    0: deeds.fit,
    Escape: deeds.putDown,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
    if (event.target instanceof Element && event.target.closest("input, select, textarea, dialog")) return;
    const deed = plain[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
}
