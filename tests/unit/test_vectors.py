"""The page on the protocol says what the room does: its frames, fields, codes and limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import pytest

from vttsync.project.templates import template_files

ROOM = Path(__file__).parents[2] / "templates" / "party"
PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")
SCHEMA = json.loads((ROOM / "protocol.schema.json").read_text("utf-8"))["$defs"]
EXAMPLES = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
KINDS = [name.removesuffix("Row").lower() for name in SCHEMA if name.endswith("Row")]


def values(text: str) -> list[Any]:
    """Read a block: one value, or one a line."""
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


def parts(value: Any) -> Iterator[Any]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        yield from parts(part)


def source(name: str) -> str:
    return (ROOM / "src" / name).read_text("utf-8")


def row_of(first: str) -> str:
    (row,) = re.findall(rf"^\| `{first}` \|.*$", PAGE, re.MULTILINE)
    return str(row)


def test_every_example_is_one_that_the_rooms_tests_play() -> None:
    played = [
        part
        for name in ("example", "client", "streams")
        for part in parts(json.loads((ROOM / "vectors" / f"{name}.json").read_text("utf-8")))
    ]
    shown = [value for text in EXAMPLES for value in values(text)]

    assert len(shown) > 15
    assert [value for value in shown if value not in played] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_is_in_its_row(kind: str) -> None:
    row = row_of(kind)
    schema = SCHEMA[f"{kind.capitalize()}Row"]

    for field in schema["properties"]:
        needed = field in schema.get("required", ())
        assert f"`{field}`" in row if needed else f"`{field}?`" in row, field


def test_every_code_is_explained() -> None:
    codes = SCHEMA["ErrorBody"]["properties"]["error"]["properties"]["code"]["enum"]
    codes += SCHEMA["RoomError"]["properties"]["code"]["enum"]
    closes = re.findall(r"^  \w+: (\d{4}),$", source("protocol.ts"), re.MULTILINE)

    assert len(closes) == 7
    assert [code for code in codes if f"`{code}`" not in PAGE] == []
    assert [close for close in closes if f"\n| {close} |" not in PAGE] == []


def test_every_limit_is_the_rooms() -> None:
    limits = re.findall(r"^  (\w+): (.*),$", source("limits.ts"), re.MULTILINE)
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.split("## Limits")[1].split("\n## ")[0], re.MULTILINE)

    assert rows == [name for name, _ in limits]
    for name, value in limits:
        wanted = [product(part) for part in re.findall(r"[\d.][\d_. *]*", value)]
        shown = row_of(name).split("|")[3].replace(",", "")
        assert [float(number) for number in re.findall(r"[\d.]+", shown)] == wanted, name


def product(expression: str) -> float:
    return prod(float(factor.replace("_", "")) for factor in expression.split("*"))


def test_every_route_is_listed() -> None:
    (tails,) = re.findall(r"\(\?:\\/\(([a-z|]+)\)\)", source("index.ts"))
    routes = [f"/parties/session/{{session}}/{tail}`" for tail in tails.split("|")]

    assert [route for route in routes if route not in PAGE] == []


def test_every_line_of_the_log_is_explained() -> None:
    sources = [path.read_text("utf-8") for path in (ROOM / "src").glob("*.ts")]
    written = {event for text in sources for event in re.findall(r'log\({ event: "(\w+)"', text)}
    logs = PAGE.split("| `event` |")[1].split("\n## ")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", logs, re.MULTILINE)) == written


def test_a_new_project_gets_the_vectors() -> None:
    names = [path for path, _ in template_files("party") if path.startswith("vectors/")]

    assert {path.name for path in (ROOM / "vectors").iterdir()} == {
        name.removeprefix("vectors/") for name in names
    }
