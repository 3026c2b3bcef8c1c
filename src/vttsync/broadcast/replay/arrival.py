"""Whether those who joined got in at all."""

from __future__ import annotations

from collections.abc import Sequence

from vttsync.broadcast.replay.dial import no_websocket
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seat import Seat
from vttsync.broadcast.replay.trouble import clock_wrong, keys_refused

CLOCKS_DIFFER = 30.0
"""Seconds that the protocol allows."""


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
