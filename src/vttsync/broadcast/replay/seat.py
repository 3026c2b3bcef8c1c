"""One client at the table: its connections, and every message with the time it came."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from vttsync.broadcast.actions import Audience, Client, PresenceKind, Value
from vttsync.broadcast.replay.dial import (
    LimitedError,
    RefusedError,
    dial,
    how_closed,
    unreachable,
)
from vttsync.broadcast.replay.flood import Flood
from vttsync.broadcast.replay.limited import Limited
from vttsync.broadcast.replay.place import Place, is_stale, presence_in
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.replay.ticket import LIFETIME
from vttsync.broadcast.replay.transcript import Closed, Comeback, Frame, Log
from vttsync.broadcast.values import canonical

_EXPIRED = LIFETIME + 120  # clocks may differ by 30 s


class Seat:
    """A connected client that records what it gets.

    Args:
        client: who.
        room: where.
        limited: counts how often the room says that it is asked too often.
        flood: counts what comes.

    Attributes:
        away: whether it has lost the connection, on purpose.
        websockets: whether what answered last knew what a websocket is.
    """

    def __init__(self, client: Client, room: Room, limited: Limited, flood: Flood) -> None:
        self.client = client
        self._limited = limited
        self._flood = flood
        self._room = room
        self._frames: list[Frame] = []
        self._place = Place()
        self._noted = 0
        self._comebacks: list[Comeback] = []
        self._lags: list[tuple[float, float]] = []
        self._closed: Closed | None = None
        self._refused = ""
        self._pongs = 0
        self._final = False
        self._done = False
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._reads = asyncio.Event()
        self._reads.set()
        self.away = False
        self.websockets = True

    @property
    def refused(self) -> str:
        """Why there is no connection; empty, where there is or was one."""
        return self._refused

    @property
    def over(self) -> bool:
        """Whether nothing more can come."""
        return self._closed is not None or bool(self._refused) or self._done

    @property
    def lost(self) -> bool:
        """Whether it was in, and the connection ended."""
        return self._closed is not None and self.joined

    @property
    def joined(self) -> bool:
        """Whether all of a snapshot has come."""
        return self._at().seq is not None

    @property
    def greeted(self) -> bool:
        """Whether something has come since the last connection began."""
        return len(self._frames) > (self._comebacks[-1].frames if self._comebacks else 0)

    def stands_at(self, audience: Audience, seq: int) -> bool:
        """Whether it has got this stream up to there."""
        at = self._at()
        return at.audience == audience and at.seq is not None and at.seq >= seq

    def was_told(self, user: str, kind: PresenceKind, value: Value, since: float) -> bool:
        """Whether it was told since then that somebody points at something."""
        for frame in reversed(self._frames):
            if frame.at < since:
                return False
            if any(
                (item.user, item.kind) == (user, kind) and canonical(item.value) == canonical(value)
                for item in presence_in(frame.data)
            ):
                return True
        return False

    def _at(self) -> Place:
        # Read when somebody asks: reading as they come would make others' messages look late.
        for frame in self._frames[self._noted :]:
            self._place.note(frame.data)
        self._noted = len(self._frames)
        return self._place

    def log(self) -> Log:
        """Tell what was recorded."""
        return Log(
            self.client,
            tuple(self._frames),
            self._closed,
            self._refused,
            tuple(self._comebacks),
            tuple(self._lags),
        )

    async def knock(self) -> None:
        """Try to connect with a ticket that has run out, and record what comes of it.

        Raises:
            VttsyncError: exit 6, when the network doesn't let it.
        """
        await self._connect(ticket_age=_EXPIRED)

    async def join(self) -> None:
        """Connect and begin to record.

        Raises:
            VttsyncError: exit 6, when the network doesn't let it.
        """
        await self._connect()

    async def _connect(self, *, ticket_age: float = 0.0) -> None:
        at = self._at() if self._comebacks and self.joined else None
        try:
            self._socket = await self._dial((at.epoch, at.seq or 0) if at else None, ticket_age)
        except RefusedError as error:
            self._refused, self.websockets = str(error), error.upgraded
        except (OSError, EOFError) as error:  # TimeoutError and TLS errors are OSErrors
            # The cause may carry the ticket.
            raise unreachable(self._room, self.client, error) from None
        else:
            self._reader = asyncio.create_task(self._record(self._socket))

    async def _dial(self, cursor: tuple[str, int] | None, ticket_age: float) -> ClientConnection:
        """Connect, and again whenever the room says that it is asked too often."""
        attempt = 0
        while True:
            try:
                return await dial(self._room, self.client, cursor, ticket_age=ticket_age)
            except LimitedError as error:
                attempt += 1
                await self._limited.wait(
                    f"{self.client.name}, who connects,", error.headers, attempt
                )

    async def drop(self) -> None:
        """Lose the connection, as when a cable is pulled: nobody says goodbye.

        Who has nothing to go on from, or no connection, stays as they are.
        """
        if self.over or not self.joined or self._socket is None:
            return
        await self._stop_reading()
        self._socket.transport.abort()
        self.away = True

    async def come_back(self, publishes: int) -> None:
        """Connect again, and ask for what was missed of so many publishes.

        Raises:
            VttsyncError: exit 6, when the network doesn't let it.
        """
        await self._stop_reading()
        self.away, self._closed = False, None
        self._reads.set()
        again = Comeback(len(self._frames), publishes, now())
        if not self.greeted and self._comebacks:
            # Another attempt at what is one comeback.
            again = Comeback(again.frames, publishes, self._comebacks.pop().at)
        self._comebacks.append(again)
        await self.join()

    @property
    def catches_up(self) -> float:
        """When it reads again, on the replay's clock."""
        return max((end for _, end in self._lags), default=0.0)

    def lag(self, seconds: float) -> None:
        """Read nothing for a while: what the room sends meanwhile has to wait."""
        self._reads.clear()
        began = now()
        self._lags.append((began, began + seconds))
        asyncio.get_running_loop().call_later(seconds, self._reads.set)

    async def point(self, kind: PresenceKind, value: Value) -> None:
        """Tell the room what somebody points at; who has no connection can't."""
        if self._socket is None or self.over or self.away:
            return
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(json.dumps({"type": "presence", "kind": kind, "value": value}))

    async def until(self, enough: Callable[[Seat], bool], seconds: float) -> None:
        """Wait until the seat has enough, nothing more can come, or time is up."""
        try:
            async with asyncio.timeout(seconds):
                while not (enough(self) or self.over):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass  # what is missing is the judge's to tell

    async def fence(self, seconds: float) -> None:
        """Record until a pong comes: all that the room sent before it has come then."""
        self._final = True
        await self.ping(seconds)

    async def ping(self, seconds: float) -> bool:
        """Ask for a pong, and tell whether it came."""
        if self.over or self.away or self._socket is None:
            return False
        pongs = self._pongs
        try:
            async with asyncio.timeout(seconds):
                await self._socket.send("ping")
        except (TimeoutError, ConnectionClosed):
            return False
        await self.until(lambda seat: seat._pongs > pongs, seconds)
        return self._pongs > pongs

    async def leave(self) -> None:
        """Stop recording and close the connection."""
        await self._stop_reading()
        if self._socket is not None:
            await self._socket.close()

    async def _stop_reading(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _record(self, socket: ClientConnection) -> None:
        try:
            while not self._done:
                data = await socket.recv()
                await self._reads.wait()
                if data == "pong":
                    self._pongs += 1
                    self._done = self._final
                else:
                    self._frames.append(Frame(now(), data))
                    self._flood.take(data)
                    await self._keep_up(socket, data)
                self._news.set()
        except ConnectionClosed as error:
            self._closed = how_closed(error)
            self._news.set()

    async def _keep_up(self, socket: ClientConnection, data: str | bytes) -> None:
        """Say that it has read all, where the room waits to hear that."""
        if is_stale(data) and (at := self._at()).seq is not None:
            await socket.send(json.dumps({"type": "resume", "epoch": at.epoch, "seq": at.seq}))
