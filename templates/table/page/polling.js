/** How the page was kept up to date before: ask for everything, every few seconds, for ever. */
import { byKind } from "./model.js";

/** @typedef {import("./types.d.ts").Entities} Entities */

/**
 * @param {{ api: import("./api.js").Api, every: number }} options
 * @returns {import("./types.d.ts").Feed}
 */
export function startPolling({ api, every }) {
  /** @type {Entities} */
  let entities = {};
  /** @type {{ code: string, message: string } | undefined} */
  let reason;
  const listeners = new Set(/** @type {(() => void)[]} */ ([]));
  const refresh = async () => {
    try {
      entities = byKind((await api.state()).entities);
      reason = undefined;
    } catch (error) {
      reason = { code: "server", message: String(error instanceof Error ? error.message : error) };
    }
    for (const listener of listeners) listener();
  };
  void refresh();
  const timer = setInterval(refresh, every);
  return {
    read: () => ({ status: "polling", reason, entities }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    presence: undefined,
    stop: () => clearInterval(timer),
  };
}
