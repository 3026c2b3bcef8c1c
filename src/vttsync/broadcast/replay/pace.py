"""How fast vttsync publishes at most, whatever a script asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from vttsync.broadcast.actions import Action, Pause, Publish
from vttsync.broadcast.replay.seconds import now

PER_SECOND = 100.0
"""A tenth of the requests a second that Cloudflare's docs say one object carries."""
_AT_ONCE = 100.0


class Pace:
    """A bucket of publishes that fills at `PER_SECOND`."""

    def __init__(self, began: float) -> None:
        self._left = _AT_ONCE
        self._at = began

    def take(self, at: float) -> float:
        """Take one at a time that never goes back; tell how many seconds it has to wait."""
        self._left = min(_AT_ONCE, self._left + (at - self._at) * PER_SECOND) - 1
        self._at = at
        return max(0.0, -self._left / PER_SECOND)

    async def turn(self) -> float:
        """Wait until one more may be published; tell for how many seconds."""
        wait = self.take(now())
        if wait:
            await asyncio.sleep(wait)
        return wait


def shortest(actions: Iterable[Action]) -> tuple[float, float]:
    """How long actions take at least, in seconds: their pauses, and what the bound adds to them."""
    pace, clock, pauses = Pace(0.0), 0.0, 0.0
    for action in actions:
        if isinstance(action, Pause):
            pauses += action.seconds
            clock += action.seconds
        elif isinstance(action, Publish):
            clock += pace.take(clock)
    return pauses, clock - pauses
