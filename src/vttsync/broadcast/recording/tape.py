"""What a game master heard, as the rows at the beginning and what changed when; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vttsync.broadcast.actions import Entity, Value
from vttsync.broadcast.plan.expected import changes
from vttsync.broadcast.protocol import Delta, Snapshot
from vttsync.broadcast.survival.follower import Did, Follower, read
from vttsync.broadcast.survival.record import Visit
from vttsync.broadcast.values import merged

Rows = dict[Entity, Value]


@dataclass(frozen=True)
class Heard:
    """What changed at one time.

    Attributes:
        at: seconds on the replay's clock.
        changes: as a delta has them: `op`, `kind`, `key` and, but for `del`, `value`.
    """

    at: float
    changes: tuple[Value, ...]


@dataclass(frozen=True)
class Tape:
    """A session from when somebody began to listen.

    Attributes:
        rows: what was there then.
        began: when that was, on the replay's clock.
        heard: what changed since, in order.
    """

    rows: Rows
    began: float
    heard: tuple[Heard, ...]


def tape(visits: Sequence[Visit]) -> Tape | None:
    """Work out from all of a game master's connections what was published; None: nothing came.

    What was missed between two connections counts as one publish, where it came as one view.
    """
    follower, found = Follower(), None
    heard: list[Heard] = []
    for visit in visits:
        follower.connect()
        for frame in visit.frames:
            before, message = follower.view, read(frame.data)
            began = dict(before) if isinstance(message, Snapshot) else before
            did = follower.take(message)
            if did is Did.REPLACE and found is None:
                found = Tape(_open(follower.view), frame.at, ())
            elif did is Did.REPLACE:
                heard.append(Heard(frame.at, (*changes(_open(began), _open(follower.view)),)))
            elif did is Did.APPLY and isinstance(message, Delta):
                told = (_told(change.model_dump()) for change in message.changes)
                heard.append(Heard(frame.at, tuple(it for it in told if it)))
    return replace(found, heard=tuple(it for it in heard if it.changes)) if found else None


def after(rows: Rows, told: Sequence[Value]) -> Rows:
    """All rows after such changes."""
    new = dict(rows)
    for change in told:
        entity = change["kind"], change["key"]
        if change["op"] == "del":
            new.pop(entity, None)
        else:
            before = new.get(entity) if change["op"] == "patch" else None
            new[entity] = merged(before, change["value"])
    return new


def _told(change: Value) -> Value | None:
    """A delta's change without what the room works out by itself."""
    if change["kind"] != "combat" or "order" not in (change["value"] or {}):
        return {key: value for key, value in change.items() if value is not None}
    value = {field: part for field, part in change["value"].items() if field != "order"}
    return {**change, "value": value} if value or change["op"] == "put" else None


def _open(view: Rows) -> Rows:
    """The rows that a game master's view is of: the order of turns is the room's, not a row's."""
    return {
        entity: {field: part for field, part in row.items() if field != "order"}
        if entity[0] == "combat"
        else row
        for entity, row in view.items()
    }
