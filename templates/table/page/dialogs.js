/** The dialogs, and what the page says aloud. */
import { find, html, say } from "./dom.js";
import { Refusal } from "./api.js";

/** @typedef {import("./api.js").Creature} Creature */

const SHOWN = 5000;

/**
 * @param {{ gm: boolean, creatures: readonly Creature[], add: (creature: string, name: string) => void,
 *   again: () => void }} options
 */
export function createDialogs({ gm, creatures, add, again }) {
  const adding = /** @type {HTMLDialogElement} */ (find("#add"));
  const keys = /** @type {HTMLDialogElement} */ (find("#keys"));
  const creature = /** @type {HTMLInputElement} */ (find("#creature"));
  const name = /** @type {HTMLInputElement} */ (find("#name"));
  const byName = new Map(creatures.map((it) => [it.name.toLowerCase(), it.id]));
  find("#creatures").append(...creatures.map((it) => html("option", { value: it.name })));
  for (const dialog of [adding, keys]) {
    dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
  }
  creature.addEventListener("input", () => {
    const known = byName.has(creature.value.trim().toLowerCase());
    creature.setCustomValidity(known ? "" : "Choose one of the list.");
  });
  adding.addEventListener("close", () => {
    const id = byName.get(creature.value.trim().toLowerCase());
    if (adding.returnValue === "add" && id) add(id, name.value);
  });
  const begin = find('[data-action="again"]');
  begin.hidden = !gm;
  begin.addEventListener("click", () => {
    keys.close();
    again();
  });
  find("#help").addEventListener("click", () => keys.showModal());
  return {
    add() {
      if (!gm) return;
      creature.value = "";
      name.value = "";
      adding.returnValue = "";
      creature.setCustomValidity("Choose one of the list.");
      adding.showModal();
    },
  };
}

/** What is said: to those who listen, and, where something went wrong, on the screen too. */
export function createVoice() {
  const said = find("#said");
  const toast = find("#toast");
  let timer = 0;
  return {
    /** @param {string} words */
    tell: (words) => say(said, words),
    /** @param {unknown} error */
    complain(error) {
      toast.hidden = false;
      say(toast, error instanceof Refusal ? error.message : "Something went wrong on this page.");
      clearTimeout(timer);
      timer = setTimeout(() => (toast.hidden = true), SHOWN);
      if (!(error instanceof Refusal)) throw error;
    },
  };
}

/** Light or dark: as the machine has it, until somebody chooses. */
export function chooseTheme() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    root.dataset.theme = localStorage.getItem("theme") ?? (dark.matches ? "dark" : "light");
  };
  show();
  dark.addEventListener("change", show);
  find("#theme").addEventListener("click", () => {
    localStorage.setItem("theme", root.dataset.theme === "dark" ? "light" : "dark");
    show();
  });
}
