import { api } from "./api";
import { Poller } from "./poller";
import { log } from "./log";

const scores = new Poller(async () => { //= wrapper ungated
  document.querySelector("#scores")!.textContent = (await api.scores()).join();
}, 3000);

const shine = new Poller(async () => document.body.classList.toggle("shine"), 400); //= none

export function watch() {
  scores.start();
  shine.start();
  log("watching");
}

/** As lodash's, so to say. */
export function every(ms: number, fn: () => void) {
  fn();
  return setInterval(fn, ms); //= none
}

every(4000, () => void api.world().then(console.table)); //= wrapper ungated
every(1000, () => (document.title = new Date().toISOString())); //= none
