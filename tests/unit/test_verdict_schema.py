"""The documented schema is the verdict's, and the documentation explains each reason."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.runner import Cli
from tests.unit.broadcast.kept import right, wrong
from vttsync.broadcast.judge.verdict import Reason
from vttsync.broadcast.transcripts import encoded
from vttsync.output.verdict_schema import schema_text

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMA = DOCS / "verify-broadcast.schema.json"
FILE = Path("proof.jsonl")


def strict() -> Any:
    """The schema, with nothing allowed that it doesn't name."""

    def closed(part: Any) -> Any:
        if isinstance(part, list):
            return [closed(it) for it in part]
        if not isinstance(part, dict):
            return part
        found = {name: closed(it) for name, it in part.items()}
        return found | {"additionalProperties": False} if "properties" in part else found

    return jsonschema.Draft202012Validator(closed(json.loads(SCHEMA.read_text("utf-8"))))


def test_it_is_made_from_the_verdict() -> None:
    assert SCHEMA.read_text("utf-8") == schema_text(), "run make schema"
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize(("name", "code"), [("right", 0), ("wrong", 8), ("none", 3)])
def test_what_is_printed_is_as_it_says(cli: Cli, name: str, code: int) -> None:
    records = {"right": right(), "wrong": wrong()}
    FILE.write_bytes(encoded(records[name], packed=False) if name in records else b"{}\n")
    ran = cli("verify-broadcast", "judge", str(FILE), "--json")
    assert ran.code == code
    strict().validate(ran.envelope)
    assert (ran.envelope["result"] is None) is (code == 3)


def test_it_says_no_to_what_is_not_one(cli: Cli) -> None:
    FILE.write_bytes(encoded(wrong(), packed=False))
    envelope = cli("verify-broadcast", "judge", str(FILE), "--json").envelope
    envelope["result"]["differences"][0]["reason"] = "tired"
    assert [list(it.path) for it in strict().iter_errors(envelope)] != []


def test_every_reason_is_explained() -> None:
    page = (DOCS / "verify-broadcast.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", page, re.MULTILINE)
    assert {*re.findall(r"[a-z_]+", " ".join(rows))} == {reason.value for reason in Reason}
