"""The JSON Schema of what `verify-broadcast --json` prints: made from the verdict, never by hand.

`python -m vttsync.output.verdict_schema` prints it.
"""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

from pydantic import TypeAdapter

from vttsync.broadcast.judge import verdict
from vttsync.errors import Exit

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MADE_OF = (verdict.Difference, verdict.Latency, verdict.ClientResult, verdict.Verdict)


def verdict_schema() -> dict[str, Any]:
    """Say what the envelope holds, however the command ended."""
    made = TypeAdapter(verdict.Verdict).json_schema(
        mode="serialization", ref_template="#/$defs/{model}"
    )
    parts = made.pop("$defs")
    for kind in _MADE_OF:
        _describe(parts.get(kind.__name__, made), kind)
    del made["properties"]["samples"]
    made["properties"] = {
        "passed": _said("boolean", "Whether everything was as it should be."),
        "url": _said("string", "Where the room answered."),
        "version": _said(
            ["string", "null"], "The Worker version that had to answer; null when any would do."
        ),
        **made["properties"],
    }
    made["required"] = list(made["properties"])
    return {
        "$schema": _DIALECT,
        "title": "What verify-broadcast --json prints",
        **_envelope(),
        "$defs": _plain({**parts, "Verdict": made, "Error": _error()}),
    }


def _envelope() -> dict[str, Any]:
    properties = {
        "vttsync": _said("string", "The version of vttsync that wrote this."),
        "command": {"enum": ["verify-broadcast", "verify-broadcast judge"]},
        "ok": _said("boolean", "Whether the exit code is 0."),
        "exit_code": {"enum": [int(code) for code in Exit]},
        "result": {"anyOf": [{"$ref": "#/$defs/Verdict"}, {"type": "null"}]},
        "error": {"anyOf": [{"$ref": "#/$defs/Error"}, {"type": "null"}]},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _error() -> dict[str, Any]:
    properties = {
        "what": _said("string", "What happened."),
        "why": _said("string", "Why, or an empty string."),
        "fix": _said("string", "What to do next, or an empty string."),
    }
    told = "Why there is no verdict."
    return {
        "type": "object", "description": told, "properties": properties, "required": [*properties]
    }  # fmt: skip


def _said(kind: str | list[str], description: str) -> dict[str, Any]:
    return {"type": kind, "description": description}


def _describe(schema: dict[str, Any], kind: type) -> None:
    """Put in what the docstring says of the class and of each attribute."""
    text = inspect.getdoc(kind) or ""
    schema["description"], _, rest = text.partition("\n\nAttributes:\n")
    for name, told in re.findall(r"^    (\w+): (.*(?:\n        .*)*)", rest, re.MULTILINE):
        schema["properties"].get(name, {})["description"] = _in_json(told)
    schema["required"] = list(schema["properties"])


def _in_json(told: str) -> str:
    text = re.sub(r"\bNone\b", "null", " ".join(told.split()))
    return text[:1].upper() + text[1:]


def _plain(schema: Any) -> Any:  # noqa: ANN401 - any JSON
    """Leave out titles that repeat a key, and defaults of what is always there."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _plain(part)
        for name, part in schema.items()
        if name not in {"title", "default"} or isinstance(part, dict)
    }


def schema_text() -> str:
    """Write the schema as it is committed."""
    return json.dumps(verdict_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")  # noqa: T201
