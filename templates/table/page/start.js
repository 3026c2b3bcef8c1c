/** The page before the table: who sits where. */
import { find, html } from "./dom.js";
import { hueOf } from "./others.js";

const SEATS = [
  ["gm", "mara", "Game master", "sees and moves everything"],
  ["player", "ann", "Player", "plays Sir Aldric and his mastiff"],
  ["player", "ben", "Player", "plays Sister Maren"],
  ["spectator", "sam", "Spectator", "watches over the players’ shoulders"],
  ["display", "wall", "Display", "the map alone, for a screen on the wall"],
];

const answer = await fetch("/api/sessions");
const { sessions } = /** @type {{ sessions: string[] }} */ (await answer.json());
const session = sessions[0] ?? "friday";
/** @type {HTMLInputElement} */ (find("#session")).value = session;
find("#seats").append(
  ...SEATS.map(([role = "", user = "", title = "", does = ""]) => {
    const chip = html("span", { class: "chip", "aria-hidden": "true" }, user.slice(0, 1));
    chip.style.setProperty("--hue", String(hueOf(user)));
    const words = html("span", {}, html("strong", {}, user), html("small", {}, title), html("em", {}, does));
    const href = `/?${new URLSearchParams({ session, role, user })}`;
    return html("li", {}, html("a", { href, "data-seat": role }, chip, words));
  }),
);
