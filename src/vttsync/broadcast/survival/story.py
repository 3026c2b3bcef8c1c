"""What is published while the room is deployed anew: numbered changes, each a row of its own."""

from __future__ import annotations

from collections.abc import Iterator

from vttsync.broadcast.actions import Change, Client, Entity, Value
from vttsync.broadcast.plan.view import State

CAST = (
    Client("gm", "gm"),
    Client("player 1", "player"),
    Client("player 2", "player"),
    Client("spectator", "spectator"),
)
_SCENE = "bridge"
_NOTE = "note"
_OWNERS = {"player 1": True}
_FIELD = 1000  # pixels; the walker starts again at its edge


def changes(number: int) -> tuple[Change, ...]:
    """What publish `number` says; 0 lays out the scene.

    A note of its own number, so that each one that is lost or comes twice can be named; and
    everything that moves, seen by all, by its owner in full, and by the gm alone.
    """
    return tuple(
        Change("put", kind, key, rev=number + 1, value=value)
        for (kind, key), value in _rows(number)
    )


def rows(number: int) -> State:
    """What was published up to `number`."""
    found: dict[Entity, Value] = {}
    for one in range(number + 1):
        found |= dict(_rows(one))
    return found


def note(number: int) -> Entity:
    """The row that publish `number` brings, from 1."""
    return _NOTE, str(number)


def number_of(entity: Entity) -> int | None:
    """The publish that brought this row, if each of its kind has one."""
    kind, key = entity
    return int(key) if kind == _NOTE and key.isdecimal() else None


def _rows(number: int) -> Iterator[tuple[Entity, Value]]:
    if number == 0:
        grid = {"type": "square", "size": 100}
        yield (
            ("scene", _SCENE),
            {"name": "The bridge", "width": _FIELD, "height": _FIELD, "grid": grid},
        )
    else:
        yield note(number), {"name": f"Step {number}"}
    token = {"sceneId": _SCENE, "x": number % _FIELD, "y": 0, "width": 1, "height": 1}
    yield ("token", "walker"), {**token, "name": "Walker", "hp": number % 20, "ownerIds": _OWNERS}
    yield ("token", "troll"), {**token, "name": "Troll", "hidden": True}
