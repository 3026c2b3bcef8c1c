"""A client that knows nothing but the protocol, and takes every breach of it amiss."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import jwt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.protocol import Event

from tests.model.rig import TICKET_KEY
from tests.model.schema import flaw
from tests.model.stories import CANARY
from vttsync.broadcast.actions import Audience, Entity, Value
from vttsync.broadcast.values import merged

_FRAMES = {"hello": "Hello", "snapshot": "Snapshot", "delta": "Delta", "error": "RoomError"}
"""Asked for by name: the whole union says little of what is wrong, and takes its time."""
_PATIENCE = 10.0
_ASKS = 4
"""How often a client asks on one connection, and once more; the room allows five at once."""
Condition = Callable[[], bool]


def ticket(session: str, role: str, user: str, issued: int, **claims: object) -> str:
    """Sign a good ticket."""
    good = {"aud": "vttsync", "sid": session, "role": role, "sub": user}
    times = {"iat": issued, "exp": int(time.time()) + 600}
    return jwt.encode({**good, **times, **claims}, TICKET_KEY, algorithm="HS256")


class _Connection(ClientConnection):
    """Ends soon after the room closes it: workerd leaves the TCP connection open for 10 s."""

    def process_event(self, event: Event) -> None:
        super().process_event(event)
        if isinstance(event, Frame) and event.opcode is Opcode.CLOSE:
            self.loop.call_later(0.02, self.transport.abort)


@dataclass(frozen=True)
class Known:
    """A view, with the place in the stream where it is right."""

    epoch: str = ""
    seq: int = -1
    entities: dict[Entity, Value] = field(default_factory=dict)

    @property
    def audience(self) -> Audience:
        """Whose stream it is."""
        return self.epoch.partition(".")[2]


@dataclass
class Seat:
    """One client; it keeps its view from connection to connection.

    Attributes:
        told: after each frame that changed the view: what was known then.
        texts: every frame, with the audience it came to.
        breaches: how the room broke the protocol.
        expected: close codes that are no breach now.
        losing: deltas that go astray on their way.
        tired: whether it wanted to ask more often than the room allows: it has to come back.
    """

    session: str
    role: str
    user: str
    known: Known = field(default_factory=Known)
    audience: Audience = ""
    told: list[Known] = field(default_factory=list)
    texts: list[tuple[Audience, str]] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    losing: int = 0
    closed: int | None = None
    complaints: int = 0
    pongs: int = 0
    _socket: ClientConnection | None = None
    _task: asyncio.Task[None] | None = None
    _reading: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _parts: list[Value] = field(default_factory=list)
    _waiting: bool = False
    _asked: int = 0
    _hellos: int = 0
    _lost: bool = False
    tired: bool = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection that is not known to be over."""
        return self._socket is not None and self.closed is None

    @property
    def may_ask(self) -> bool:
        """Whether the room takes one more question on this connection."""
        return self._asked < _ASKS

    async def come(self, port: int, issued: int, cursor: tuple[str, str] | None) -> None:
        """Connect; with a cursor, the room is told where the client was."""
        await self.leave()
        query = {"ticket": ticket(self.session, self.role, self.user, issued)}
        if cursor:
            query |= {"epoch": cursor[0], "seq": cursor[1]}
        url = f"ws://127.0.0.1:{port}/parties/session/{self.session}?{urlencode(query)}"
        self._socket = await connect(
            url,
            proxy=None,
            compression=None,
            ping_interval=None,
            max_queue=(4, 1),
            create_connection=_Connection,
        )
        self.closed, self._asked, self._hellos = None, 0, 0
        self._parts, self._waiting, self.losing = [], False, 0
        self._lost = self.tired = False
        self.expected = set()
        self._reading.set()
        self._task = asyncio.create_task(self._read(self._socket))

    async def come_back(self, port: int, issued: int) -> None:
        """Connect with what was last known."""
        await self.leave()  # It may still hear something.
        known = self.known
        await self.come(port, issued, (known.epoch, str(known.seq)) if known.epoch else None)

    async def leave(self, *, abort: bool = False) -> None:
        """Close the connection, or cut it."""
        if self._socket and self._task:
            self._reading.set()
            if abort or self.closed is not None:
                _cut(self._socket)
            else:
                self.expected |= {1000, 1005}
                await self._socket.close()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._socket = self._task = None

    def lag(self) -> None:
        """Stop reading: what comes piles up on the way."""
        self._reading.clear()

    def read_on(self) -> None:
        """Read again."""
        self._reading.set()

    async def ask(self, known: Known | None = None) -> None:
        """Ask for what was missed since `known`, which is what the client then knows."""
        if self._asked > _ASKS:
            self.tired = True
            return
        if known:
            self.known = known
        # Who changes its mind about where it is may well miss or meet some of the old answer.
        self._waiting = self._lost = True
        await self.resume(self.known.epoch or "none", max(self.known.seq, 0))

    async def resume(self, epoch: str, seq: int) -> None:
        """Send a resume frame."""
        self._asked += 1
        await self.send(json.dumps({"type": "resume", "epoch": epoch, "seq": seq}))

    async def send(self, text: str) -> None:
        """Send whatever."""
        assert self._socket
        try:
            await self._socket.send(text)
        except ConnectionClosed:
            await self.until(lambda: self.closed is not None, "the end of the connection")

    async def settle(self) -> None:
        """Wait until everything sent so far is here: one socket keeps its order."""
        self._reading.set()
        before = self.pongs
        await self.send("ping")
        await self.until(lambda: self.pongs > before or self.closed is not None, "a pong")

    async def until_told(self) -> None:
        """Wait for a view."""
        await self.until(lambda: bool(self.told), "a snapshot")

    async def until_closed(self, what: str) -> None:
        """Wait for the end of the connection."""
        await self.until(lambda: self.closed is not None, what)

    async def until(self, done: Condition, what: str) -> None:
        """Wait for something to come true."""
        deadline = time.monotonic() + _PATIENCE
        while not done():
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), deadline - time.monotonic())
            except TimeoutError:
                self.breaches.append(f"waited in vain for {what}")
                return

    async def _read(self, connection: ClientConnection) -> None:
        try:
            while True:
                await self._reading.wait()
                message = await connection.recv()
                await self._reading.wait()
                if isinstance(message, bytes):
                    self.breaches.append("a binary frame")
                elif message == "pong":
                    self.pongs += 1
                else:
                    await self._take(message)
                self._changed.set()
        except ConnectionClosed as over:
            self.closed = over.rcvd.code if over.rcvd else 1006
            if self.closed not in self.expected:
                self.breaches.append(f"closed with {self.closed}")
        except Exception as error:
            self.breaches.append(f"the client failed: {error!r}")
            self.closed = 0
        finally:
            self._changed.set()

    async def _take(self, text: str) -> None:
        raw: Value = json.loads(text)
        if wrong := flaw(_FRAMES.get(raw["type"], "ServerFrame"), raw):
            self.breaches.append(f"{wrong}: {text[:500]}")
        if len(text.encode()) > 512 * 1024:
            self.breaches.append(f"a frame of {len(text.encode())} bytes")
        kind = raw["type"]
        if self._parts and kind != "snapshot":
            self.breaches.append(f"{kind} between the parts of a snapshot")
        if kind == "hello":
            await self._hello(raw)
        elif self._hellos == 0 and kind != "error":
            self.breaches.append(f"{kind} before hello")
        self.texts.append((self.audience, text))
        if self.audience != "gm" and CANARY in text:
            self.breaches.append(f"a canary: {text[:300]}")
        await self._follow(kind, raw)

    async def _follow(self, kind: str, raw: Value) -> None:
        if kind == "snapshot":
            self._snapshot(raw)
        elif kind == "delta":
            await self._delta(raw)
        elif kind == "stale":
            await self.ask()
        elif kind == "error" and raw["code"] == "bad_message":
            self.complaints += 1

    async def _hello(self, frame: Value) -> None:
        self._hellos += 1
        self.audience = frame["audience"]
        if frame["epoch"].partition(".")[2] != self.audience:
            self.breaches.append(f"epoch {frame['epoch']} of audience {self.audience}")
        again = self._hellos > 1 and frame["epoch"] == self.known.epoch
        if again and frame["seq"] > self.known.seq and not self._waiting:
            await self.ask()

    def _snapshot(self, frame: Value) -> None:
        self._parts.append(frame)
        first = self._parts[0]
        if frame["part"] != len(self._parts) or any(
            frame[name] != first[name] for name in ("parts", "epoch", "seq")
        ):
            self.breaches.append(f"part {frame['part']} in place {len(self._parts)}")
        if frame["part"] < frame["parts"]:
            return
        if not frame["epoch"].endswith(f".{self.audience}"):
            self.breaches.append(f"a snapshot of {frame['epoch']} for {self.audience}")
        rows = [entity for part in self._parts for entity in part["entities"]]
        names = [(row["kind"], row["key"]) for row in rows]
        if names != sorted(set(names)):
            self.breaches.append(f"a snapshot out of order: {names}")
        self._parts, self._waiting, self._lost = [], False, False
        self._learn(frame, {(row["kind"], row["key"]): row["value"] for row in rows})

    async def _delta(self, frame: Value) -> None:
        first: int = frame["from"] if "from" in frame else frame["seq"]
        if self.losing and not self._waiting and first > self.known.seq:
            self.losing -= 1
            self._lost = True
            return
        if frame["epoch"] != self.known.epoch:
            if not self._waiting:
                self.breaches.append(f"a delta of {frame['epoch']} after {self.known.epoch}")
            return
        if first != self.known.seq + 1:
            await self._gap(frame)
            return
        self._waiting = False
        rows = dict(self.known.entities)
        for change in frame["changes"]:
            self._change(rows, change)
        self._learn(frame, rows)

    async def _gap(self, frame: Value) -> None:
        """What was under way when the client asked may still come; all else is a breach."""
        first: int = frame["from"] if "from" in frame else frame["seq"]
        if first <= self.known.seq:
            if not self._asked:
                self.breaches.append(f"delta {first} again after {self.known.seq}")
        elif not self._waiting:
            if not self._lost:
                self.breaches.append(f"delta {first} after {self.known.seq}")
            await self.ask()

    def _change(self, rows: dict[Entity, Value], change: Value) -> None:
        entity = change["kind"], change["key"]
        if change["op"] == "put":
            rows[entity] = change["value"]
        elif entity not in rows:
            self.breaches.append(f"{change['op']} of what isn't there: {entity}")
        elif change["op"] == "del":
            del rows[entity]
        else:
            rows[entity] = merged(rows[entity], change["value"])

    def _learn(self, frame: Value, rows: dict[Entity, Value]) -> None:
        self.known = Known(frame["epoch"], frame["seq"], rows)
        self.told.append(self.known)


def _cut(connection: ClientConnection) -> None:
    """End a connection without a word; the other side gets a reset."""
    raw = connection.transport.get_extra_info("socket")
    if raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.transport.abort()
