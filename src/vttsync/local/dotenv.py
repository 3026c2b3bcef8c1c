"""Dotenv files (`.env.local`, `.dev.vars`): read, and edited without touching other lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO

from dotenv.parser import Binding, parse_stream

_BOM = "\ufeff"  # editors on Windows put it in front


def read(text: str) -> dict[str, str]:
    """The variables of a dotenv text; of several of one name, the last counts."""
    return {entry.key: entry.value or "" for entry in _entries(text) if entry.key}


def with_variables(text: str, values: Mapping[str, str], heading: str) -> str:
    """Set `values` in a dotenv text; everything else stays as it is, byte for byte.

    A variable that is there keeps its place, its quotes and the comment behind it. The others
    come at the end, under `heading`.

    Args:
        text: the file's content, with its own line ends.
        values: free of quotes, spaces, `#`, `$` and backslashes, so that they need no quoting.
        heading: a comment's text.
    """
    entries = _entries(text)
    pieces = [entry.original.string for entry in entries]
    places = {entry.key: number for number, entry in enumerate(entries)}
    missing = []
    for name, value in values.items():
        place = places.get(name)
        changed = None if place is None else _with_value(pieces[place], name, value)
        if place is None or changed is None:
            missing.append(f"{name}={value}")
        else:
            pieces[place] = changed
    bom = _BOM if text.startswith(_BOM) else ""
    return bom + _appended("".join(pieces), missing, f"# {heading}")


def _entries(text: str) -> list[Binding]:
    return list(parse_stream(StringIO(text.removeprefix(_BOM), newline="")))


def _with_value(piece: str, name: str, value: str) -> str | None:
    """One assignment with another value; None where it has no `=`, or its name is in quotes."""
    before = rf"(?P<before>\s*(?:export\s+)?{re.escape(name)}[^\S\r\n]*=[^\S\r\n]*)"
    quoted = r"(?P<quote>['\"]).*?(?P=quote)(?P<behind>\s*(?:#.*)?)"
    plain = r"(?:(?:[^\s#'\"]|(?<==)#).*?)?(?P<after>(?:\s+#.*)?\s*)"
    match = re.fullmatch(f"{before}(?:{quoted}|{plain})", piece, re.DOTALL)
    if match is None:
        return None
    quote = match["quote"] or ""
    return f"{match['before']}{quote}{value}{quote}{match['behind'] or match['after'] or ''}"


def _appended(text: str, lines: list[str], heading: str) -> str:
    if not lines:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    if heading not in text.splitlines():
        lines = [*([""] if text.strip() else []), heading, *lines]
    gap = end if text and not text.endswith(("\n", "\r")) else ""
    return text + gap + "".join(line + end for line in lines)
