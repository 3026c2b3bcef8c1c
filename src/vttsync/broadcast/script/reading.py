"""Read a broadcast script together with the map and the creatures it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

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
from vttsync.broadcast.script.story import check_story
from vttsync.broadcast.script.uvtt import Map, read_map
from vttsync.errors import VttsyncError
from vttsync.toml_source import Source, load

_TABLES: dict[str, tuple[str, ...]] = {
    "": (*keys_of(ScriptFile), "step"),
    "scene": keys_of(Scene),
    "creatures": keys_of(Creatures),
    "cast": keys_of(Cast),
    "limits": keys_of(Limits),
    "token": keys_of(Token),
}


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
    if file is None:
        raise mistakes.error()
    the_map = _map(path.parent / file.scene.map, mistakes)
    tokens = _tokens(path.parent / file.creatures.from_, file.token, mistakes)
    if mistakes or the_map is None:
        raise mistakes.error()
    script = Script(path, file, the_map, tokens, steps)
    check_story(script, mistakes)
    if mistakes:
        raise mistakes.error()
    return script


def _steps(source: Source, mistakes: Mistakes) -> tuple[WrittenStep, ...]:
    tables = source.data.get("step", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        mistakes.add(("step",), "steps are written as tables that begin with [[step]].")
        return ()
    if not tables:
        mistakes.add((), "there are no steps; each begins with a line [[step]].")
    checked = (_step(table, index, mistakes) for index, table in enumerate(tables))
    return tuple(
        WrittenStep(step, source.line(("step", index)))
        for index, step in enumerate(checked)
        if step is not None
    )


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


def _tokens(bestiary: Path, tables: Sequence[Token], mistakes: Mistakes) -> tuple[Placed, ...]:
    try:
        creatures = _creatures(bestiary)
    except VttsyncError as error:
        mistakes.add(("creatures", "from"), str(error))
        return ()
    placed: dict[str, Placed] = {}
    names: set[str] = set()
    for index, table in enumerate(tables):
        at = ("token", index)
        creature = creatures.get(table.creature)
        if creature is None:
            guess = meant(table.creature, creatures)
            mistakes.add(
                (*at, "creature"), f'{bestiary.name} has no creature "{table.creature}"; {guess}'
            )
            continue
        key = table.id or _slug(table.name) or f"token-{index + 1}"
        if table.name in names or key in placed:
            mistakes.add((*at, "name"), f'two tokens are called "{table.name}" (id "{key}").')
        names.add(table.name)
        placed[key] = Placed(key, table, creature)
    return tuple(placed.values())


def _creatures(path: Path) -> dict[str, Creature]:
    fix = 'It is JSON: {"tokens": [{"id", "name", "width", "height", "hp", …}, …]}.'
    rows = read_json(path, Bestiary, what="a list of creatures", fix=fix).tokens
    return {row.name: row for row in reversed(rows)}


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
