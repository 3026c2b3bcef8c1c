"""What watching recorded, raw: the judge reads it, nothing here does."""

from __future__ import annotations

from dataclasses import dataclass

from vttsync.broadcast.actions import Client
from vttsync.broadcast.replay.transcript import Closed, Frame


@dataclass(frozen=True)
class Visit:
    """One connection of a client.

    Attributes:
        frames: in the order they came, without the pongs.
        ended: how and when (seconds on the replay's clock) it was lost; None where it was not.
    """

    frames: tuple[Frame, ...]
    ended: tuple[float, Closed] | None = None


@dataclass(frozen=True)
class Trail:
    """All of one client's connections, in order; `refusal` is why the last attempt gave none."""

    client: Client
    visits: tuple[Visit, ...]
    refusal: str = ""


@dataclass(frozen=True)
class Record:
    """A whole watch.

    Attributes:
        trails: one for each client.
        taken: the last number that the room answered; all before it were answered too.
        tried: the last number that was sent; above `taken`, when its answer never came.
        refusal: why, then.
        stall: the longest that a number took from being due to being answered, in seconds.
        until: when the watch ended, on the replay's clock.
    """

    trails: tuple[Trail, ...]
    taken: int
    tried: int
    refusal: str
    stall: float
    until: float
