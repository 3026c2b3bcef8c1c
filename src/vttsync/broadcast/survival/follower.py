"""A client's side of the protocol without a socket, as `docs/protocol.md` ("A client") has it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Literal

from vttsync.broadcast.actions import Entity, Value
from vttsync.broadcast.protocol import Delta, Hello, ServerFrame, Snapshot, Stale, parse_frame
from vttsync.broadcast.values import merged

Cursor = tuple[str, int]
"""Epoch and seq: where a client stands."""

Read = ServerFrame | Literal["new"] | None
"""What a message was read as; None: no frame of the protocol; `new`: one of a later version."""


class Did(StrEnum):
    """What became of a frame; after `resume`, the client sends its cursor."""

    APPLY = "apply"
    REPLACE = "replace"
    KEEP = "keep"
    RESUME = "resume"
    IGNORE = "ignore"


_MATTERS = ("hello", "snapshot", "delta", "stale")


def read(data: str | bytes) -> Read:
    """Read what came; None when that is no frame of the protocol.

    `new` is a frame, or an error's code, that this version does not know: clients ignore it.
    """
    if not isinstance(data, str):
        return None
    try:
        return parse_frame(data)
    except (ValueError, RecursionError):
        return "new" if _type(data) not in (None, *_MATTERS) else None


def _type(data: str) -> str | None:
    try:
        frame = json.loads(data)
    except (ValueError, RecursionError):
        return None
    kind = frame.get("type") if isinstance(frame, dict) else None
    return kind if isinstance(kind, str) else None


class Follower:
    """One audience's view, followed over any number of connections.

    Attributes:
        cursor: None before the first whole view.
        view: all that is seen, by kind and key.
        hello: this connection's newest; None before it came.
    """

    def __init__(self) -> None:
        self.cursor: Cursor | None = None
        self.view: dict[Entity, Value] = {}
        self.hello: Hello | None = None
        self._parts: list[Snapshot] = []
        self._asked = False

    @property
    def caught_up(self) -> bool:
        """Whether all is there that the room had when it said hello."""
        if self.hello is None or self.cursor is None:
            return False
        epoch, seq = self.cursor
        return self.hello.epoch == epoch and seq >= self.hello.seq

    def connect(self) -> None:
        """Begin a new connection."""
        self.hello, self._parts, self._asked = None, [], False

    def take(self, frame: Read) -> Did:
        """Take a frame; None is one that can't be read, which may have held changes."""
        match frame:
            case None:
                return self._ask()
            case Hello():
                return self._greeted(frame)
            case Snapshot():
                return self._replaced(frame)
            case Delta():
                return self._changed(frame)
            case Stale():
                return self._resume()
        return Did.IGNORE

    def _greeted(self, hello: Hello) -> Did:
        # Behind the first hello comes what was missed, behind one of another epoch a snapshot.
        before, self.hello, self._parts = self.hello, hello, []
        if before is None or self.cursor is None or hello.epoch != self.cursor[0]:
            return Did.IGNORE
        return Did.IGNORE if hello.seq == self.cursor[1] else self._ask()

    def _replaced(self, frame: Snapshot) -> Did:
        self._parts = [*([] if frame.part == 1 else self._parts), frame]
        if frame.part != len(self._parts):
            return self._ask()
        if frame.part < frame.parts:
            return Did.KEEP
        rows = [row for part in self._parts for row in part.entities]
        self.view = {(row.kind, row.key): row.value for row in rows}
        self._parts = []
        self._arrived(frame.epoch, frame.seq)
        return Did.REPLACE

    def _changed(self, delta: Delta) -> Did:
        if self.cursor is None or delta.epoch != self.cursor[0]:
            return self._ask()
        if delta.seq <= self.cursor[1]:
            return Did.IGNORE
        if delta.start != self.cursor[1] + 1:
            return self._ask()
        for change in delta.changes:
            entity = change.kind, change.key
            if change.op == "del":
                self.view.pop(entity, None)
            else:
                before = self.view.get(entity) if change.op == "patch" else None
                self.view[entity] = merged(before, change.value)
        self._arrived(delta.epoch, delta.seq)
        return Did.APPLY

    def _arrived(self, epoch: str, seq: int) -> None:
        self.cursor, self._asked = (epoch, seq), False

    def _ask(self) -> Did:
        """Ask once: what comes before the answer fits as little as what made it ask."""
        return Did.IGNORE if self._asked else self._resume()

    def _resume(self) -> Did:
        # Half a snapshot is worth nothing: the rest of it may never come.
        self._parts, self._asked = [], True
        return Did.RESUME
