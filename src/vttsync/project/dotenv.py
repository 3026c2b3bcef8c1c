"""Dotenv files (`.env.local`, `.dev.vars`, files of secrets): read, and edited line by line.

What a line means is python-dotenv's to say. All of it is text in, text out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from io import StringIO

from dotenv.parser import Binding, parse_stream

_BOM = "\ufeff"  # editors on Windows put it in front
# What every reader of such files takes as it stands, and between any quotes.
_PLAIN = re.compile(r"[A-Za-z0-9._~+/=:-]+")


def read(text: str) -> dict[str, str]:
    """The variables of a dotenv text; of several of one name, the last counts."""
    return {entry.key: entry.value or "" for entry in _entries(text) if entry.key}


def wrong_line(text: str) -> int | None:
    """The number of the first line that can't be understood, if there is one."""
    for entry in _entries(text):
        if entry.error:
            text = entry.original.string
            blank = text[: len(text) - len(text.lstrip())]
            return entry.original.line + blank.count("\n")
    return None


def write(values: Mapping[str, str]) -> str:
    """The lines of a new dotenv file."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in values.items())


def without(text: str, names: Collection[str]) -> str:
    """The text without the variables `names`; all else stays as it is, byte for byte."""
    kept = "".join(it.original.string for it in _entries(text) if it.key not in names)
    return _bom(text) + kept


def with_variables(text: str, values: Mapping[str, str], heading: str = "") -> str:
    """Set `values` in a dotenv text; everything else stays as it is, byte for byte.

    A variable that is there keeps its place, the quotes that its new value fits into, and the
    comment behind it. The others come at the end.

    Args:
        text: the file's content, with its own line ends.
        values: by name.
        heading: a comment's text, put above those that come at the end.
    """
    entries = _entries(text)
    pieces = [entry.original.string for entry in entries]
    places = {entry.key: number for number, entry in enumerate(entries)}
    missing = []
    for name, value in values.items():
        place = places.get(name)
        changed = None if place is None else _with_value(pieces[place], name, value)
        if place is None or changed is None:
            missing.append(f"{name}={_quoted(value)}")
        else:
            pieces[place] = changed
    return _bom(text) + _appended("".join(pieces), missing, heading and f"# {heading}")


def _entries(text: str) -> list[Binding]:
    return list(parse_stream(StringIO(text.removeprefix(_BOM), newline="")))


def _bom(text: str) -> str:
    return _BOM if text.startswith(_BOM) else ""


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _with_value(piece: str, name: str, value: str) -> str | None:
    """One assignment with another value; None where it has no `=`, or its name is in quotes."""
    before = rf"(?P<before>\s*(?:export\s+)?{re.escape(name)}[^\S\r\n]*=[^\S\r\n]*)"
    inside = r"(?:\\(?P=quote)|(?!(?P=quote)).)*"
    quoted = rf"(?P<quote>['\"]){inside}(?P=quote)(?P<behind>\s*(?:#.*)?)"
    plain = r"(?:(?:[^\s#'\"]|(?<==)#).*?)?(?P<after>(?:\s+#.*)?\s*)"
    match = re.fullmatch(f"{before}(?:{quoted}|{plain})", piece, re.DOTALL)
    if match is None:
        return None
    quote = match["quote"] or ""
    new = f"{quote}{value}{quote}" if _PLAIN.fullmatch(value) else _quoted(value)
    return f"{match['before']}{new}{match['behind'] or match['after'] or ''}"


def _appended(text: str, lines: list[str], heading: str) -> str:
    if not lines:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    if heading and heading not in text.splitlines():
        lines = [*([""] if text.strip() else []), heading, *lines]
    gap = end if text and not text.endswith(("\n", "\r")) else ""
    return text + gap + "".join(line + end for line in lines)
