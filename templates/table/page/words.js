/** Everything the page says in words and figures. */

/** @typedef {import("./types.d.ts").Status} Status */
/** @typedef {import("./types.d.ts").Token} Token */

const DISPOSITIONS = /** @type {const} */ ({ "-2": "secret", "-1": "hostile", 0: "neutral", 1: "friendly" });

/**
 * What side a token is on.
 * @param {{ disposition?: number | undefined }} token
 */
export function dispositionOf(token) {
  return DISPOSITIONS[/** @type {keyof typeof DISPOSITIONS} */ (token.disposition ?? 0)] ?? "neutral";
}

/**
 * The letters on a token without a picture.
 * @param {string} name
 */
export function monogram(name) {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? ["?"];
  const title = /^(?:sir|the|sister|brother|old|lady|lord)$/iu.test(words[0] ?? "");
  return [...((title && words[1]) || (words[0] ?? ""))].slice(0, 2).join("");
}

const LONG = 24;

/**
 * A name as far as there is room for it on the map.
 * @param {string} name
 */
export function label(name) {
  const letters = [...name];
  return letters.length > LONG ? `${letters.slice(0, LONG - 1).join("")}…` : name;
}

/** @param {number} count */
export function bytes(count) {
  if (count < 1000) return `${count} B`;
  if (count < 99_950) return `${(count / 1000).toFixed(1)} kB`;
  return count < 999_500 ? `${Math.round(count / 1000)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

/** @param {number | undefined} ms */
export function duration(ms) {
  if (ms === undefined) return "–";
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param {readonly number[]} numbers */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  if (sorted.length === 0) return undefined;
  if (!Number.isInteger(half)) return sorted[Math.floor(half)];
  return ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}

/** @type {Record<string, string>} */
const REASONS = {
  refused: "the server gives you no ticket for this session",
  revoked: "the game master has taken your seat",
  wrong_session: "the room says that this seat is at another table",
  wrong_origin: "the room doesn't take pages from this address",
  replaced: "you have opened it in too many windows, and this was the oldest",
  forgotten: "the session was deleted",
  unreachable: "the room can't be reached",
  too_fast: "this page said too much at once; it waits a little",
  full: "the room is full",
};

/**
 * How the page is kept up to date, for a person.
 * @param {Status} status
 * @param {{ code: string, message: string } | undefined} reason
 * @param {number} every of polling, in ms
 */
export function statusWords(status, reason, every) {
  const why = reason && (REASONS[reason.code] ?? reason.message);
  const seconds = `${every / 1000} s`;
  switch (status) {
    case "live":
      return "Live";
    case "polling":
      return why ? `No answer: ${why}` : `Polling every ${seconds}`;
    case "fallback":
      return `Polling every ${seconds}: ${why ?? "the room is catching up"}`;
    case "closed":
      return `Closed: ${why ?? "the connection has ended"}. Choose Realtime to try again.`;
    case "connecting":
      return why ? `Connecting: ${why}` : "Connecting…";
  }
}

/**
 * A token, for somebody who doesn't see it.
 * @param {Token} token
 * @param {{ column: number, row: number }} cell
 * @param {boolean} up whether it is its turn
 */
export function tokenWords(token, cell, up) {
  const said = [token.name, dispositionOf(token)];
  if (token.hidden) said.push("hidden");
  if (token.hp !== undefined) said.push(`${token.hp} hit points`);
  said.push(placeWords(cell));
  if (up) said.push("its turn");
  return said.join(", ");
}

/** @param {{ column: number, row: number }} cell */
export function placeWords({ column, row }) {
  return `column ${column}, row ${row}`;
}
