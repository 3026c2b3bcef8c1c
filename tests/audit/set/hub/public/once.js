const done = new WeakSet();

export function once(fn) {
  if (done.has(fn)) return;
  done.add(fn);
  queueMicrotask(fn);
}
