/** The order of the turns. */
import { html, keep, say, set } from "./dom.js";
import { mayPass } from "./model.js";
import { dispositionOf, monogram } from "./words.js";

/** @typedef {import("./model.js").Fight} Fight */
/** @typedef {import("./model.js").Fighter} Fighter */
/** @typedef {import("./types.d.ts").Seat} Seat */

/**
 * @param {{ root: HTMLElement, seat: Seat, pick: (tokenId: string) => void,
 *   nextTurn: () => void }} options
 */
export function createTurns({ root, seat, pick, nextTurn }) {
  const list = html("ol", { class: "fighters" });
  const round = html("span", { class: "round" });
  const whose = html("p", { class: "whose" });
  const next = html("button", { type: "button", class: "primary", "data-action": "next-turn" }, "Next turn");
  next.setAttribute("aria-keyshortcuts", "n");
  next.addEventListener("click", nextTurn);
  root.append(html("header", {}, html("h2", {}, "Turn order"), round), whose, list, next);
  /** @type {Map<string, HTMLLIElement>} */
  const items = new Map();

  /** @param {Fight | undefined} fight */
  return (fight) => {
    root.hidden = !fight;
    if (!fight) return;
    const { up } = fight;
    set(root, { "data-turn": fight.upKey ?? "", "data-round": fight.round });
    say(round, `Round ${fight.round}`);
    say(whose, up ? `${up.name}’s turn` : "Somebody you don’t see is acting");
    const wanted = fight.fighters.map((it) => /** @type {[string, Fighter]} */ ([it.key, it]));
    keep(list, items, wanted, (key) => newItem(key));
    for (const [key, fighter] of wanted) drawItem(items.get(key), fighter);
    next.hidden = !mayPass(seat, fight);
    say(next, seat.role === "gm" ? "Next turn" : "End my turn");
  };

  /** @param {string} key */
  function newItem(key) {
    const button = html(
      "button",
      { type: "button" },
      html("span", { class: "chip", "aria-hidden": "true" }),
      html("span", { class: "who" }),
      html("span", { class: "hp" }),
      html("span", { class: "initiative" }),
    );
    const item = html("li", { "data-combatant": key }, button);
    button.addEventListener("click", () => item.dataset.of && pick(item.dataset.of));
    return item;
  }
}

/**
 * @param {HTMLLIElement | undefined} item
 * @param {Fighter} fighter
 */
function drawItem(item, { name, initiative, tokenId, token, up }) {
  const [chip, who, hp, place] = item?.firstElementChild ? [...item.firstElementChild.children] : [];
  if (!item || !chip || !who || !hp || !place) return;
  set(item, {
    "data-of": tokenId,
    "aria-current": up ? "step" : undefined,
    "data-side": token && dispositionOf(token),
    "data-hidden": token?.hidden === true,
  });
  say(chip, monogram(name));
  say(who, name);
  say(hp, token?.hp === undefined ? "" : `${token.hp} hp`);
  say(place, String(initiative));
  set(place, { title: `Initiative ${initiative}` });
}
