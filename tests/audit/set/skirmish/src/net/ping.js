import { socket } from "./middleware";

export function startPing(onLatency) {
  const timer = setInterval(function () { //= none
    const start = Date.now();
    socket.emit("ping-check", function () {
      onLatency(Date.now() - start);
    });
  }, 3000);
  return () => clearInterval(timer);
}

export function askForState() {
  socket.emit("getGame", { id: window.location.hash.slice(1) });
}

export const watchGame = () => setInterval(askForState, 3000); //= interval ungated

export function whileClosed() {
  let timer = null;
  socket.on("disconnect", () => {
    if (timer) return;
    timer = setInterval(() => { //= interval probably gated
      fetch("/api/game")
        .then((answer) => answer.json())
        .then((game) => window.dispatchEvent(new CustomEvent("game", { detail: game })));
    }, 2000);
  });
  socket.on("connect", () => {
    clearInterval(timer);
    timer = null;
  });
}

export function whileClosedAndEver() {
  socket.on("disconnect", (reason) => {
    console.info("lost the table:", reason);
    window.refreshTimer = setInterval(() => { //= interval never stopped
      fetch("/api/units").then((answer) => answer.json());
    }, 2500);
  });
  socket.on("connect", () => console.info("back at the table"));
}
