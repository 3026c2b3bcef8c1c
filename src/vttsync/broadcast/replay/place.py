"""Where a client is in its stream: what it says when it comes back, and how it knows the end."""

from __future__ import annotations

from dataclasses import dataclass

from vttsync.broadcast.actions import Audience
from vttsync.broadcast.protocol import (
    Delta,
    Hello,
    Presence,
    PresenceItem,
    ServerFrame,
    Snapshot,
    Stale,
    parse_frame,
)


@dataclass
class Place:
    """A place in a stream.

    Attributes:
        audience: whose stream it is, as the room says; empty before it has.
        epoch: the stream's name.
        seq: the last number got; None before the first whole snapshot.
    """

    audience: Audience = ""
    epoch: str = ""
    seq: int | None = None

    def note(self, data: str | bytes) -> None:
        """Go on with a message. One that can't be read changes nothing: the judge will tell."""
        match frame := _read(data):
            case Hello():
                if frame.audience != self.audience:
                    self.seq = None
                self.audience, self.epoch = frame.audience, frame.epoch
            case Snapshot():
                if frame.part == frame.parts:
                    self.epoch, self.seq = frame.epoch, frame.seq
            case Delta():
                self.epoch, self.seq = frame.epoch, frame.seq


_SHORT = 100


def is_stale(data: str | bytes) -> bool:
    """Tell whether the room waits to hear that the client keeps up."""
    return len(data) < _SHORT and isinstance(_read(data), Stale)


def presence_in(data: str | bytes) -> list[PresenceItem]:
    """Read what a message tells of where others point."""
    frame = _read(data)
    return frame.items if isinstance(frame, Presence) else []


def _read(data: str | bytes) -> ServerFrame | None:
    try:
        return parse_frame(data) if isinstance(data, str) else None
    except (ValueError, RecursionError):
        return None
