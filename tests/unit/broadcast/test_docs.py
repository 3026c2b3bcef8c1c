"""The docs name every verb and every key that a script may have."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.mutants.every import MUTANTS
from tests.mutants.table import table
from tests.unit.broadcast.perfect import TEMPLATES
from vttsync.broadcast.judge.meanings import MEANINGS
from vttsync.broadcast.script.mistakes import keys_of
from vttsync.broadcast.script.model import (
    Cast,
    Creatures,
    Kind,
    Limits,
    Scene,
    ScriptFile,
    Token,
)
from vttsync.broadcast.script.reading import read_script
from vttsync.broadcast.script.steps import STEPS
from vttsync.broadcast.script.table import Table

DOCS = Path(__file__).parents[3] / "docs" / "broadcast-scripts.md"


JUDGE = DOCS.with_name("judge.md")


def section(text: str, heading: str) -> str:
    return text.split(heading, 1)[1].split("\n`[", 1)[0].split("\n## ", 1)[0]


@pytest.mark.parametrize(
    ("heading", "table"),
    [
        ("## The scene", ScriptFile),
        ("\n`[scene]`", Scene),
        ("\n`[creatures]`", Creatures),
        ("\n`[cast]`", Cast),
        ("\n`[limits]`", Limits),
        ("\n`[[kind]]`", Kind),
        ("\n`[[token]]`", Token),
    ],
)
def test_every_key_of_a_table_has_its_row(heading: str, table: type[Table]) -> None:
    rows = section(DOCS.read_text("utf-8"), heading)
    keys = [key for key in keys_of(table) if f"[{key}]" not in DOCS.read_text("utf-8")]

    assert [key for key in keys if f"\n| `{key}` |" not in rows] == []


@pytest.mark.parametrize("verb", STEPS)
def test_every_verb_and_its_keys_are_explained(verb: str) -> None:
    text = section(DOCS.read_text("utf-8"), "\n`[[step]]`")
    (row,) = [line for line in text.splitlines() if line.startswith(f"| `{verb} = ")]

    others = set(keys_of(STEPS[verb])) - {verb, "say"}
    assert [key for key in others if f"`{key}`" not in row] == []
    assert "`say`" in text


def test_the_docs_own_script_is_a_good_one(tmp_path: Path) -> None:
    for name in ("sample-map.dd2vtt", "srd-tokens.json"):
        (tmp_path / name).write_bytes((TEMPLATES / name).read_bytes())
    example = DOCS.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    (tmp_path / "bridge.toml").write_text(example, encoding="utf-8")

    assert read_script(tmp_path / "bridge.toml").file.title == tomllib.loads(example)["title"]


def test_every_reason_is_explained_as_it_is_told() -> None:
    rows = [f"| `{reason}` | {meaning} |" for reason, meaning in MEANINGS.items()]
    page = JUDGE.read_text("utf-8").splitlines()

    assert [row for row in rows if row not in page] == []


def test_the_wrong_rooms_are_those_that_are_tried() -> None:
    page = JUDGE.read_text("utf-8")

    assert table() in page, "python -m tests.mutants.table prints it"
    assert f"\n{len(MUTANTS)} rooms that are wrong" in page
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
