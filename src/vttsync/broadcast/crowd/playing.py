"""The app server's side of a crowd: one publisher for each room, on a schedule made beforehand."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Iterator, Sequence

from vttsync.broadcast.actions import Action, Pause, Publish
from vttsync.broadcast.replay.app_server import AppServer
from vttsync.broadcast.replay.pace import Pace
from vttsync.broadcast.replay.seconds import now


def schedule(steps: Sequence[Action]) -> Iterator[tuple[float, Publish]]:
    """Yield each publish with when it is due, in seconds from the beginning.

    The pauses alone decide, and how fast vttsync publishes at most: a room that stalls does not
    move what comes after.
    """
    due, pace = 0.0, Pace(0.0)
    for step in steps:
        if isinstance(step, Pause):
            due += step.seconds
        elif isinstance(step, Publish):
            due += pace.take(due)
            yield due, step


class Player:
    """Publishes a script's steps to one room.

    Attributes:
        server: what it publishes through.
        lags: seconds that each publish was sent later than it could have been.
    """

    def __init__(self, server: AppServer) -> None:
        self.server = server
        self.lags = array("d")

    @property
    def done(self) -> int:
        """How many publishes were answered."""
        return len(self.server.answers)

    async def set_up(self, setup: Sequence[Publish]) -> bool:
        """See that the room is new, and publish what is there before anyone comes.

        Tells whether the room took it all.
        """
        await self.server.begin()
        for publish in setup:
            if not await self.server.publish(publish, now()):
                return False
        return True

    async def play(self, steps: Sequence[Action], start: float) -> bool:
        """Publish it all when it is due; tell whether the room took it all.

        Raises:
            VttsyncError: exit 6 when no answer comes, 4 when the room refuses the key.
        """
        for offset, publish in schedule(steps):
            # Who waits for an answer isn't late by itself.
            due, free = start + offset, now()
            await asyncio.sleep(due - free)
            self.lags.append(now() - max(due, free))
            if not await self.server.publish(publish, due):
                return False
        return True
