"""Two values beside each other, with what tells them apart marked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from vttsync.output.page import Markup, side_by_side, tag

STYLE = """
.off { display: inline-block; min-width: calc(100% + 6px); margin-left: -6px; padding-left: 6px;
  background: var(--bad-paper); box-shadow: inset 2px 0 0 var(--bad); }
@media print { .off { font-weight: 600; } }
"""
_WIDTH = 58  # characters that an object may take in one line
_LINES = 40  # of a value


def differing(expected: object, got: object) -> Markup:
    """Show what was expected and what came; lines that only one of them has are marked."""
    both = not any(value is None or isinstance(value, str) for value in (expected, got))
    # What is compared is written with each part in a line of its own.
    ours, theirs = (list(_written(value, 0 if both else _WIDTH)) for value in (expected, got))
    off = _unequal(ours, theirs) if both else (set(), set())
    return side_by_side(
        ("expected", _shown(expected, ours, off[0])), ("got", _shown(got, theirs, off[1]))
    )


def _unequal(ours: list[str], theirs: list[str]) -> tuple[set[int], set[int]]:
    """The numbers of the lines that only one side has; a comma behind makes no difference."""
    left, right = ([line.rstrip(",") for line in lines] for lines in (ours, theirs))
    found: tuple[set[int], set[int]] = set(), set()
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for kind, first, last, other_first, other_last in matcher.get_opcodes():
        if kind != "equal":
            found[0].update(range(first, last))
            found[1].update(range(other_first, other_last))
    return found


def _shown(value: object, lines: list[str], off: set[int]) -> Markup:
    if value is None:
        return tag("p", "nothing", class_="note")
    told = [
        tag("span", line, class_="off" if number in off else None)
        for number, line in enumerate(lines[:_LINES])
    ]
    if len(lines) > _LINES:
        told.append(tag("span", f"… and {len(lines) - _LINES} lines more"))
    return tag("pre", tag("code", Markup("\n".join(told))))


def _written(value: object, width: int) -> Iterator[str]:
    """Write `value` as JSON, with what fits into `width` in one line; text as it is."""
    if isinstance(value, str):
        yield from value.splitlines() or [""]
    else:
        yield from _json(value, "", "", width)


def _json(
    value: Any,  # noqa: ANN401  (any JSON)
    before: str,
    behind: str,
    width: int,
) -> Iterator[str]:
    short = f"{before}{json.dumps(value, ensure_ascii=False)}{behind}"
    if len(short) <= width or not value or not isinstance(value, dict | list | tuple):
        yield short
        return
    indent = " " * (len(before) - len(before.lstrip()) + 2)
    items: list[tuple[str, Any]]
    if isinstance(value, dict):
        items = [(f"{json.dumps(key, ensure_ascii=False)}: ", it) for key, it in value.items()]
    else:
        items = [("", it) for it in value]
    yield f"{before}{'{' if isinstance(value, dict) else '['}"
    for number, (name, it) in enumerate(items):
        yield from _json(it, f"{indent}{name}", "," if number < len(items) - 1 else "", width)
    closing = "}" if isinstance(value, dict) else "]"
    yield f"{indent[2:]}{closing}{behind}"
