"""Everybody who listens at one server; what each of them gets is checked byte by byte.

Whoever gets a frame first has it parsed and its place in the stream checked. Everybody else's must
be the same bytes at the same place, so nothing can be lost, doubled, swapped or altered unseen.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

Stamp = tuple[str, int]
"""An epoch and a seq in it: what names one publish."""

_AT_ONCE = 50
# The room stops sending to a client that has let 1 MiB pass without a word.
_WORD_AFTER = 256 * 1024


class Crowd:
    """The clients of one server.

    Args:
        unwrap: takes the JSON text out of a frame that is not the first of its kind; None is
            for the listener alone.
    """

    def __init__(self, unwrap: Callable[[bytes], bytes]) -> None:
        self._unwrap = unwrap
        self.listeners: list[Listener] = []
        self.frames: list[bytes] = []
        self.waiting: list[int] = []
        self._covered: list[int] = []
        self._done_at: list[float] = []
        self._places: dict[Stamp, int] = {}
        self.last: dict[str, int] = {}
        self.publishes = 0  # that have reached everybody
        self._goal: tuple[int, asyncio.Future[None]] | None = None
        self._closing = False
        self._failure = ""

    async def reach(self, publishes: int) -> None:
        """Return when this many publishes in all have reached everybody.

        Raises:
            RuntimeError: a client got what the others did not, or lost its connection.
        """
        if self._failure:
            raise RuntimeError(self._failure)
        if self.publishes < publishes:
            self._goal = (publishes, asyncio.get_running_loop().create_future())
            await self._goal[1]
            self._goal = None

    def done_at(self, stamp: Stamp) -> float:
        """When the last client got this publish, on the clock `time.monotonic`."""
        return self._done_at[self._places[stamp]]

    def arrived(self, place: int) -> None:
        """One more client has the frame at this place."""
        self.waiting[place] -= 1
        if self.waiting[place]:
            return
        self._done_at[place] = time.monotonic()
        self.publishes += self._covered[place]
        if self._goal and self.publishes >= self._goal[0] and not self._goal[1].done():
            self._goal[1].set_result(None)

    def first(self, payload: bytes) -> bool:
        """Read a frame that nobody had before; whether it is one for everybody."""
        frame: dict[str, Any] = json.loads(self._unwrap(payload))
        if frame.get("type") != "delta":
            return False
        epoch, seq = frame["epoch"], frame["seq"]
        begin = frame.get("from", seq)
        if begin != self.last.get(epoch, 0) + 1:
            self.fail(f"after seq {self.last.get(epoch)} came {payload[:200]!r}")
        self.last[epoch] = seq
        self._places |= {(epoch, number): len(self.frames) for number in range(begin, seq + 1)}
        self.frames.append(payload)
        self.waiting.append(len(self.listeners))
        self._covered.append(seq - begin + 1)
        self._done_at.append(0.0)
        return True

    def fail(self, why: str) -> None:
        """End the wait for the goal, this one or the next; harmless while the crowd is leaving."""
        if self._closing or self._failure:
            return
        self._failure = why
        if self._goal and not self._goal[1].done():
            self._goal[1].set_exception(RuntimeError(why))

    async def join(self, listeners: list[Listener]) -> None:
        """Connect them, some at a time, and wait until each is ready."""
        for start in range(0, len(listeners), _AT_ONCE):
            some = listeners[start : start + _AT_ONCE]
            await asyncio.gather(*(listener.connect() for listener in some))
        self.listeners += listeners

    def acknowledge(self) -> None:
        """Say a word to a room that would stop sending without; only when nothing is under way."""
        for listener in self.listeners:
            listener.acknowledge()

    async def leave(self) -> None:
        """Disconnect everybody."""
        self._closing = True
        for listener in self.listeners:
            listener.disconnect()
        await asyncio.sleep(0)
        self.listeners.clear()


class Listener(WSListener):
    """One client, of a server that sends nothing of its own on connecting."""

    def __init__(self, crowd: Crowd, url: str) -> None:
        self.crowd = crowd
        self.place = 0
        self._url = url
        self._unheard = 0
        self._transport: WSTransport | None = None
        self._ready = asyncio.get_running_loop().create_future()

    async def connect(self) -> None:
        """Connect and wait until the server has said what it says at first."""
        self._transport, _ = await ws_connect(
            lambda: self, self._url, websocket_handshake_timeout=60,
            max_frame_size=64 * 1024 * 1024, read_buffer_init_size=2048,
        )  # fmt: skip
        await self._ready

    def disconnect(self) -> None:
        """Leave without a farewell."""
        if self._transport:
            self._transport.disconnect(graceful=False)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.ready()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        crowd, place = self.crowd, self.place
        if place < len(crowd.frames) and crowd.frames[place] == payload:
            self.place = place + 1
            self._unheard += len(payload)
            crowd.arrived(place)
        else:
            self._other(transport, frame, payload)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not self._ready.done():
            self._ready.set_exception(ConnectionError("the server closed while connecting"))
        self.crowd.fail("a client lost its connection")

    def ready(self) -> None:
        """What the server says at first has been said."""
        self.place = len(self.crowd.frames)
        if not self._ready.done():
            self._ready.set_result(None)

    def heard(self, transport: WSTransport, payload: bytes) -> bool:
        """Take a frame meant for this client alone; whether it was one."""
        return False

    def acknowledge(self) -> None:
        """Nothing to say."""

    def enough(self) -> bool:
        """Whether it is time for a word to the room."""
        if self._unheard < _WORD_AFTER:
            return False
        self._unheard = 0
        return True

    def send(self, text: str) -> None:
        """Send a text."""
        if self._transport:
            self._transport.send(WSMsgType.TEXT, text.encode())

    def _other(self, transport: WSTransport, frame: WSFrame, payload: bytes) -> None:
        if frame.msg_type is not WSMsgType.TEXT:
            return  # a close; the disconnection that follows is told of
        if self.heard(transport, payload):
            return
        if self.place < len(self.crowd.frames) or not self.crowd.first(payload):
            self.crowd.fail(f"a client got what others did not: {payload[:200]!r}")
            return
        self.place += 1
        self.crowd.arrived(self.place - 1)
