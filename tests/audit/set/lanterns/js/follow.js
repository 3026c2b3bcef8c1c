const sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    const id = setTimeout(resolve, ms); //= none
    signal?.addEventListener("abort", () => {
      clearTimeout(id);
      reject(signal.reason);
    });
  });

export async function followTurn(signal) {
  while (!signal.aborted) { //= loop ungated
    const answer = await fetch("/turn", { signal });
    document.body.dataset.turn = await answer.text();
    await sleep(1500, signal);
  }
}

export async function* states(url) {
  let etag = "";
  while (true) { //= loop ungated
    const answer = await fetch(url, { headers: { "If-None-Match": etag } });
    if (answer.status !== 304) {
      etag = answer.headers.get("ETag") ?? "";
      yield await answer.json();
    }
    await sleep(2000);
  }
}

let ws = { readyState: 3 };
export function attach(socket) {
  ws = socket;
}

export async function followMap() {
  for (;;) { //= loop probably gated
    if (ws.readyState !== WebSocket.OPEN) {
      const map = await (await fetch("/map")).json();
      document.querySelector("img").src = map.url;
    }
    await sleep(5000);
  }
}

export async function followFog(isActive) {
  do { //= loop ungated
    const fog = await fetch("/fog").then((it) => it.arrayBuffer());
    document.dispatchEvent(new CustomEvent("fog", { detail: fog }));
    await sleep(1000);
  } while (isActive());
}

export async function readStream() {
  const reader = (await fetch("/stream")).body.getReader();
  while (true) { //= none
    const { done, value } = await reader.read();
    if (done) return;
    document.dispatchEvent(new CustomEvent("chunk", { detail: value }));
  }
}

export async function fetchAllPages(path) {
  const all = [];
  let next = path;
  while (next) { //= none
    const page = await (await fetch(next)).json();
    all.push(...page.items);
    next = page.next;
  }
  return all;
}

export async function untilUnpacked(upload) {
  let unpacked = false;
  while (!unpacked) { //= none
    const { state } = await (await fetch(`/uploads/${upload}`)).json();
    unpacked = state === "unpacked";
    if (!unpacked) await sleep(1000);
  }
  return upload;
}

export async function retrying(fn, times = 5) {
  for (let attempt = 0; ; attempt++) { //= none
    try {
      return await fn();
    } catch (error) {
      if (attempt === times) throw error;
      await sleep(200 * 2 ** attempt);
    }
  }
}

export async function wander(sprite) {
  while (sprite.isConnected) { //= none
    sprite.style.left = `${Math.random() * 100}%`;
    await sleep(3000);
  }
}

export async function report(position) {
  while (true) { //= none
    await fetch("/position", { method: "PUT", body: JSON.stringify(position()) });
    await sleep(500);
  }
}

export async function drain(queue) {
  while (queue.length) { //= none
    await fetch("/moves", { method: "POST", body: JSON.stringify(queue.shift()) });
  }
}
