"""One client that stays: whatever ends its connection, it comes back as a browser does."""

from __future__ import annotations

import asyncio
import json
import math
import random
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from vttsync.broadcast.actions import Client
from vttsync.broadcast.protocol import RoomError
from vttsync.broadcast.replay.dial import RefusedError, dial, how_closed
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.replay.transcript import Closed, Frame
from vttsync.broadcast.survival.follower import Did, Follower, read
from vttsync.broadcast.survival.record import Trail, Visit
from vttsync.broadcast.survival.story import note
from vttsync.broadcast.survival.target import Keys, Target
from vttsync.broadcast.survival.waits import again_after, backoff

# As the browser client has them (`templates/client/src`), in seconds.
_LASTED = 5.0
_PING_EVERY = 30.0
_PONG_WITHIN = 10.0
_BAD_TICKET = 4401
_ASK_ANEW = ("", 0)


class Survivor:
    """A client, its connections so far, and the one it has now.

    Args:
        client: who.
        target: where.
        changed: called whenever something that can be asked of it may have changed.

    Attributes:
        unauthorized: whether a ticket with none of the keys was taken last.
    """

    def __init__(self, client: Client, target: Target, changed: Callable[[], None]) -> None:
        self.client = client
        self._target = target
        self._keys = Keys(target.ticket_keys)
        self._changed = changed
        self._follower = Follower()
        self._visits: list[Visit] = []
        self._frames: list[Frame] = []
        self._socket: ClientConnection | None = None
        self._opened = math.inf
        self._closed: Closed | None = None
        self._refusal = ""
        self._complaint: str | None = None
        self._unanswered = 0
        self._heard = False
        self._gone = False
        self.unauthorized = False

    @property
    def here(self) -> bool:
        """Whether it is connected, and has all that the room had when it said hello."""
        return self._socket is not None and self._follower.caught_up

    @property
    def answered(self) -> bool:
        """Whether all its pings were answered, or can't be any more."""
        return self._socket is None or self._unanswered == 0

    @property
    def why_away(self) -> str:
        """Why it is not connected."""
        if self._refusal or self._closed is None:
            return f"{self.client.name} got {self._refusal or 'no answer'}"
        return f"{self.client.name} was closed with {self._closed.code}"

    def settled(self, version: str | None, number: int) -> bool:
        """Whether nothing more is to be expected of it.

        That is, it sees publish `number`, in a room of that version; or it never comes back.
        """
        if self._gone:
            return True
        follower = self._follower
        is_new = version is None or (follower.hello and follower.hello.version == version)
        return bool(self.here and is_new and (not number or note(number) in follower.view))

    def trail(self) -> Trail:
        """Tell what was recorded."""
        under_way = () if self._socket is None else (Visit(tuple(self._frames)),)
        return Trail(self.client, (*self._visits, *under_way), self._refusal)

    async def stay(self) -> None:
        """Be connected until cancelled, or until the room says never to come again."""
        attempts = 0
        try:
            while not self._gone:
                wait = await self._visit()
                if now() - self._opened >= _LASTED:
                    attempts = 0
                attempts += 1
                self._changed()
                if wait is not None:
                    await asyncio.sleep(wait + backoff(attempts, random.random()))  # noqa: S311
        finally:
            if self._socket is not None:
                await self._socket.close()

    async def ping(self) -> None:
        """Ask for a pong: all that the room sent before it has come then."""
        if self._socket is not None:
            self._unanswered += 1
            await _send(self._socket, "ping")

    async def _visit(self) -> float | None:
        """Connect once, until that ends; tell after how many seconds it may be tried again.

        None: at once, with another key.
        """
        self._complaint, self._frames, self._opened = None, [], math.inf
        self._follower.connect()
        try:
            socket = await dial(
                self._target.room(self._keys.now), self.client, self._follower.cursor
            )
        except RefusedError as error:
            self._refusal = str(error)
            return 0.0
        except (OSError, EOFError) as error:  # its text may carry the ticket
            self._refusal = type(error).__name__
            return 0.0
        self._socket, self._opened = socket, now()
        self._refusal, self._unanswered = "", 0
        closed = self._closed = await self._listen(socket)
        self._socket = None
        self._visits.append(Visit(tuple(self._frames), (now(), closed)))
        if closed.code == _BAD_TICKET:
            if self._keys.refused():
                return None
            self.unauthorized = True
        again = again_after(closed.code, self._complaint)
        self._gone = again is None
        return again

    async def _listen(self, socket: ClientConnection) -> Closed:
        pulse = asyncio.create_task(self._pulse(socket))
        try:
            while True:
                await self._hear(socket, await socket.recv())
        except ConnectionClosed as error:
            return how_closed(error)
        finally:
            pulse.cancel()

    async def _hear(self, socket: ClientConnection, data: str | bytes) -> None:
        self._heard = True
        if data == "pong":
            self._unanswered -= 1
        else:
            self._frames.append(Frame(now(), data))
            frame = read(data)
            if isinstance(frame, RoomError):
                self._complaint = frame.code
            elif self._follower.take(frame) is Did.RESUME:
                epoch, seq = self._follower.cursor or _ASK_ANEW
                await _send(socket, json.dumps({"type": "resume", "epoch": epoch, "seq": seq}))
            if self._follower.caught_up:
                self._keys.taken()
                self.unauthorized = False
        self._changed()

    async def _pulse(self, socket: ClientConnection) -> None:
        """Find out when nobody is there any more, although nothing says so."""
        while True:
            self._heard = False
            await self.ping()
            await asyncio.sleep(_PONG_WITHIN)
            if not self._heard:
                socket.transport.abort()
                return
            await asyncio.sleep(_PING_EVERY - _PONG_WITHIN)


async def _send(socket: ClientConnection, text: str) -> None:
    with suppress(ConnectionClosed):  # whoever listens finds out
        await socket.send(text)
