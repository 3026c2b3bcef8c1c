"""Where a client is in its stream: what it says when it comes back, and how it knows the end."""

from __future__ import annotations

from dataclasses import dataclass

from vttsync.broadcast.actions import Audience
from vttsync.broadcast.protocol import Delta, Hello, Snapshot, parse_frame


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
        try:
            frame = parse_frame(data) if isinstance(data, str) else None
        except (ValueError, RecursionError):
            return
        match frame:
            case Hello():
                if frame.audience != self.audience:
                    self.seq = None
                self.audience, self.epoch = frame.audience, frame.epoch
            case Snapshot():
                if frame.part == frame.parts:
                    self.epoch, self.seq = frame.epoch, frame.seq
            case Delta():
                self.epoch, self.seq = frame.epoch, frame.seq
