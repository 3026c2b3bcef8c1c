"""The room's own schema, as it ships it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from vttsync.project.templates import templates_folder


@cache
def _validator(name: str) -> Draft202012Validator:
    path = templates_folder() / "party" / "protocol.schema.json"
    schema = json.loads(path.read_bytes())
    return Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{name}"})


def flaw(name: str, value: Any) -> str:
    """Say how a value differs from what the schema calls `name`; empty when it doesn't."""
    error = next(iter(_validator(name).iter_errors(value)), None)
    return error.message[:500] if error else ""
