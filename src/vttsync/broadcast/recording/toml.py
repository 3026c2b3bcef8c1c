"""JSON values as TOML, on one line."""

from __future__ import annotations

import json
import re

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def written(value: object) -> str:
    """Write a JSON value, without nulls, as a TOML value.

    Raises:
        ValueError: there is a null in it, which TOML can't say.
    """
    match value:
        case None:
            raise ValueError("TOML has no null")
        case str():
            return _text(value)
        case dict():
            fields = (f"{_key(key)} = {written(part)}" for key, part in value.items())
            inside = ", ".join(fields)
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
    return json.dumps(value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    # JSON's escapes are TOML's, too; only DEL has to be escaped in TOML alone.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
