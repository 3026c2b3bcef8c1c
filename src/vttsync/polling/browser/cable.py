"""The cable between the page and its room, which can be cut and mended.

Chromium can't block websockets by address, nor break one (setBlockedURLs and
emulateNetworkConditionsByRule leave them alone, tried with 156). So the page gets a WebSocket
whose constructor knows whether the cable is cut. What is broken closes at once with 1006 and says
nothing more, whatever the room answers to the goodbye behind the scenes; a new one fails as the
browser's own does: it is one, to a host that doesn't exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

_NOWHERE = "vttsync-cut.invalid"
ARGUMENT = f"--host-resolver-rules=MAP {_NOWHERE} ~NOTFOUND"
"""Chromium finds out at once, without asking anybody."""

ATTEMPT = "vttsync: an attempt to reach the room"
"""The page's console says so; a page whose policy forbids that host doesn't even ask for it."""
BROKEN = "vttsync: a connection to the room is broken"
SENDS = "vttsync: a message is sent now"
"""So that the browser tells from where, as it does of requests by itself."""

WRAP = (
    """
(() => {
  const state = Symbol.for("vttsync.cable"), isThere = Symbol.for("vttsync.wrapped");
  if (globalThis[isThere] || typeof WebSocket !== "function") return;
  Object.defineProperty(globalThis, isThere, { value: true });
  const open = new Set(), broken = new WeakSet();
  const breaks = console.debug.bind(console, "BROKEN");
  const attempts = console.debug.bind(console, "ATTEMPT");
  const sends = console.trace.bind(console, "SENDS");  // has the whole stack
  const bare = (url) => {
    try {
      const { origin, pathname } = new URL(url, globalThis.location?.href);
      return origin.replace(/^http/, "ws") + pathname;
    } catch { return undefined; }
  };
  const isCut = (url) => url !== undefined && (globalThis[state] ?? []).includes(url);
  const Native = WebSocket, { send, close } = Native.prototype;
  Native.prototype.send = function (data) {
    if (this.readyState === Native.OPEN && typeof data === "string") sends();
    return Reflect.apply(send, this, arguments);
  };
  const breakOff = (socket) => {
    if (broken.has(socket) || !isCut(bare(socket.url)) || socket.readyState > Native.OPEN) return;
    Reflect.apply(close, socket, [1000]);
    if (!open.has(socket)) return;
    broken.add(socket);
    Object.defineProperty(socket, "readyState", { value: Native.CLOSED, configurable: true });
    breaks();
    socket.dispatchEvent(new CloseEvent("close", { code: 1006, reason: "", wasClean: false }));
  };
  globalThis.WebSocket = new Proxy(Native, {
    construct(target, given, made) {
      const url = bare(given[0]);
      if (isCut(url)) {
        attempts();
        const dead = Reflect.construct(target, ["wss://NOWHERE/"], made);
        Object.defineProperty(dead, "url", { value: String(given[0]), configurable: true });
        return dead;
      }
      const socket = Reflect.construct(target, given, made);
      open.add(socket);
      // Before any listener of the page's: those of a socket are called in their order.
      for (const type of ["message", "error", "close"])
        socket.addEventListener(type, (event) => {
          if (event.isTrusted && broken.has(socket)) event.stopImmediatePropagation();
          if (type === "close") open.delete(socket);
        });
      return socket;
    },
  });
  Object.defineProperty(globalThis, Symbol.for("vttsync.cut"), {
    value: (others = []) => { for (const socket of [...open, ...others]) breakOff(socket); },
  });
})();
""".replace("NOWHERE", _NOWHERE)
    .replace("ATTEMPT", ATTEMPT)
    .replace("BROKEN", BROKEN)
    .replace("SENDS", SENDS)
)
"""Runs in every page, frame and worker before its own scripts, or as soon as it can."""


def hold(rooms: Iterable[str]) -> str:
    """A script that lets sockets to `rooms` (each as ws://host/path) fail from now on."""
    return f'globalThis[Symbol.for("vttsync.cable")] = {json.dumps(list(rooms))};'


CUT = 'globalThis[Symbol.for("vttsync.cut")]?.();'
"""A script that breaks the sockets that are open."""
CUT_THESE = 'function () { globalThis[Symbol.for("vttsync.cut")]?.(this); }'
"""The same for a list of sockets; a worker may have opened some before it could be told."""
MEND = 'delete globalThis[Symbol.for("vttsync.cable")];'


def is_dead(url: str) -> bool:
    """Whether a socket to this address is one that was made to fail."""
    return url.startswith(f"wss://{_NOWHERE}")
