/** What can be done with the token that was picked. */
import { html, say, set } from "./dom.js";
import { isOwn } from "./model.js";
import { dispositionOf, monogram } from "./words.js";

/** @typedef {import("./types.d.ts").Seat} Seat */
/** @typedef {import("./types.d.ts").Token} Token */

/**
 * @param {{ root: HTMLElement, seat: Seat, hide: (key: string, hidden: boolean) => void,
 *   remove: (key: string, name: string) => void, hurt: (key: string, hp: number) => void,
 *   close: () => void }} options
 */
export function createBar({ root, seat, hide, remove, hurt, close }) {
  /** @type {[string, Token] | undefined} */
  let picked;
  const chip = html("span", { class: "chip", "aria-hidden": "true" });
  const name = html("strong");
  const note = html("span", { class: "note" });
  const hp = html("output", { "aria-label": "Hit points" });
  const button = (/** @type {string} */ label, /** @type {string} */ action, /** @type {() => void} */ act) => {
    const made = html("button", { type: "button", "data-action": action }, label);
    made.addEventListener("click", act);
    return made;
  };
  const change = (/** @type {number} */ by) => () => {
    if (picked) hurt(picked[0], Math.max((picked[1].hp ?? 0) + by, 0));
  };
  const points = html(
    "span",
    { class: "points" },
    set(button("−5", "hurt-5", change(-5)), { "aria-label": "5 hit points less" }),
    set(button("−1", "hurt-1", change(-1)), { "aria-label": "1 hit point less" }),
    hp,
    set(button("+1", "heal-1", change(1)), { "aria-label": "1 hit point more" }),
  );
  const show = button("Reveal", "reveal", () => picked && hide(picked[0], false));
  const cover = button("Hide", "hide", () => picked && hide(picked[0], true));
  const away = button("Remove", "remove", () => picked && remove(picked[0], picked[1].name));
  const done = set(button("×", "close", close), { "aria-label": "Put down", class: "quiet" });
  root.append(chip, html("span", { class: "about" }, name, note), points, show, cover, away, done);

  /** @param {[string, Token] | undefined} now */
  return (now) => {
    picked = now;
    root.hidden = !now;
    if (!now) return;
    const [key, token] = now;
    const gm = seat.role === "gm";
    set(root, { "data-of": key, "data-side": dispositionOf(token), "data-hidden": token.hidden === true });
    say(chip, monogram(token.name));
    say(name, token.name);
    say(note, token.gmNotes ?? (token.hidden ? "Hidden from the players" : ""));
    say(hp, `${token.hp ?? "–"} hp`);
    points.hidden = token.hp === undefined || !(gm || isOwn(seat, token));
    show.hidden = !gm || token.hidden !== true;
    cover.hidden = !gm || token.hidden === true;
    away.hidden = !gm;
  };
}
