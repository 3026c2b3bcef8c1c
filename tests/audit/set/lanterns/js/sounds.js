const room = { up: false, isOnline: () => room.up };
addEventListener("room:up", () => (room.up = true));
addEventListener("room:down", () => (room.up = false));

export function startSounds() {
  const play = async () => {
    const { track } = await (await fetch("/sounds/now")).json();
    document.querySelector("audio").src = track;
  };
  setInterval(() => room.isOnline() || play(), 4000); //= interval probably gated
  setInterval(() => room.isOnline() && play(), 7000); //= interval inverted
  setInterval(() => { //= interval ungated
    if (!room.isOnline()) document.body.classList.add("offline");
    else document.body.classList.remove("offline");
    play();
  }, 5000);
}

let away;
addEventListener("room:down", () => {
  away = setInterval(async () => { //= interval never stopped
    const answer = await fetch("/sounds/queue");
    document.body.dataset.queue = await answer.text();
  }, 3000);
});

export function isAway() {
  return away !== undefined;
}

let delayed;
export function onLost() {
  // Each try to come back ends here, and sets the clock to its start.
  clearInterval(delayed);
  delayed = setInterval(() => { //= interval never starts
    fetch("/everything").then((it) => it.json());
  }, 8000);
}
export function reconnecting(socket) {
  socket.onclose = () => {
    onLost();
    setTimeout(() => reconnecting(new WebSocket(socket.url)), 1000); //= none
  };
  socket.onopen = () => clearInterval(delayed);
}
