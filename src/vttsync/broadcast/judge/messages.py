"""The messages that came: read, and the parts of a snapshot put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from vttsync.broadcast.actions import Value
from vttsync.broadcast.judge.align import Message
from vttsync.broadcast.judge.verdict import Reason
from vttsync.broadcast.protocol import (
    Delta,
    Hello,
    Presence,
    RoomError,
    ServerFrame,
    Snapshot,
    Stale,
    parse_frame,
)
from vttsync.broadcast.replay.transcript import Frame
from vttsync.broadcast.values import canonical


@dataclass(frozen=True)
class Received:
    """A message that came.

    Attributes:
        frame: what it says; None when it is none of this protocol.
        raw: the frame as it came; several, when they are the parts of a snapshot.
        numbers: which parts those are.
    """

    frame: ServerFrame | None
    raw: tuple[Frame, ...]
    numbers: tuple[int, ...] = ()

    @property
    def at(self) -> float:
        """When all of it was there."""
        return self.raw[-1].at

    @property
    def misparted(self) -> Reason | None:
        """What is wrong with the parts of a snapshot, if anything."""
        if not isinstance(self.frame, Snapshot):
            return None
        whole = list(range(1, self.frame.parts + 1))
        if list(self.numbers) == whole:
            return None
        if not set(self.numbers) >= set(whole):
            return Reason.MISSING
        return Reason.REORDERED if sorted(self.numbers) == whole else Reason.REPEATED

    @cached_property
    def message(self) -> Message:
        """What it is compared by."""
        match self.frame:
            case Hello() as hello:
                return Message("hello", hello.seq, "")
            case Snapshot() as snapshot:
                return Message("snapshot", snapshot.seq, canonical(told(snapshot)))
            case Delta() as delta:
                return Message("delta", delta.seq, canonical(told(delta)), delta.start)
            case Stale() | Presence() as frame:
                return Message(frame.type, None, canonical(told(frame)))
            case RoomError() as error:
                return Message("error", None, error.code)
        return Message("unreadable", None, repr(self.raw[0].data))


_WINDOW = 1024 * 1024
_FRAME = 512 * 1024


def in_stream(messages: Sequence[Received]) -> list[int]:
    """List the places of the messages that are a stream's own.

    Presence has no place in it, and neither has `stale`, where the room has sent so much that it
    may wait to hear of the client.
    """
    places, sent = [], 0
    for place, message in enumerate(messages):
        if isinstance(message.frame, Hello):
            sent = 0
        elif not isinstance(message.frame, Stale):
            sent += sum(len(raw.data) for raw in message.raw)
        elif sent > _WINDOW - _FRAME:
            sent = 0
            continue
        if not isinstance(message.frame, Presence):
            places.append(place)
    return places


def received(frames: Sequence[Frame]) -> list[Received]:
    """Read the frames of a log."""
    return [_whole(group) for group in _grouped([(parsed(f.data), f) for f in frames])]


_Read = tuple[ServerFrame | None, Frame]


def _grouped(frames: Sequence[_Read]) -> Iterator[list[_Read]]:
    """Yield each frame by itself, but the parts of a snapshot together."""
    group: list[_Read] = []
    for read in frames:
        if group and not _goes_on(group, read[0]):
            yield group
            group = []
        group.append(read)
    if group:
        yield group


def _goes_on(group: Sequence[_Read], frame: ServerFrame | None) -> bool:
    """Tell whether a frame is one more part of a snapshot that is not whole yet."""
    last = group[-1][0]
    if not isinstance(last, Snapshot) or not isinstance(frame, Snapshot):
        return False
    numbers = {part.part for part, _ in group if isinstance(part, Snapshot)}
    same = (last.epoch, last.seq, last.parts) == (frame.epoch, frame.seq, frame.parts)
    return same and len(numbers) < frame.parts


def _whole(group: Sequence[_Read]) -> Received:
    raw = tuple(frame for _, frame in group)
    parts = [part for part, _ in group if isinstance(part, Snapshot)]
    if not parts:
        return Received(group[0][0], raw)
    entities = [entity for part in parts for entity in part.entities]
    snapshot = parts[0].model_copy(update={"entities": entities})
    return Received(snapshot, raw, tuple(part.part for part in parts))


# All in an audience get the same text, one soon after the other.
@lru_cache(maxsize=256)
def parsed(data: str | bytes) -> ServerFrame | None:
    """Read a frame; None for what is none of this protocol."""
    if isinstance(data, bytes):
        return None
    try:
        return parse_frame(data)
    except (ValueError, RecursionError):
        return None


def told(frame: ServerFrame | None) -> Any:  # noqa: ANN401 - any JSON
    """Take from a message what it says, as it is shown."""
    match frame:
        case Snapshot():
            return [entity.model_dump() for entity in frame.entities]
        case Delta():
            changes: list[Value] = [change.model_dump() for change in frame.changes]
            return sorted(changes, key=lambda change: (change["kind"], change["key"]))
    return frame.model_dump(by_alias=True) if frame else None
