"""The messages of a stream: those that should come, and those that came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vttsync import PROTOCOL
from vttsync.broadcast.actions import Client, Value
from vttsync.broadcast.judge.align import Message
from vttsync.broadcast.plan.view import State, Stream
from vttsync.broadcast.protocol import (
    Delta,
    Hello,
    RoomError,
    ServerFrame,
    Snapshot,
    parse_frame,
)
from vttsync.broadcast.values import canonical


@dataclass(frozen=True)
class Wanted:
    """A message that should come.

    Attributes:
        message: what it is compared by.
        shown: what it says, as JSON.
        publish: which of the plan's publishes causes it; None for the greeting.
    """

    message: Message
    shown: Any
    publish: int | None = None


def wanted_by(client: Client, stream: Stream, taken: int) -> Iterator[Wanted]:
    """Yield what a client should get, the room having taken so many publishes."""
    state, seq = stream.final if client.late else stream.joined
    hello = {"type": "hello", "protocol": PROTOCOL, "audience": client.role}
    yield Wanted(Message("hello", None, ""), hello)
    rows = entities(state)
    yield Wanted(Message("snapshot", seq, canonical(rows)), rows)
    for delta in () if client.late else stream.deltas:
        if delta.publish < taken:
            message = Message("delta", delta.seq, canonical(delta.changes))
            yield Wanted(message, list(delta.changes), delta.publish)


def entities(state: State) -> list[Value]:
    """Write a state as a snapshot has it."""
    rows = sorted(state.items())
    return [{"kind": kind, "key": key, "value": row} for (kind, key), row in rows]


def parsed(data: str | bytes) -> ServerFrame | None:
    """Read a message; None when it is none of this protocol."""
    if isinstance(data, bytes):
        return None
    try:
        return parse_frame(data)
    except (ValueError, RecursionError):
        return None


def comparable(frame: ServerFrame | None, data: str | bytes) -> Message:
    """Take from a message what it is compared by."""
    match frame:
        case Hello():
            return Message("hello", None, "")
        case Snapshot():
            return Message("snapshot", frame.seq, canonical(told(frame)))
        case Delta():
            return Message("delta", frame.seq, canonical(told(frame)))
        case RoomError():
            return Message("error", None, frame.code)
    return Message("unreadable", None, repr(data))


def told(frame: ServerFrame | None) -> Any:  # noqa: ANN401 - any JSON
    """Take from a message what it says, as it is shown."""
    match frame:
        case Snapshot():
            return [entity.model_dump() for entity in frame.entities]
        case Delta():
            changes = [change.model_dump() for change in frame.changes]
            return sorted(changes, key=lambda change: (change["kind"], change["key"]))
    return frame.model_dump() if frame else None
