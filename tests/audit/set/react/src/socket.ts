import { useEffect, useState } from "react";
import { io } from "socket.io-client";

export const socket = io();
let fallback: ReturnType<typeof setInterval> | undefined;
let forgotten: ReturnType<typeof setInterval> | undefined;

async function refreshState() {
  const answer = await fetch("/api/state");
  socket.emit("ack", await answer.text());
}

socket.on("disconnect", () => {
  fallback ??= setInterval(refreshState, 3000); //= interval probably gated
});
socket.on("connect", () => {
  clearInterval(fallback);
  fallback = undefined;
});
socket.on("disconnect", () => {
  forgotten = setInterval(refreshState, 3000); //= interval never stopped
});

setInterval(() => socket.emit("ping"), 25_000); //= none
setInterval(() => socket.emit("cursor:move", { x: 1, y: 2 }), 50); //= none
setInterval(() => socket.emit("session:getState", { id: 1 }), 5000); //= interval ungated

export function useSocket() {
  const [isConnected, setConnected] = useState(socket.connected);
  useEffect(() => {
    socket.on("connect", () => setConnected(true));
    socket.on("disconnect", () => setConnected(false));
  }, []);
  return { isConnected };
}

export function reconnect(attempt = 0) {
  if (attempt > 8) return;
  setTimeout(() => { //= none
    fetch("/api/ticket").catch(() => reconnect(attempt + 1));
  }, 500 * 2 ** attempt);
}
