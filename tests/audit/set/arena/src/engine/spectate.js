import { api } from "../net/api";

let lastPoll = 0;

function animate(time) {
  if (time - lastPoll > 1000) {
    lastPoll = time;
    fetch("/api/spectate").then((r) => r.json()).then(draw);
  }
  requestAnimationFrame(animate); //= timeout ungated
}
requestAnimationFrame(animate); //= none

function draw(state) {
  const sprites = state.sprites.slice();
  (function next() {
    const sprite = sprites.shift();
    if (!sprite) return;
    document.body.append(sprite);
    requestAnimationFrame(next); //= none
  })();
}

export function music(tempo) {
  const audio = new AudioContext();
  let nextNote = audio.currentTime;
  function scheduler() {
    while (nextNote < audio.currentTime + 0.1) { //= none
      const osc = audio.createOscillator();
      osc.connect(audio.destination);
      osc.start(nextNote);
      nextNote += 60 / tempo;
    }
    setTimeout(scheduler, 25); //= none
  }
  scheduler();
}

export function gamepads(onButton) {
  setInterval(() => { //= none
    for (const pad of navigator.getGamepads()) pad?.buttons.forEach((it, at) => it.pressed && onButton(at));
  }, 50);
}

export async function loadAssets(names) {
  let done = 0;
  const progress = setInterval(() => { //= none
    document.querySelector("progress").value = done / names.length;
    if (done === names.length) clearInterval(progress);
  }, 100);
  for (const name of names) { //= none
    await fetch(`/assets/${name}`);
    done++;
  }
  await api.ready();
}
