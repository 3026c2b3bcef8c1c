"""What a game master heard, as the rows at the beginning and what changed when; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vttsync.broadcast.actions import Entity, Value
from vttsync.broadcast.plan.expected import changes
from vttsync.broadcast.protocol import Delta
from vttsync.broadcast.survival.follower import Did, Follower, read
from vttsync.broadcast.survival.record import Visit

Rows = dict[Entity, Value]


@dataclass(frozen=True)
class Heard:
    """What changed at one time.

    Attributes:
        at: seconds on the replay's clock.
        changes: as a delta has them: `op`, `kind`, `key` and, but for `del`, `value`.
        rows: all rows after them.
    """

    at: float
    changes: tuple[Value, ...]
    rows: Rows


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
    views = list(_views(visits))
    if not views:
        return None
    first, *others = views
    return Tape(first.rows, first.at, tuple(it for it in others if it.changes))


def _views(visits: Sequence[Visit]) -> Iterator[Heard]:
    follower = Follower()
    known = False
    for visit in visits:
        follower.connect()
        for frame in visit.frames:
            before, message = dict(follower.view), read(frame.data)
            did = follower.take(message)
            if did is Did.REPLACE:
                told = tuple(changes(_open(before), _open(follower.view))) if known else ()
                yield Heard(frame.at, told, _open(follower.view))
                known = True
            elif did is Did.APPLY and isinstance(message, Delta):
                told = tuple(it for change in message.changes if (it := _told(change.model_dump())))
                yield Heard(frame.at, told, _open(follower.view))


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
