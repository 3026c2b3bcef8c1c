/** Puts the table together: who sits here, how the page is kept up to date, and what is drawn. */
import { createApi } from "./api.js";
import { createDesk } from "./desk.js";
import { find } from "./dom.js";
import { createMeter, watchWire } from "./meter.js";
import { startPolling } from "./polling.js";

/** @typedef {import("./types.d.ts").Feed} Feed */
/** @typedef {import("./types.d.ts").Mode} Mode */
/** @typedef {import("./types.d.ts").Seat} Seat */

const query = new URLSearchParams(location.search);
/** @type {Seat} */
const seat = {
  session: query.get("session") ?? "friday",
  role: /** @type {Seat["role"]} */ (query.get("role") ?? "spectator"),
  user: query.get("user") ?? "somebody",
};
const api = createApi(seat);
const meter = createMeter(() => desk?.gauge());
watchWire(meter);
/** @type {ReturnType<typeof createDesk> | undefined} */
let desk;
/** @type {Feed | undefined} */
let feed;

try {
  const welcome = await api.welcome();
  const every = Number(query.get("every")) || 2000;
  desk = createDesk({ api, seat, meter, welcome, every, choose: (mode, ms) => follow(mode, ms, welcome.room) });
  const wanted = query.get("mode") === "polling" || !welcome.room ? "polling" : "realtime";
  await follow(wanted, every, welcome.room);
} catch (error) {
  find("#wait").textContent = error instanceof Error ? error.message : String(error);
  throw error;
}

/**
 * @param {Mode} mode
 * @param {number} every of polling, in ms
 * @param {string | null} room
 */
async function follow(mode, every, room) {
  feed?.stop();
  meter.begin(mode);
  if (mode === "realtime" && room) {
    const { startRealtime } = await import("./realtime.js");
    const realtime = startRealtime({ api, every, room, session: seat.session });
    Object.assign(window, { vttsync: realtime.session });
    feed = realtime;
  } else {
    Object.assign(window, { vttsync: undefined });
    feed = startPolling({ api, every });
  }
  query.set("mode", mode);
  query.set("every", String(every));
  history.replaceState(null, "", `?${query}`);
  desk?.follow(feed, mode, every);
}
