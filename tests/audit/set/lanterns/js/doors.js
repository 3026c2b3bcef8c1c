import { session, whileAway } from "./room.js";

async function loadDoors() {
  const doors = await (await fetch("/doors")).json();
  for (const { id, open } of doors) document.getElementById(id)?.toggleAttribute("open", open);
}

export const stop = whileAway(session, loadDoors, 2000); //= wrapper gated

// One that only has the name of it.
function pollWhenOffline(_session, fn, ms) {
  return setInterval(fn, ms); //= none
}
pollWhenOffline(null, loadDoors, 8000); //= wrapper ungated
