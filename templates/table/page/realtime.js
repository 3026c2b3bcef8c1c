/** How the page is kept up to date now: by the room, and by the old poll while it is out of reach. */
import { connectSession, TicketRefused } from "/vttsync.js";
import { Refusal } from "./api.js";

/**
 * @param {{ api: import("./api.js").Api, every: number, room: string, session: string }} options
 * @returns {import("./types.d.ts").Feed & { session: import("/vttsync.js").Session }}
 */
export function startRealtime({ api, every, room, session: name }) {
  const session = connectSession({
    host: room,
    session: name,
    ticket: (signal) => api.ticket(signal).catch(refused),
    poll: { fn: (signal) => api.state(signal), every },
  });
  return {
    session,
    read: () => session.getSnapshot(),
    subscribe: (listener) => session.subscribe(listener),
    presence: session.presence,
    stop: () => session.close(),
  };
}

/**
 * When the server says no, asking again won't help.
 * @param {unknown} error
 * @returns {never}
 */
function refused(error) {
  if (error instanceof Refusal && [401, 403].includes(error.status)) throw new TicketRefused(error.message);
  throw error;
}
