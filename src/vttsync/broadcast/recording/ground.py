"""Where a recording happens: the rows of its file, and what the first steps have to add; pure."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from pydantic import ValidationError

from vttsync.broadcast.actions import Entity, Value
from vttsync.broadcast.recording.tape import Rows
from vttsync.broadcast.script.ground import Grid, Ground
from vttsync.broadcast.script.rows import Rows as RowsFile
from vttsync.broadcast.script.rows import rows_of


@dataclass(frozen=True)
class Beginning:
    """What is there before the first step.

    Attributes:
        file: the rows for the file beside the script, as JSON; empty, where no scene is fit.
        ground: where it happens.
        first: rows that steps have to publish, as the file can't hold them.
        names: the tokens that steps may call by name, by their rows.
    """

    file: str
    ground: Ground
    first: Rows
    names: dict[Entity, str]


def beginning(rows: Rows) -> Beginning:
    """Divide what was there into what a file of rows may hold, and the rest."""
    scene = _scene(rows)
    fit = {} if scene is None else {scene: rows[scene]}
    try:
        _read(fit)
    except ValidationError:
        return Beginning("", Grid(20, 20, 100), rows, {})
    for entity, row in rows.items():
        if entity[0] != "token":
            fit.setdefault(entity, row)
            continue
        try:
            _read({**dict([next(iter(fit.items()))]), entity: row})
        except ValidationError:
            continue
        fit[entity] = row
    file, ground = _read(fit)
    first = {entity: row for entity, row in rows.items() if entity not in fit}
    count = Counter(token.table.name for token in ground.tokens)
    named = {
        ("token", token.id): token.table.name
        for token in ground.tokens
        if count[token.table.name] == 1
    }
    return Beginning(file, ground, first, named)


def _scene(rows: Rows) -> Entity | None:
    """The scene that is played: the one that is active, or any."""
    active = [row.get("activeSceneId") for (kind, _), row in rows.items() if kind == "session"]
    scenes = [entity for entity in rows if entity[0] == "scene"]
    return next((it for it in scenes if it[1] in active), scenes[0] if scenes else None)


def _read(rows: Rows) -> tuple[str, RowsFile]:
    """Write rows as the file has them, seen to be what is read from it.

    Raises:
        ValidationError: it can't hold them.
    """
    told: list[Value] = [
        {"kind": kind, "key": key, "value": row} for (kind, key), row in rows.items()
    ]
    text = json.dumps({"rows": told}, indent=1, ensure_ascii=False)
    return text, rows_of(text)
