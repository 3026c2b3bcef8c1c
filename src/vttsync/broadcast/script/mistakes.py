"""What is wrong with a script, in words its writer knows, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from vttsync.errors import Exit, Place, VttsyncError
from vttsync.toml_source import KeyPath, Source

_SHOWN = 10
_Model = TypeVar("_Model", bound=BaseModel)


class Mistakes:
    """The mistakes found so far in one file, to be told all at once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._found: list[tuple[int, str]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, path: KeyPath, text: str) -> None:
        """Note a mistake at a key."""
        self._found.append((self._source.line(path), text))

    def check(
        self,
        model: type[_Model],
        data: Mapping[str, Any],
        *,
        known: Mapping[str, Iterable[str]],
        at: KeyPath = (),
    ) -> _Model | None:
        """Validate a table, noting what is wrong.

        Args:
            model: what the table should be.
            data: what it is.
            known: the keys of each table inside by the table's name, its own under "".
            at: where the table is in the file.
        """
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                path = detail["loc"]
                table = path[0] if len(path) > 1 and path[0] in known else ""
                if table_told := _no_table(detail["type"], path, known):
                    self.add(at + path, table_told)
                else:
                    self.add(at + path, _told(dict(detail), path, known[str(table)]))
        return None

    def error(self) -> VttsyncError:
        """Tell all mistakes in one error (exit 3), in the order of the file."""
        path, count = self._source.path, len(self._found)
        error = VttsyncError(
            f"The broadcast script {path} has {count} mistake{'' if count == 1 else 's'}.",
            why="\n".join(f"{path}:{line}: {text}" for line, text in sorted(self._found)),
            fix="Correct the lines named; `vttsync help broadcast-scripts` explains all keys.",
            exit_code=Exit.CONFIG,
        )
        error.places = [Place(path, line, text) for line, text in sorted(self._found)]
        return error


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """List the keys a table may have, as they are written."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def meant(word: str, choices: Iterable[str]) -> str:
    """Guess what a wrong word was meant to be, or list what it could have been."""
    by_lower = {choice.lower(): choice for choice in choices}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    if close:
        return f'did you mean "{by_lower[close[0]]}"?'
    listed = list(by_lower.values())
    if not listed:
        return "there is none."
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return f"known: {', '.join(listed[:_SHOWN])}{more}."


def _no_table(kind: str, path: KeyPath, known: Mapping[str, Iterable[str]]) -> str:
    """Tell how a table is written where something else stands; else nothing."""
    if kind not in ("model_type", "list_type") or path[0] not in known:
        return ""
    one_of_many = kind == "list_type" or len(path) > 1
    header = f"[[{path[0]}]]" if one_of_many else f"[{path[0]}]"
    return f'"{path[0]}" is written as a table that begins with a line {header}.'


def _told(detail: Mapping[str, Any], path: KeyPath, known: Iterable[str]) -> str:
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    if detail["type"] == "missing":
        return f'"{key}" is missing.'
    if detail["type"] == "extra_forbidden":
        return f'"{key}" is no key of this table; {meant(key, known)}'
    if detail["type"] == "too_short":
        least, found = detail["ctx"]["min_length"], detail["ctx"]["actual_length"]
        return f'"{key}" has {found}; it needs {least}.' if found else f'"{key}" is empty.'
    said = str(detail["msg"]).removeprefix("Value error, ").replace("Input should", "it should")
    shown = detail["input"]
    if isinstance(shown, dict | BaseModel):
        return f"{key}: {said}."
    return f"{key}: {said}, not {shown!r}."
