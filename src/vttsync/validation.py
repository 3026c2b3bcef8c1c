"""What pydantic finds wrong, in words for the person who wrote it."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from vttsync.errors import Exit, Place, VttsyncError
from vttsync.toml_source import KeyPath, Source

_Model = TypeVar("_Model", bound=BaseModel)
_TOLD = {
    "missing": "is missing",
    "extra_forbidden": "is no key here",
    "string_type": "must be text, in quotes",
    "path_type": "must be text, in quotes",
    "bool_type": "must be true or false",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "string_too_short": "must not be empty",
}


def problems(error: ValidationError, keys: Collection[str] = ()) -> list[tuple[KeyPath, str]]:
    """List every mistake: its path, and a sentence that names it.

    Args:
        error: what pydantic raised.
        keys: every key there is; an unknown one may have been meant as one of them.
    """
    return [(detail["loc"], _told(dict(detail), keys)) for detail in error.errors()]


def read_tables(source: Source, model: type[_Model], keys: Collection[str], fix: str) -> _Model:
    """Read a TOML file as `model`.

    Raises:
        VttsyncError: exit 3, with every mistake and its line; `fix` is its next step.
    """
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        name, found = source.path.name, problems(error, keys)
        told = sorted((source.line(path), sentence) for path, sentence in found)
        refusal = VttsyncError(
            f"{name} has {len(told)} mistake{'' if len(told) == 1 else 's'}.",
            why="\n".join(f"{name}, line {line}: {sentence}" for line, sentence in told),
            fix=fix,
            exit_code=Exit.CONFIG,
        )
        refusal.places = [Place(source.path, line, sentence) for line, sentence in told]
        raise refusal from None


def _told(detail: dict[str, Any], keys: Collection[str]) -> str:
    path = ".".join(map(str, detail["loc"]))
    said = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] not in _TOLD:
        return f"`{path}`: {said[:1].lower()}{said[1:]}."
    told = _TOLD[detail["type"]]
    if detail["type"] == "extra_forbidden":
        close = get_close_matches(str(detail["loc"][-1]), keys, n=1)
        told += f"; did you mean `{close[0]}`?" if close else ""
    return f"`{path}` {told}" + ("" if told.endswith("?") else ".")
