/** What this page asks its own server for: to log in, the view, a ticket, and to do things. */
import { createClock } from "./clock.js";
import { now } from "./meter.js";

/** @typedef {import("./types.d.ts").Answer} Answer */
/** @typedef {import("./types.d.ts").Seat} Seat */
/** @typedef {{ id: string, name: string, size: number }} Creature */
/** @typedef {{ room: string | null, creatures: Creature[] }} Welcome */

/** The server said no, or nothing; the message is for the person. */
export class Refusal extends Error {
  /**
   * @param {string} message
   * @param {number} status 0 without an answer
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** @param {Seat} seat */
export function createApi(seat) {
  const clock = createClock();
  const base = `/api/sessions/${encodeURIComponent(seat.session)}`;
  /** @type {Promise<string> | undefined} */
  let login;

  const logIn = async () => {
    try {
      const answer = await send("POST", "/login", { user: seat.user, role: seat.role });
      return /** @type {{ token: string }} */ (answer).token;
    } catch (error) {
      login = undefined;
      throw error;
    }
  };

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async function ask(method, path, body, signal) {
    login ??= logIn();
    try {
      return await send(method, path, body, signal, await login);
    } catch (error) {
      // The server may have been set up anew since this page logged in.
      if (!(error instanceof Refusal) || error.status !== 401) throw error;
      login = logIn();
      return await send(method, path, body, signal, await login);
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {AbortSignal} [signal]
   * @param {string} [token]
   * @returns {Promise<any>}
   */
  async function send(method, path, body, signal, token) {
    /** @type {RequestInit} */
    const init = { method, headers: token ? { authorization: `Bearer ${token}` } : {} };
    if (body) init.body = JSON.stringify(body);
    if (signal) init.signal = signal;
    const response = await fetch(base + path, init).catch((error) => {
      if (signal?.aborted) throw error;
      throw new Refusal("The server doesn't answer.", 0);
    });
    const answer = await response.json().catch(() => undefined);
    if (response.ok) return answer;
    throw new Refusal(answer?.error?.message ?? "The server has failed.", response.status);
  }

  /**
   * Do something, and tell when it was committed, in this page's ms.
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<number>}
   */
  async function act(method, path, body) {
    const sent = now();
    const { committed } = await ask(method, path, body);
    clock.sample(sent, now(), committed);
    return clock.here(committed);
  }

  /** @param {string} key */
  const token = (key) => `/tokens/${encodeURIComponent(key)}`;
  return {
    clock,
    /** @returns {Promise<Welcome>} */
    welcome: () => ask("GET", ""),
    /**
     * @param {AbortSignal} [signal]
     * @returns {Promise<Answer>}
     */
    state: (signal) => ask("GET", "/state", undefined, signal),
    /** @param {AbortSignal} [signal] */
    ticket: async (signal) =>
      /** @type {{ ticket: string }} */ (await ask("POST", "/ticket", {}, signal)).ticket,
    /**
     * @param {string} key
     * @param {{ x: number, y: number } | { hidden: boolean } | { hp: number }} fields
     */
    change: (key, fields) => act("PATCH", token(key), fields),
    /** @param {string} key */
    remove: (key) => act("DELETE", token(key)),
    /** @param {{ creature: string, name: string, sceneId: string, x: number, y: number }} fields */
    add: (fields) => act("POST", "/tokens", fields),
    /**
     * @param {string} key
     * @param {"open" | "closed"} door
     */
    door: (key, door) => act("PATCH", `/doors/${encodeURIComponent(key)}`, { door }),
    /**
     * Pass the turn on, if it is still the one that is shown.
     * @param {import("./model.js").Fight} fight
     */
    nextTurn: ({ key, round, upKey }) =>
      act("POST", `/combats/${encodeURIComponent(key)}/turn`, { round, combatantId: upKey ?? null }),
    again: () => act("POST", "/again"),
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */
