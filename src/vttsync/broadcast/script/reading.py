"""Read a broadcast script together with the map and the creatures it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from vttsync.broadcast.script.files import read_json
from vttsync.broadcast.script.mistakes import Mistakes, keys_of, meant
from vttsync.broadcast.script.model import (
    STEPS,
    Bestiary,
    Cast,
    Creature,
    Creatures,
    Limits,
    Placed,
    Scene,
    Script,
    ScriptFile,
    Step,
    Token,
    WrittenStep,
)
from vttsync.broadcast.script.story import BrokenStep, Named, check_story
from vttsync.broadcast.script.uvtt import Map, read_map
from vttsync.errors import VttsyncError
from vttsync.toml_source import Source, load

_Model = TypeVar("_Model", bound=BaseModel)
_TABLES: dict[str, tuple[str, ...]] = {
    "": (*keys_of(ScriptFile), "step"),
    "scene": keys_of(Scene),
    "creatures": keys_of(Creatures),
    "cast": keys_of(Cast),
    "limits": keys_of(Limits),
    "token": keys_of(Token),
}


@dataclass(frozen=True)
class _Bestiary:
    """The creatures file's name, and its creatures by theirs."""

    name: str
    creatures: Mapping[str, Creature]


def read_script(path: Path) -> Script:
    """Read and check a script.

    Raises:
        VttsyncError: exit 3, naming file, line and meaning of every mistake found.
    """
    source = load(path)
    mistakes = Mistakes(source)
    steps = _steps(source, mistakes)
    tables = {key: value for key, value in source.data.items() if key != "step"}
    file = mistakes.check(ScriptFile, tables, known=_TABLES)
    # What is right by itself is checked further, so that all mistakes are told at once.
    scene, creatures = _part(Scene, tables.get("scene")), _part(Creatures, tables.get("creatures"))
    the_map = _map(path.parent / scene.map, mistakes) if scene else None
    bestiary = _bestiary(path.parent / creatures.from_, mistakes) if creatures else None
    tokens = list(_tokens(tables.get("token"), bestiary, mistakes))
    cast = _part(Cast, tables.get("cast", {}))
    check_story(the_map, cast, tokens, steps, mistakes)
    if mistakes or file is None or the_map is None:
        raise mistakes.error()
    placed = tuple(token.placed for token in tokens if token.placed)
    return Script(
        path, file, the_map, placed, tuple(s for s in steps if isinstance(s, WrittenStep))
    )


def _part(model: type[_Model], value: object) -> _Model | None:
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def _steps(source: Source, mistakes: Mistakes) -> list[WrittenStep | BrokenStep]:
    tables = source.data.get("step", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        mistakes.add(("step",), "steps are written as tables that begin with [[step]].")
        return []
    if not tables:
        mistakes.add((), "there are no steps; each begins with a line [[step]].")
    steps: list[WrittenStep | BrokenStep] = []
    for index, table in enumerate(tables):
        step = _step(table, index, mistakes)
        line = source.line(("step", index))
        steps.append(WrittenStep(step, line) if step else BrokenStep(table))
    return steps


def _step(table: dict[str, object], index: int, mistakes: Mistakes) -> Step | None:
    at = ("step", index)
    verbs = [key for key in table if key in STEPS]
    if len(verbs) == 1:
        model = STEPS[verbs[0]]
        return mistakes.check(model, table, known={"": keys_of(model)}, at=at)
    if verbs:
        mistakes.add(at, f"a step does one thing; this one says {' and '.join(verbs)}.")
        return None
    # The writer's verb comes first in most files; a guess beats none.
    word = next((key for key in table if key != "say"), "")
    if word:
        mistakes.add((*at, word), f'"{word}" is no step; {meant(word, STEPS)}')
    else:
        mistakes.add(at, f"this step does nothing; known: {', '.join(STEPS)}.")
    return None


def _map(path: Path, mistakes: Mistakes) -> Map | None:
    try:
        return read_map(path)
    except VttsyncError as error:
        mistakes.add(("scene", "map"), str(error))
        return None


def _bestiary(path: Path, mistakes: Mistakes) -> _Bestiary | None:
    fix = 'It is JSON: {"tokens": [{"id", "name", "width", "height", "hp", …}, …]}.'
    try:
        rows = read_json(path, Bestiary, what="a list of creatures", fix=fix).tokens
    except VttsyncError as error:
        mistakes.add(("creatures", "from"), str(error))
        return None
    return _Bestiary(path.name, {row.name: row for row in reversed(rows)})


def _tokens(tables: object, bestiary: _Bestiary | None, mistakes: Mistakes) -> Iterator[Named]:
    """Yield each token with all that is known of it."""
    keys: set[str] = set()
    names: set[str] = set()
    for index, table in enumerate(tables if isinstance(tables, list) else [tables]):
        name = table.get("name") if isinstance(table, dict) else None
        if not name or not isinstance(name, str):
            yield Named("", index, None)
            continue
        token = _part(Token, table)
        key = (token and token.id) or _slug(name) or f"token-{index + 1}"
        if name in names or key in keys:
            mistakes.add(("token", index, "name"), f'two tokens are called "{name}" (id "{key}").')
        names.add(name)
        keys.add(key)
        creature = _creature(table.get("creature"), bestiary, index, mistakes)
        yield Named(name, index, Placed(key, token, creature) if token and creature else None)


def _creature(
    name: object, bestiary: _Bestiary | None, index: int, mistakes: Mistakes
) -> Creature | None:
    if bestiary is None or not isinstance(name, str):
        return None
    creature = bestiary.creatures.get(name)
    if creature is None:
        told = f'{bestiary.name} has no creature "{name}"; {meant(name, bestiary.creatures)}'
        mistakes.add(("token", index, "creature"), told)
    return creature


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
