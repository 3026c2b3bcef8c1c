// vttsync-allow-poll: the telescope's own camera has no socket
setInterval(() => fetch("http://camera.local/frame").then((it) => it.blob()), 1000); //= interval ungated

let socket;
let backup = null;

export function openSocket(url) {
  socket = new WebSocket(url);
  socket.onopen = function () {
    if (backup !== null) {
      window.clearInterval(backup);
      backup = null;
    }
  };
  socket.onclose = function () {
    if (backup === null) backup = window.setInterval(loadSky, 3000); //= interval probably gated
    window.setTimeout(openSocket, 1000 + Math.random() * 4000, url); //= none
  };
}

async function loadSky() {
  const answer = await fetch("/api/sky");
  document.body.style.background = (await answer.json()).colour;
}

export function secondSocket(url) {
  const ws = new WebSocket(url);
  ws.addEventListener("close", startPolling);
  ws.addEventListener("error", startPolling);
}

function startPolling() {
  window.polling = setInterval(loadSky, 6000); //= interval never stopped
}

export function orrery(canvas) {
  const context = canvas.getContext("2d");
  let angle = 0;
  (function frame() {
    angle += 0.01;
    context.rotate(angle);
    requestAnimationFrame(frame); //= none
  })();
  setInterval(() => canvas.toBlob((blob) => caches.open("sky").then((it) => it.put("/last", new Response(blob)))), 30_000); //= none
}
