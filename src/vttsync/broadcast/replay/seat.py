"""One client at the table: its connections, and every message with the time it came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from vttsync.broadcast.actions import Audience, Client
from vttsync.broadcast.replay.dial import RefusedError, dial, how_closed, unreachable
from vttsync.broadcast.replay.place import Place
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.transcript import Closed, Comeback, Frame, Log

# High resolution on every system; `time.monotonic` steps by 16 ms on older Windows Pythons.
now = time.perf_counter


class Seat:
    """A connected client that records what it gets."""

    def __init__(self, client: Client, room: Room) -> None:
        self.client = client
        self._room = room
        self._frames: list[Frame] = []
        self._place = Place()
        self._noted = 0
        self._comeback: Comeback | None = None
        self._closed: Closed | None = None
        self._refused = ""
        self._ponged = False
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self.away = False

    @property
    def over(self) -> bool:
        """Whether nothing more can come."""
        return self._closed is not None or bool(self._refused) or self._ponged

    @property
    def joined(self) -> bool:
        """Whether all of a snapshot has come."""
        return self._at().seq is not None

    @property
    def greeted(self) -> bool:
        """Whether something has come since the last connection began."""
        return len(self._frames) > (self._comeback.frames if self._comeback else 0)

    def stands_at(self, audience: Audience, seq: int) -> bool:
        """Whether it has got this stream up to there."""
        at = self._at()
        return at.audience == audience and at.seq is not None and at.seq >= seq

    def _at(self) -> Place:
        # Read when somebody asks: reading as they come would make others' messages look late.
        for frame in self._frames[self._noted :]:
            self._place.note(frame.data)
        self._noted = len(self._frames)
        return self._place

    def log(self) -> Log:
        """Tell what was recorded."""
        return Log(self.client, tuple(self._frames), self._closed, self._refused, self._comeback)

    async def join(self) -> None:
        """Connect and begin to record.

        Raises:
            VttsyncError: exit 6, when the network doesn't let it.
        """
        at = self._at() if self._comeback else None
        try:
            self._socket = await dial(
                self._room, self.client, (at.epoch, at.seq or 0) if at else None
            )
        except RefusedError as error:
            self._refused = str(error)
        except (OSError, EOFError) as error:  # TimeoutError and TLS errors are OSErrors
            # The cause may carry the ticket.
            raise unreachable(self._room, self.client, error) from None
        else:
            self._reader = asyncio.create_task(self._record(self._socket))

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
        self.away = False
        self._comeback = Comeback(len(self._frames), publishes)
        await self.join()

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
        """Ask for a pong: all that the room sent before it has come then."""
        if self.over or self._socket is None:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._socket.send("ping")
        except (TimeoutError, ConnectionClosed):
            return
        await self.until(lambda seat: seat.over, seconds)

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
            while not self._ponged:
                data = await socket.recv()
                if data == "pong":
                    self._ponged = True
                else:
                    self._frames.append(Frame(now(), data))
                self._news.set()
        except ConnectionClosed as error:
            self._closed = how_closed(error)
            self._news.set()
