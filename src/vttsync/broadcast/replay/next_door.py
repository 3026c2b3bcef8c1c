"""A second session beside the one that is played, with somebody in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from vttsync.broadcast.actions import Point, Publish
from vttsync.broadcast.leftovers import Note, not_removed, noted
from vttsync.broadcast.plan.next_door import NEXT_DOOR
from vttsync.broadcast.replay.app_server import AppServer, app_server
from vttsync.broadcast.replay.arrival import survive
from vttsync.broadcast.replay.flood import Flood
from vttsync.broadcast.replay.limited import Limited
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seat import Seat
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.replay.transcript import Beside
from vttsync.sessions import fresh_session


class NextDoor:
    """The table next door: laid before the other one is, and played a little at its end."""

    def __init__(self, room: Room, server: AppServer, seats: Sequence[Seat], note: Note) -> None:
        self._room, self._server, self._note = room, server, note
        self._seat, self._late = seats
        self._pointed: list[float] = []
        self._played = self._joined_late = False

    async def begin(self, patience: float) -> None:
        """Lay the table; its game master joins.

        Raises:
            VttsyncError: as a replay does.
        """
        await self._server.begin()
        if await self._publish(NEXT_DOOR.setup):
            await self._seat.join()
            await self._seat.until(lambda it: it.joined, patience)

    async def play(self, patience: float) -> None:
        """Move and point, which nobody may hear of but who is there.

        Raises:
            VttsyncError: as a replay does.
        """
        if not self._seat.joined or self._seat.over:
            return
        if await self._publish([it for it in NEXT_DOOR.steps if isinstance(it, Publish)]):
            for point, _ in NEXT_DOOR.points:
                await self._point(point, patience)
            await self._seat.until(_is_told_all, patience)
            self._played = True
        await self._seat.fence(patience)

    async def survive(self, patience: float) -> None:
        """Go on after something that may have cost its game master the connection.

        Raises:
            VttsyncError: as a replay does.
        """
        await survive(self._seat, self._server.taken, patience)

    async def join_late(self, patience: float) -> None:
        """Somebody more joins, after those who are late in the other session.

        Raises:
            VttsyncError: as a replay does.
        """
        if self._played:
            self._joined_late = True
            await self._late.join()
            await self._late.until(lambda it: it.joined, patience)
            await self._late.fence(patience)

    def beside(self) -> Beside:
        """Tell what was recorded there."""
        seats = [self._seat, self._late] if self._joined_late else [self._seat]
        logs = tuple(seat.log() for seat in seats)
        return Beside(logs, tuple(self._server.answers), tuple(self._pointed))

    async def clean_up(self) -> str:
        """Leave and remove it; tell why that failed, or nothing."""
        await asyncio.gather(self._seat.leave(), self._late.leave(), return_exceptions=True)
        problem = await self._server.remove()
        if not (problem and self._server.room_exists):
            self._note.removed()
            return ""
        return not_removed(self._room.session, problem, self._note)

    async def _publish(self, publishes: Sequence[Publish]) -> bool:
        for publish in publishes:
            if not await self._server.publish(publish, now()):
                return False
        return True

    async def _point(self, point: Point, patience: float) -> None:
        since = now()
        self._pointed.append(since)
        await self._seat.point(point.kind, point.value)
        await self._seat.until(
            lambda it: it.was_told(point.user, point.kind, point.value, since), patience
        )


@asynccontextmanager
async def next_door(room: Room, limited: Limited, flood: Flood) -> AsyncIterator[NextDoor]:
    """Open what plays a session of its own beside that of `room`."""
    other = replace(room, session=fresh_session("beside"))
    with noted(other.url, other.session) as note:
        async with app_server(other, limited) as server:
            clients = (*NEXT_DOOR.cast, *NEXT_DOOR.latecomers)
            seats = [Seat(client, other, limited, flood) for client in clients]
            yield NextDoor(other, server, seats, note)


def _is_told_all(seat: Seat) -> bool:
    """Whether it has got the last publish, which a room may hold back for a moment."""
    return seat.stands_at("gm", len(NEXT_DOOR.publishes))
