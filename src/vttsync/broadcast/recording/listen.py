"""Listen to a live session as a game master does, and say nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from vttsync.broadcast.actions import Client
from vttsync.broadcast.protocol import Delta, Presence
from vttsync.broadcast.recording.tape import Tape, tape
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.replay.trouble import keys_refused
from vttsync.broadcast.script.model import MOST_PUBLISHES
from vttsync.broadcast.survival.follower import Read
from vttsync.broadcast.survival.survivor import Survivor
from vttsync.broadcast.survival.target import Target
from vttsync.errors import Exit, VttsyncError

LISTENER = Client("vttsync-record", "gm")
MOST_BYTES = 64 * 1024 * 1024
_JOIN_WITHIN = 20.0
_LAST_WITHIN = 5.0
_EVERY = 0.25


class _Ear:
    """Says what of a session is kept, and when no script could hold more."""

    def __init__(self, full: Callable[[], None]) -> None:
        self._full = full
        self._bytes = 0
        self.changes = 0

    def keep(self, data: str | bytes, frame: Read) -> bool:
        if isinstance(frame, Presence) or not isinstance(data, str):
            return False  # where somebody points is nothing that was published
        self.changes += isinstance(frame, Delta)
        self._bytes += len(data)
        if self.changes >= MOST_PUBLISHES or self._bytes > MOST_BYTES:
            self._full()
        return self._bytes <= MOST_BYTES


async def listen(
    room: Room, seconds: float, ended: asyncio.Event, observe: Callable[[int], None]
) -> Tape | None:
    """Hear what a session's game master is told, until `ended`, or for so many seconds.

    It ends by itself when the session is deleted, or when a script could hold no more. A lost
    connection is made anew, and what was missed meanwhile is heard then.

    Args:
        room: where; its session is the one to listen to.
        seconds: how long at most.
        ended: set when somebody has heard enough.
        observe: is told how many publishes were heard.

    Raises:
        VttsyncError: exit 4, when the room refuses the ticket; 6, when it can't be reached.
    """
    ear = _Ear(ended.set)
    target = Target(room.url, (room.publish_key,), (room.ticket_key,), room.session)
    news = asyncio.Event()
    survivor = Survivor(LISTENER, target, news.set, ear.keep)
    staying = asyncio.create_task(survivor.stay())
    staying.add_done_callback(lambda _: ended.set())
    try:
        await _joined(survivor, ended)
        until = now() + seconds
        while not ended.is_set() and now() < until:
            observe(ear.changes)
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), min(_EVERY, max(0.0, until - now())))
        with suppress(TimeoutError):
            await asyncio.wait_for(_fence(survivor, news), _LAST_WITHIN)
    finally:
        heard = survivor.trail().visits
        staying.cancel()
        await asyncio.gather(staying, return_exceptions=True)
    return tape(heard)


async def _fence(survivor: Survivor, news: asyncio.Event) -> None:
    """Hear all that the room has sent so far."""
    await survivor.ping()
    while not survivor.answered:
        news.clear()
        await news.wait()


async def _joined(survivor: Survivor, ended: asyncio.Event) -> None:
    until = now() + _JOIN_WITHIN
    while not survivor.here and not ended.is_set():
        if survivor.unauthorized:
            raise keys_refused("ticket key", "TICKET_KEY", "it closed the connection with 4401")
        if now() > until:
            break
        await asyncio.sleep(0.05)
    if not survivor.here and not ended.is_set():
        raise VttsyncError(
            "The session can't be listened to.",
            why=f"{survivor.why_away}.",
            fix="Check the address, and that nothing between here and there blocks websockets.",
            exit_code=Exit.UNREACHABLE,
        )
