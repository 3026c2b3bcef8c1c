"""The schema for editors is the models', and says yes and no where they do."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from tests.unit.broadcast.perfect import TEMPLATES
from vttsync.broadcast.script.model import ScriptFile
from vttsync.broadcast.script.schema import schema_text
from vttsync.broadcast.script.steps import STEPS

COMMITTED = TEMPLATES / "script.schema.json"
SCRIPTS = sorted(TEMPLATES.glob("*.toml"))

EXAMPLES: dict[str, dict[str, Any]] = {
    "begin": {"begin": "combat"},
    "move": {"move": "a", "along": [[1, 2.5]], "every": 0, "times": 3, "say": "x"},
    "next": {"next": "turn"},
    "reveal": {"reveal": "a"},
    "hide": {"hide": "a"},
    "hurt": {"hurt": "a", "by": 1},
    "remove": {"remove": "a"},
    "pause": {"pause": 0.5},
    "publish": {"publish": [{"put": "note/a", "value": {"name": "x"}}, {"del": "note/b"}]},
    "republish": {"republish": "last"},
    "overtake": {"overtake": "a", "along": [[1, 2], [2, 2]]},
    "presence": {"presence": "cursor", "by": "gm", "at": [1, 1]},
    "wait": {"wait": "everyone"},
    "join": {"join": "player"},
    "disconnect": {"disconnect": "players"},
    "reconnect": {"reconnect": "players"},
    "slow": {"slow": "gm", "for": 0.5},
    "expire": {"expire": "gm"},
    "hook": {"hook": "redeploy"},
    "expect": {"expect": "nothing", "for": "players"},
}


def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(COMMITTED.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def script_with(step: dict[str, Any]) -> dict[str, Any]:
    return {"title": "t", "scene": {"name": "s", "size": [4, 4]}, "step": [step]}


def test_the_committed_schema_is_the_models() -> None:
    assert COMMITTED.read_text("utf-8") == schema_text(), "say: make schema"


def test_every_verb_has_an_example() -> None:
    assert list(EXAMPLES) == list(STEPS)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_scripts_that_come_with_vttsync_fit(script: Path) -> None:
    text = script.read_text("utf-8")

    assert text.startswith(f"#:schema ./{COMMITTED.name}\n")
    assert list(validator().iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize("verb", STEPS)
def test_models_and_schema_agree_on_a_step(verb: str) -> None:
    good = EXAMPLES[verb]
    broken = [{**good, "nonsense": 1}, {**good, verb: 7.5 if verb != "pause" else "long"}]
    broken += [{k: v for k, v in good.items() if k != key} for key in good if key != "say"]

    for step in [good, *broken]:
        assert validator().is_valid(script_with(step)) is _is_valid(verb, step), step


def _is_valid(verb: str, step: dict[str, Any]) -> bool:
    try:
        STEPS[verb].model_validate(step)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("table", "good", "bad"),
    [
        ("cast", {"players": 3, "late": 0}, {"players": -1}),
        ("limits", {"p99_ms": 50, "losses": 2}, {"p99_ms": 0}),
        ("creatures", {"from": "x.json"}, {"form": "x.json"}),
        ("kind", [{"name": "chat", "gm": ["x"]}], [{"gm": ["x"]}]),
        ("token", [{"name": "a", "at": [1, 1], "hp": 4}], [{"name": "a", "at": [1]}]),
        ("scene", {"rows": "x.json"}, {"size": [1, 2, 3]}),
    ],
)
def test_models_and_schema_agree_on_a_table(table: str, good: object, bad: object) -> None:
    script = script_with(EXAMPLES["begin"])

    for value, fits in ((good, True), (bad, False)):
        assert validator().is_valid(script | {table: value}) is fits
        read = {key: part for key, part in (script | {table: value}).items() if key != "step"}
        if fits:
            ScriptFile.model_validate(read)
        else:
            with pytest.raises(ValidationError):
                ScriptFile.model_validate(read)
