"""One client at the table: its connections, and every message with the time it came."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from vttsync.broadcast.actions import Audience, Client
from vttsync.broadcast.replay.place import Place
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.ticket import mint
from vttsync.broadcast.replay.transcript import Closed, Comeback, Frame, Log
from vttsync.errors import Exit, VttsyncError
from vttsync.web import is_loopback, tls

_LARGEST = 16 * 1024 * 1024
_OPEN_TIMEOUT = 10.0
_CLOSE_TIMEOUT = 2.0

# At DEBUG the library logs request lines, and the ticket is in there.
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.setLevel(logging.CRITICAL + 1)

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
        try:
            self._socket = await connect(
                self._address(),
                compression=None,
                ssl=tls(self._room.url),
                proxy=None if is_loopback(self._room.url) else True,
                max_size=_LARGEST,
                open_timeout=_OPEN_TIMEOUT,
                close_timeout=_CLOSE_TIMEOUT,
                ping_interval=None,
                logger=_SILENT,
            )
        except InvalidStatus as error:
            status = error.response.status_code
            self._refused = f"HTTP {status} instead of a websocket"
        except InvalidHandshake as error:
            self._refused = f"no websocket handshake ({type(error).__name__})"
        except (OSError, EOFError) as error:  # TimeoutError and TLS errors are OSErrors
            raise self._unreachable(error) from None  # the cause may carry the ticket
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
            last = error.rcvd or error.sent
            self._closed = Closed(last.code, last.reason) if last else Closed(1006, "")
            self._news.set()

    def _address(self) -> str:
        parts = urlsplit(self._room.url)
        ticket = mint(
            self._room.ticket_key.get_secret_value(),
            session=self._room.session,
            role=self.client.role,
            user=self.client.name,
        )
        query = {"ticket": ticket}
        if self._comeback:
            at = self._at()
            query |= {"epoch": at.epoch, "seq": str(at.seq)}
        return urlunsplit(
            (
                "wss" if parts.scheme == "https" else "ws",
                parts.netloc,
                parts.path.rstrip("/") + self._room.path,
                urlencode(query),
                "",
            )
        )

    def _unreachable(self, error: OSError | EOFError) -> VttsyncError:
        reason = getattr(error, "strerror", None) or "timed out or cut off"
        return VttsyncError(
            f"{self.client.name} could not connect to {urlsplit(self._room.url).netloc}.",
            why=f"{type(error).__name__}: {reason}.",
            fix="Check the network, and that nothing between here and there blocks websockets.",
            exit_code=Exit.UNREACHABLE,
        )
