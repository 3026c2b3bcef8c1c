"""The tables of docs/environment.md, made from the models by `python -m tests.reference`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel

from vttsync.project.config import Config
from vttsync.settings import OTHER_VARIABLES, Settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "environment.md"


def tables() -> dict[str, str]:
    """Each table by the name that its place in the page has."""
    settings = ((str(it.validation_alias), it.description) for it in Settings.model_fields.values())
    others = ((name.replace(", ", "`, `"), told) for name, told in OTHER_VARIABLES.items())
    return {
        "variables": _table("variable", (*settings, *others)),
        "keys": _table("key", _keys(Config)),
    }


def _keys(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, str | None]]:
    for name, field in model.model_fields.items():
        inner, named = _model(field.annotation)
        if inner and field.description:  # explained where it stands first
            yield f"{before}{name}", field.description
        elif inner:
            yield from _keys(inner, f"{before}{name}.{'NAME.' if named else ''}")
        else:
            yield f"{before}{name}", field.description


def _model(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The table that a key holds, if it does, and whether it holds several, by name."""
    optional = isinstance(annotation, UnionType)
    for it in (annotation, *get_args(annotation)):
        if isinstance(it, type) and issubclass(it, BaseModel):
            return it, it is not annotation and not optional
    return None, False


def _table(head: str, rows: Any) -> str:
    lines = [f"| {head} | holds |", "| --- | --- |"]
    lines += [f"| `{name}` | {told} |" for name, told in rows]
    return "\n".join(lines)


def made(text: str) -> str:
    """The page with its tables as the models have them now."""
    for name, table in tables().items():
        marks = f"<!-- {name}: made by python -m tests.reference -->", f"<!-- end of {name} -->"
        place = re.compile(f"{re.escape(marks[0])}.*?{re.escape(marks[1])}", re.DOTALL)
        block = f"{marks[0]}\n{table}\n{marks[1]}"
        text, found = place.subn(block.replace("\\", "\\\\"), text)
        assert found == 1, name
    return text


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text("utf-8")), encoding="utf-8")
