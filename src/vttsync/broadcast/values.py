"""JSON values: one canonical text for equal ones, and RFC 7396 merge patches."""

from __future__ import annotations

import json
from typing import Any

from vttsync.broadcast.actions import Value


def canonical(value: object) -> str:
    """Write a JSON value so that equal values give equal text: 1 and 1.0 do, 1 and true don't."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def merged(value: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON
    """Apply an RFC 7396 merge patch."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for field, part in patch.items():
        if part is None:
            result.pop(field, None)
        else:
            result[field] = merged(result.get(field), part)
    return result


def difference(old: Value, new: Value) -> Value:
    """Work out the smallest merge patch from one object to another, both without nulls."""
    patch: Value = {field: None for field in old if field not in new}
    for field, value in new.items():
        before = old.get(field)
        if before is value:
            continue
        if isinstance(before, dict) and isinstance(value, dict):
            if inner := difference(before, value):
                patch[field] = inner
        elif field not in old or canonical(before) != canonical(value):
            patch[field] = value
    return patch
