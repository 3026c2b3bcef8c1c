"""The steps of a recording: what was heard, in the script's words and at its pace; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vttsync.broadcast.actions import Entity, Value
from vttsync.broadcast.recording.people import stands_in
from vttsync.broadcast.recording.tape import Heard, Rows, after
from vttsync.broadcast.recording.toml import written
from vttsync.broadcast.script.ground import Ground

_TENTH = 0.1
_LONGEST_PAUSE = 60.0
_ONE_WALK = 1.0  # seconds between two moves of a token that goes on
_MOST_CHANGES = 400
_MOST_BYTES = 500_000
_SHORT = 4  # changes that are written below each other; reading many such lines takes long


@dataclass(frozen=True)
class Walk:
    """A token goes on: its places in grid cells, and when it came to them."""

    name: str
    places: tuple[tuple[float, float], ...]
    times: tuple[float, ...]


@dataclass(frozen=True)
class Told:
    """A step in TOML, without its header, and when it happened."""

    text: str
    at: float


class Writer:
    """Turns what was heard into steps.

    Args:
        ground: where it happens.
        names: the tokens that steps may call by name.
        people: the cast's name for each user.
    """

    def __init__(
        self, ground: Ground, names: Mapping[Entity, str], people: Mapping[str, str]
    ) -> None:
        self._ground = ground
        self._names = dict(names)
        self._people = people

    def steps(self, first: Rows, began: float, before: Rows, heard: Sequence[Heard]) -> list[str]:
        """Write all steps: `first` is published at once, the rest as it was heard."""
        puts = [
            {"op": "put", "kind": k, "key": key, "value": row} for (k, key), row in first.items()
        ]
        told: list[Told | Walk] = [Told(text, began) for text in self._publishes(puts, first)]
        for it in heard:
            rows = after(before, it.changes)
            told += self._told(it, before, rows)
            before = rows
        return list(_paced(_walked(told), began))

    def _told(self, heard: Heard, before: Rows, rows: Rows) -> Iterator[Told | Walk]:
        gone = {c["key"] for c in heard.changes if c["op"] == "del" and c["kind"] == "token"}
        # Its combatants go with a token, in the room as in a script.
        changes = [
            change
            for change in heard.changes
            if change["op"] != "del" or not _follows(change, before, gone)
        ]
        one = changes[0] if len(changes) == 1 else None
        step = self._special(one, before, heard.at) if one else None
        if step:
            yield step
        else:
            yield from (Told(text, heard.at) for text in self._publishes(changes, rows))
        for key in gone:
            self._names.pop(("token", key), None)

    def _special(self, change: Value, before: Rows, at: float) -> Told | Walk | None:
        """A step of its own for what happens to a token that has a name."""
        entity = change["kind"], change["key"]
        name, row = self._names.get(entity), before.get(entity)
        if name is None or row is None:
            return None
        if change["op"] == "del":
            return Told(f"remove = {written(name)}", at)
        if change["op"] != "patch":
            return None
        value = change["value"]
        if set(value) <= {"x", "y"} and (place := self._cells({**row, **value})):
            return Walk(name, (place,), (at,))
        text = _verb(written(name), value, row)
        return Told(text, at) if text else None

    def _cells(self, row: Value) -> tuple[float, float] | None:
        """Where a token is in grid cells; None, where the script couldn't say it just so."""
        ground, (x, y) = self._ground, (row["x"], row["y"])
        column, top = x / ground.cell, y / ground.cell
        width, height = row["width"], row["height"]
        exact = ground.pixels(column, top) == (x, y)
        return (column, top) if exact and ground.holds(column, top, width, height) else None

    def _publishes(self, changes: Sequence[Value], rows: Rows) -> Iterator[str]:
        """Write changes as steps that publish them, several where they are many."""
        batch: list[str] = []
        size = 0
        for change in changes:
            text = self._change(change, rows)
            if batch and (len(batch) == _MOST_CHANGES or size + len(text) > _MOST_BYTES):
                yield _publish(batch)
                batch, size = [], 0
            batch.append(text)
            size += len(text)
        if batch:
            yield _publish(batch)

    def _change(self, change: Value, rows: Rows) -> str:
        name = written(f"{change['kind']}/{change['key']}")
        if change["op"] == "del":
            return f"{{ del = {name} }}"
        value = stands_in(change["value"], self._people)
        if change["op"] == "patch":
            without = [field for field, part in value.items() if part is None]
            fields = {field: part for field, part in value.items() if part is not None}
            if "null" not in json.dumps(fields) or not _has_null(fields):
                out = f", without = {written(without)}" if without else ""
                return f"{{ patch = {name}, value = {written(fields)}{out} }}"
            value = stands_in(rows[change["kind"], change["key"]], self._people)
        return f"{{ put = {name}, value = {written(value)} }}"


def _verb(name: str, patch: Value, row: Value) -> str:
    """The verb for what a patch does to a token; nothing, where there is none."""
    match patch:
        case {"hidden": bool() as hidden, **others} if not others:
            return f"{'hide' if hidden else 'reveal'} = {name}"
        case {"hp": int() as hp, **others} if not others and 0 <= hp < row.get("hp", 0):
            return f"hurt = {name}\nby = {row['hp'] - hp}"
    return ""


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    return any(map(_has_null, value)) if isinstance(value, list) else value is None


def _follows(change: Value, before: Rows, gone: set[str]) -> bool:
    row = before.get((change["kind"], change["key"]), {})
    return change["kind"] == "combatant" and row.get("tokenId") in gone


def _publish(changes: Sequence[str]) -> str:
    if len(changes) == 1:
        return f"publish = [{changes[0]}]"
    if len(changes) > _SHORT:
        return f"publish = [{', '.join(changes)}]"
    lines = "".join(f"  {change},\n" for change in changes)
    return f"publish = [\n{lines}]"


def _walked(told: Sequence[Told | Walk]) -> Iterator[Told | Walk]:
    """Let moves of one token that follow each other be one walk."""
    walk: Walk | None = None
    for step in told:
        goes_on = (
            isinstance(step, Walk)
            and walk is not None
            and step.name == walk.name
            and step.times[0] - walk.times[-1] <= _ONE_WALK
        )
        if goes_on and walk and isinstance(step, Walk):
            walk = Walk(walk.name, walk.places + step.places, walk.times + step.times)
            continue
        if walk:
            yield walk
        walk = step if isinstance(step, Walk) else None
        if not walk:
            yield step
    if walk:
        yield walk


def _paced(told: Iterator[Told | Walk], began: float) -> Iterator[str]:
    """Put pauses between the steps, in tenths of a second."""
    clock = began
    for step in told:
        at = step.times[0] if isinstance(step, Walk) else step.at
        gap = round((at - clock) / _TENTH) * _TENTH
        while gap >= _TENTH / 2:
            pause = min(gap, _LONGEST_PAUSE)
            yield f"pause = {round(pause, 1)}"
            clock, gap = clock + pause, gap - pause
        if isinstance(step, Walk):
            yield _walk(step)
            clock += _every(step) * (len(step.places) - 1)
        else:
            yield step.text


def _every(walk: Walk) -> float:
    steps = len(walk.times) - 1
    return round((walk.times[-1] - walk.times[0]) / steps, 2) if steps else 0.0


def _walk(walk: Walk) -> str:
    every = f"\nevery = {_every(walk)}" if len(walk.places) > 1 else ""
    return f"move = {written(walk.name)}\nalong = {written(walk.places)}{every}"
