"""Whether those who join get in at all, and those who lost the connection again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from vttsync.broadcast.replay.dial import no_websocket
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seat import Seat
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.replay.trouble import clock_wrong, keys_refused
from vttsync.errors import VttsyncError

CLOCKS_DIFFER = 30.0
"""Seconds that the protocol allows."""
_RECONNECT_TIMEOUT = 60.0
_RETRY = 0.2


def check_arrival(room: Room, seats: Sequence[Seat], ahead: float) -> None:
    """See that not all were turned away, which is no matter for the judge.

    Args:
        room: where they joined.
        seats: who joined.
        ahead: seconds that this machine's clock is ahead of the room's.

    Raises:
        VttsyncError: exit 6, when nothing there knows what a websocket is; 4, when every ticket is
            refused.
    """
    if seats and not any(seat.websockets for seat in seats):
        raise no_websocket(room, seats[0].refused)
    if seats and all(_bad_ticket(seat) for seat in seats):
        if abs(ahead) > CLOCKS_DIFFER:
            raise clock_wrong(ahead)
        raise keys_refused("ticket key", "TICKET_KEY", "it closed every connection with 4401")


def _bad_ticket(seat: Seat) -> bool:
    closed = seat.log().closed
    return closed is not None and closed.code == 4401


async def survive(seat: Seat, taken: int, patience: float) -> None:
    """Connect somebody again who has lost the connection, and try for a minute; others stay.

    Args:
        seat: who.
        taken: how many publishes the room has taken.
        patience: seconds to wait for an answer.

    Raises:
        VttsyncError: exit 6, when the network still doesn't let them.
    """
    if await seat.ping(patience) or not seat.joined:
        return
    deadline = now() + _RECONNECT_TIMEOUT
    while True:
        await seat.drop()
        try:
            await seat.come_back(taken)
            await seat.until(lambda it: it.greeted, patience)
        except VttsyncError:
            if now() > deadline:
                raise
        else:
            if (seat.greeted and not seat.over) or now() > deadline:
                return
        await asyncio.sleep(_RETRY)
