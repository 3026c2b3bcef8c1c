import { findPath, type Grid } from "../engine/path";

const queue: { id: number; grid: Grid }[] = [];

onmessage = (event) => {
  queue.push(event.data);
  schedule();
};

let scheduled = false;
function schedule() {
  if (scheduled) return;
  scheduled = true;
  setTimeout(work, 0); //= none
}

function work() {
  scheduled = false;
  const started = performance.now();
  while (queue.length && performance.now() - started < 8) { //= none
    const job = queue.shift()!;
    postMessage({ id: job.id, path: findPath(job.grid) });
  }
  if (queue.length) schedule();
}
