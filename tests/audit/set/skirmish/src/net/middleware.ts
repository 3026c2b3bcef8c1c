import type { Middleware } from "@reduxjs/toolkit";
import { io } from "socket.io-client";

export const socket = io({ autoConnect: false, reconnectionDelay: 500, reconnectionDelayMax: 8000 });

let resync: ReturnType<typeof setInterval> | undefined;
let watchdog: ReturnType<typeof setTimeout>;

export const netMiddleware: Middleware = ({ dispatch }) => {
  socket.on("connect", () => dispatch({ type: "seat/connected", payload: true }));
  socket.on("disconnect", () => dispatch({ type: "seat/connected", payload: false }));

  socket.onAny(() => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => socket.disconnect().connect(), 40_000); //= none
  });

  // The server forgets to tell some things: asked for every ten seconds.
  resync = setInterval(() => { //= interval ungated
    socket.emit("match:requestState", { since: Date.now() });
  }, 10_000);

  setInterval(() => socket.volatile.emit("cursor", { x: 0, y: 0 }), 60); //= none

  return (next) => (action) => next(action);
};

export function leave() {
  clearInterval(resync);
  socket.disconnect();
}
