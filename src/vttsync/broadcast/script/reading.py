"""Read a broadcast script together with the map and the creatures it names."""

from __future__ import annotations

from pathlib import Path

from vttsync.broadcast.script.ground import Grid, Ground
from vttsync.broadcast.script.mistakes import Mistakes, keys_of, meant
from vttsync.broadcast.script.model import (
    Cast,
    Creatures,
    Kind,
    Limits,
    Scene,
    Script,
    ScriptFile,
    Token,
    WrittenStep,
)
from vttsync.broadcast.script.rows import Rows, read_rows
from vttsync.broadcast.script.steps import STEPS, Step
from vttsync.broadcast.script.story import BrokenStep, Named, check_story
from vttsync.broadcast.script.tokens import NO_CREATURES, part, placed_tokens, read_bestiary
from vttsync.broadcast.script.uvtt import read_map
from vttsync.errors import VttsyncError
from vttsync.toml_source import Source, load

BUILT_IN = (
    *("session", "scene", "token", "combat", "combatant"),
    *("wall", "light", "fog", "drawing", "note"),
)
"""The kinds of row that every room has."""
_TABLES: dict[str, tuple[str, ...]] = {
    "": (*keys_of(ScriptFile), "step"),
    "scene": keys_of(Scene),
    "creatures": keys_of(Creatures),
    "cast": keys_of(Cast),
    "limits": keys_of(Limits),
    "kind": keys_of(Kind),
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
    # What is right by itself is checked further, so that all mistakes are told at once.
    scene, creatures = part(Scene, tables.get("scene")), part(Creatures, tables.get("creatures"))
    ground = _ground(scene, path.parent, mistakes) if scene else None
    bestiary = read_bestiary(path.parent / creatures.from_, mistakes) if creatures else None
    known = bestiary if "creatures" in tables else NO_CREATURES
    tokens = [*_from_rows(ground), *placed_tokens(tables.get("token", []), known, mistakes)]
    cast = part(Cast, tables.get("cast", {}))
    kinds = [*BUILT_IN, *(kind.name for kind in _kinds(tables.get("kind")))]
    check_story(ground, cast, kinds, tokens, steps, mistakes)
    if mistakes or file is None or ground is None:
        raise mistakes.error()
    return Script(
        path,
        file,
        ground,
        {key: source.line(("limits", key)) for key in tables.get("limits", {})},
        tuple(token.placed for token in tokens if token.placed),
        tuple(s for s in steps if isinstance(s, WrittenStep)),
    )


def _ground(scene: Scene, folder: Path, mistakes: Mistakes) -> Ground | None:
    if scene.size is not None:
        return Grid(scene.size[0], scene.size[1], scene.cell)
    try:
        return read_map(folder / scene.map) if scene.map else read_rows(folder / str(scene.rows))
    except VttsyncError as error:
        mistakes.add(("scene", "map" if scene.map else "rows"), str(error))
        return None


def _kinds(tables: object) -> list[Kind]:
    read = [part(Kind, table) for table in tables] if isinstance(tables, list) else []
    return [kind for kind in read if kind]


def _from_rows(ground: Ground | None) -> list[Named]:
    tokens = ground.tokens if isinstance(ground, Rows) else ()
    return [Named(token.table.name, None, token) for token in tokens]


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
