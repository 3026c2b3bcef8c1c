"""A TOML file together with the line of each of its keys, for errors that name the place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from vttsync.errors import Exit, Place, VttsyncError

KeyPath = tuple[str | int, ...]

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


@dataclass(frozen=True)
class Source:
    """A parsed TOML file that still knows where everything was written.

    Attributes:
        path: the file, as it was given.
        data: what `tomllib` made of it.
        lines: the line (from 1) of each table and key.
    """

    path: Path
    data: dict[str, Any]
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int:
        """Tell the line (from 1) of a key, or of the nearest table around it that is written.

        Args:
            path: keys and, in arrays of tables, positions from 0: `("step", 4, "move")`.
        """
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def place(self, path: KeyPath) -> str:
        """Tell `file:line` of a key, as editors and terminals understand it."""
        return f"{self.path}:{self.line(path)}"


def load(path: Path) -> Source:
    """Read a TOML file.

    Raises:
        VttsyncError: exit 3, when the file can't be read, isn't UTF-8 or isn't TOML.
    """
    text = _read(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = (place and place["line"]) or text.count("\n") + 1
        why = f"{_PLACE.sub('', str(error))}."
        refusal = VttsyncError(
            f"{path}:{line} is not valid TOML.",
            why=why,
            fix=f"Correct line {line}, or look at the lines just above it; https://toml.io has "
            "the rules.",
            exit_code=Exit.CONFIG,
        )
        refusal.places = [Place(path, int(line), why)]
        raise refusal from error
    return Source(path, data, dict(_located(text)))


def _read(path: Path) -> str:
    try:
        # "-sig": editors on Windows put a byte order mark in front, which TOML doesn't know.
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise VttsyncError(
            f"{path}:{line} is not UTF-8 text.",
            why=f"Byte {error.object[error.start]:#04x} can't be read as UTF-8.",
            fix="Save the file as UTF-8.",
            exit_code=Exit.CONFIG,
        ) from error
    except OSError as error:
        raise VttsyncError(
            f"{path} can't be read.",
            why=f"{error.strerror or error}.",
            fix="Check the path and the file's permissions.",
            exit_code=Exit.CONFIG,
        ) from error


def _located(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Yield each key path of a valid TOML text with its line."""
    table: KeyPath = ()
    lengths: dict[KeyPath, int] = {}
    for line, statement in _statements(text):
        parsed = tomllib.loads(statement)
        if statement.startswith("["):
            table = _header(parsed, lengths)
            yield table, line
        else:
            for keys in _keys(parsed):
                yield table + keys, line


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each header or `key = value`, which may span lines, with its first line."""
    lines = enumerate(text.split("\n"), start=1)
    for number, line in lines:
        statement = line.strip()
        if not statement or statement.startswith("#"):
            continue
        # The whole text is valid, so a statement ends with the first line that makes it parse.
        while not _parses(statement):
            statement += "\n" + next(lines)[1]
        yield number, statement


def _parses(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _header(parsed: dict[str, Any], lengths: dict[KeyPath, int]) -> KeyPath:
    """Tell the path a header opens, counting the arrays of tables it passes through."""
    path: KeyPath = ()
    while parsed:
        ((key, inner),) = parsed.items()
        path += (key,)
        if isinstance(inner, list):
            lengths[path] = lengths.get(path, 0) + 1
            inner = inner[0]
        if path in lengths:
            path += (lengths[path] - 1,)
        parsed = inner
    return path


def _keys(value: object) -> Iterator[KeyPath]:
    """Yield the path of each key inside a value: dotted keys and inline tables alike."""
    inner: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, dict):
        inner = iter(value.items())
    elif isinstance(value, list):
        inner = zip(count(), value, strict=False)
    for key, part in inner:
        yield (key,)
        for deeper in _keys(part):
            yield (key, *deeper)
