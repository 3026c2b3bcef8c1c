"""The JSON Schema of broadcast scripts, for editors: made from the models, never by hand.

`python -m vttsync.broadcast.script.schema` prints it.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from vttsync.broadcast.script.model import ScriptFile
from vttsync.broadcast.script.steps import STEPS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def script_schema() -> dict[str, Any]:
    """Say what a script may hold; names and places are checked only when it is read."""
    models = [(model, "validation") for model in (ScriptFile, *STEPS.values())]
    _, definitions = models_json_schema(models)  # type: ignore[arg-type]
    tables = definitions["$defs"]
    script = tables.pop("ScriptFile")
    for model in STEPS.values():
        tables[model.__name__]["description"] = model.__doc__
    steps = [{"$ref": f"#/$defs/{model.__name__}"} for model in STEPS.values()]
    script["properties"]["step"] = {
        "description": "What happens, in order.",
        "type": "array",
        "minItems": 1,
        "items": {"anyOf": steps},
    }
    script["required"] = [*script["required"], "step"]
    script["description"] = "What `vttsync verify-broadcast` plays."
    whole = _plain({**script, "$defs": tables})
    return {"$schema": _DIALECT, "title": "A broadcast script", **whole}


def _plain(schema: Any) -> Any:  # noqa: ANN401 - any JSON
    """Leave out what TOML can't say, null, and titles that repeat a key."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        name: _plain(part)
        for name, part in schema.items()
        if not (name == "title" and isinstance(part, str))
        and not (name == "default" and (part is None or isinstance(part, dict)))
    }
    choices = [part for part in kept.get("anyOf", []) if part != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        return {**choices[0], **kept}
    return kept


def schema_text() -> str:
    """Write the schema as it is committed."""
    return json.dumps(script_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")  # noqa: T201
