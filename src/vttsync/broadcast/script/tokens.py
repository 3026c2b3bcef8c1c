"""Who is on the map: each token of a script, with its creature."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from vttsync.broadcast.script.files import read_json
from vttsync.broadcast.script.mistakes import Mistakes, meant
from vttsync.broadcast.script.model import Bestiary, Creature, Placed, Token
from vttsync.broadcast.script.story import Named
from vttsync.errors import VttsyncError

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Creatures:
    """The creatures file's name, and its creatures by theirs."""

    file: str
    by_name: Mapping[str, Creature]


NO_CREATURES = Creatures("a script without [creatures]", {})


def part(model: type[_Model], value: object) -> _Model | None:
    """Read a table, if it is one without mistakes."""
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def read_bestiary(path: Path, mistakes: Mistakes) -> Creatures | None:
    """Read the creatures file, noting what is wrong with it."""
    fix = 'It is JSON: {"tokens": [{"id", "name", "width", "height", "hp", …}, …]}.'
    try:
        rows = read_json(path, Bestiary, what="a list of creatures", fix=fix).tokens
    except VttsyncError as error:
        mistakes.add(("creatures", "from"), str(error))
        return None
    return Creatures(path.name, {row.name: row for row in reversed(rows)})


def placed_tokens(
    tables: object, creatures: Creatures | None, mistakes: Mistakes
) -> Iterator[Named]:
    """Yield each token with all that is known of it.

    Args:
        tables: the script's `[[token]]` tables, right or wrong.
        creatures: none, when their file has a mistake.
        mistakes: takes what is wrong.
    """
    keys: set[str] = set()
    names: set[str] = set()
    for index, table in enumerate(tables if isinstance(tables, list) else [tables]):
        name = table.get("name") if isinstance(table, dict) else None
        if not name or not isinstance(name, str):
            yield Named("", index, None)
            continue
        token = part(Token, table)
        key = (token and token.id) or _slug(name) or f"token-{index + 1}"
        if name in names or key in keys:
            mistakes.add(("token", index, "name"), f'two tokens are called "{name}" (id "{key}").')
        names.add(name)
        keys.add(key)
        creature = _creature(table.get("creature"), creatures, index, mistakes)
        placed = Placed(key, token, _over(creature, token, key)) if token and creature else None
        yield Named(name, index, placed)


def _creature(
    name: object, creatures: Creatures | None, index: int, mistakes: Mistakes
) -> Creature | None:
    if name is None:
        return Creature(id="", name="")
    if creatures is None or not isinstance(name, str):
        return None
    creature = creatures.by_name.get(name)
    if creature is None:
        told = f'{creatures.file} has no creature "{name}"; {meant(name, creatures.by_name)}'
        mistakes.add(("token", index, "creature"), told)
    return creature


def _over(creature: Creature, token: Token, key: str) -> Creature:
    """Put what the script says of a token over what its creature is."""
    said = {
        "hp": token.hp,
        "disposition": token.disposition,
        "sight": token.sight,
        "initiativeBonus": token.bonus,
    }
    if token.size:
        said["width"], said["height"] = token.size
    own = {field: value for field, value in said.items() if value is not None}
    return creature.model_copy(update={"id": creature.id or key, **own})


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
