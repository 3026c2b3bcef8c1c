"""Where a line of a bundle comes from (ECMA-426, source maps): pure."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator

_DIGITS = {char: value for value, char in enumerate(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)}  # fmt: skip


class SourceMap:
    """One map, read.

    Raises:
        ValueError: it is none, or one of several parts.
    """

    def __init__(self, text: str) -> None:
        # A prefix against being run as a script: ECMA-426, section 9.
        told = json.loads(text.removeprefix(")]}'"))
        try:
            self._sources = [str(source) for source in told["sources"]]
            root = str(told.get("sourceRoot") or "")
            self._root = root and f"{root.rstrip('/')}/"
            self._lines = list(_lines(told["mappings"]))
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise ValueError("It is no source map") from error

    def locate(self, line: int, column: int) -> tuple[str, int] | None:
        """The source and its line (from 1) of a place (from 1) in the bundle."""
        if not 0 < line <= len(self._lines):
            return None
        segments = self._lines[line - 1]
        number = bisect_right(segments, column - 1, key=lambda it: it[0]) - 1
        if number < 0 or not 0 <= segments[number][1] < len(self._sources):
            return None
        _, source, original = segments[number]
        return self._root + self._sources[source], original + 1


def _lines(mappings: str) -> Iterator[list[tuple[int, int, int]]]:
    """Of each line of the bundle: column, source and line there, all from 0."""
    source = original = 0
    for line in mappings.split(";"):
        column, segments = 0, []
        for segment in filter(None, line.split(",")):
            numbers = list(_numbers(segment))
            column += numbers[0]
            if len(numbers) >= 4:
                source += numbers[1]
                original += numbers[2]
                segments.append((column, source, original))
        yield segments


def _numbers(segment: str) -> Iterator[int]:
    """Base64 VLQ: five bits a digit, the lowest first; the lowest of all is the sign."""
    value = shift = 0
    for char in segment:
        digit = _DIGITS[char]
        value |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
