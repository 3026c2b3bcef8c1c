import { readable, writable, type Readable } from "svelte/store";

export const online = writable(false);

let socket: WebSocket;
let tries = 0;

export function open(url: string) {
  socket = new WebSocket(url);
  socket.addEventListener("open", () => {
    tries = 0;
    online.set(true);
  });
  socket.addEventListener("close", () => {
    online.set(false);
    setTimeout(() => open(url), Math.min(1000 * 1.6 ** tries++, 20_000)); //= none
  });
}

export const clock: Readable<Date> = readable(new Date(), (set) => {
  const id = setInterval(() => set(new Date()), 1000); //= none
  return () => clearInterval(id);
});

/** The lobby, for as long as somebody looks at it. */
export const lobby = readable<string[]>([], (set) => {
  const load = () =>
    fetch("/api/lobby")
      .then((response) => response.json())
      .then(set);
  load();
  const id = setInterval(load, 3000); //= interval ungated
  return () => clearInterval(id);
});
