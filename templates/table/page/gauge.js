/** The switch between polling and realtime, and what each costs. */
import { html, say, set } from "./dom.js";
import { bytes, duration } from "./words.js";

/** @typedef {import("./types.d.ts").Mode} Mode */
/** @typedef {import("./meter.js").Meter} Meter */

const MODES = /** @type {const} */ (["polling", "realtime"]);
const COUNTERS = /** @type {const} */ ({
  requests: "requests",
  bytes: "on the wire",
  latency: "commit to screen",
});
const MINUTE = 60_000;
/** What the first seconds come to in a minute would say nothing. */
const KNOWN = 20_000;

/**
 * @param {{ root: HTMLElement, meter: Meter, canBeRealtime: boolean, every: number,
 *   choose: (mode: Mode, every: number) => void }} options
 */
export function createGauge({ root, meter, canBeRealtime, every, choose }) {
  /** @type {Mode} */
  let mode = "polling";
  const buttons = MODES.map((name) => {
    const label = name === "polling" ? "Polling" : "Realtime";
    const button = html("button", { type: "button", "data-mode": name }, label);
    button.disabled = name === "realtime" && !canBeRealtime;
    button.addEventListener("click", () => choose(name, Number(pace.value)));
    return button;
  });
  const pace = html(
    "select",
    { "aria-label": "How often to poll" },
    ...[1000, 2000, 5000].map((ms) => html("option", { value: ms }, `every ${ms / 1000} s`)),
  );
  if (![...pace.options].some((option) => Number(option.value) === every)) {
    pace.prepend(html("option", { value: every }, `every ${every / 1000} s`));
  }
  pace.value = String(every);
  pace.addEventListener("change", () => choose(mode, Number(pace.value)));
  const figures = Object.entries(COUNTERS).map(([counter, label]) => {
    const value = html("dd", { "data-counter": counter });
    return { counter, value, element: html("div", {}, html("dt", {}, label), value) };
  });
  const rows = new Map(MODES.map((name) => [name, newRow(name)]));
  const head = ["per minute", "requests", "bytes", "to screen"].map((text) => html("th", { scope: "col" }, text));
  const note = canBeRealtime ? "" : "This server was started without a room, so there is only polling.";
  root.append(
    html("header", {}, html("h2", {}, "Kept up to date by"), pace),
    html("div", { class: "switch", role: "group", "aria-label": "Kept up to date by" }, ...buttons),
    html("dl", { class: "figures" }, ...figures.map(({ element }) => element)),
    html("table", {}, html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows.values())),
    html("p", { class: "note" }, note),
  );

  return {
    /** @param {Mode} next */
    show(next) {
      mode = next;
      for (const button of buttons) {
        set(button, { "aria-pressed": button.dataset.mode === mode ? "true" : "false" });
      }
      for (const [name, row] of rows) set(row, { "data-now": name === mode });
    },
    draw() {
      const read = meter.read(mode);
      for (const { counter, value } of figures) {
        const of = /** @type {keyof typeof COUNTERS} */ (counter);
        say(value, { requests: String(read.requests), bytes: bytes(read.bytes), latency: duration(read.latency) }[of]);
        const raw = read[of];
        set(value, { "data-value": raw === undefined ? "" : Math.round(raw * 10) / 10 });
      }
      for (const [name, row] of rows) drawRow(row, meter.read(name));
    },
  };
}

/** @param {string} name */
function newRow(name) {
  const label = name === "polling" ? "Polling" : "Realtime";
  return html(
    "tr",
    {},
    html("th", { scope: "row" }, label),
    html("td"),
    html("td"),
    html("td"),
  );
}

/**
 * @param {HTMLTableRowElement} row
 * @param {ReturnType<Meter["read"]>} read
 */
function drawRow(row, { requests, bytes: count, ms, latency, samples }) {
  const [, asked, carried, took] = row.cells;
  if (!asked || !carried || !took) return;
  const known = ms > KNOWN;
  const minutes = ms / MINUTE;
  say(asked, known ? String(Math.round(requests / minutes)) : "–");
  say(carried, known ? bytes(Math.round(count / minutes)) : "–");
  say(took, duration(latency));
  set(took, { title: `the median of ${samples} moves that were committed in this browser` });
}
