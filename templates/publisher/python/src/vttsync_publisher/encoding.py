"""Changes as bytes: the same ones that the publisher in TypeScript sends."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_LARGEST_PLAIN = 1e21  # ECMA-262, Number::toString: from here on JavaScript writes an exponent
_SMALLEST_PLAIN = -7  # and up to this exponent


def json_text(value: object) -> str:
    """Write a value as JavaScript's JSON.stringify does.

    Raises:
        ValueError: a number is NaN or infinite.
        TypeError: something JSON has no form for.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        fields = (f"{_name(name)}:{json_text(inner)}" for name, inner in value.items())
        return f"{{{','.join(fields)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(json_text, value))}]"
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"a field's name must be a string, not {type(name).__name__}")
    return _string(name)


def _string(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return _LONE_SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", written)


def _number(number: float) -> str:
    if not math.isfinite(number):
        raise ValueError(f"{number} has no form in JSON")
    if number.is_integer() and abs(number) < _LARGEST_PLAIN:
        return str(int(number))
    mantissa, _, exponent = repr(float(number)).partition("e")
    if not exponent:
        return mantissa
    if _SMALLEST_PLAIN < int(exponent) < 0:
        sign, digits = ("-" if number < 0 else ""), mantissa.lstrip("-").replace(".", "")
        return f"{sign}0.{'0' * (-int(exponent) - 1)}{digits}"
    return f"{mantissa}e{int(exponent):+d}"


def body_of(publishes: Iterable[str]) -> bytes:
    """Make a request's body of publishes, each a JSON array of changes."""
    return f'{{"changes":[{",".join(changes[1:-1] for changes in publishes)}]}}'.encode()


def idempotency_key(body: bytes) -> str:
    """Name a request by what it says: a repeat has the same name, even after a crash.

    So what is published again byte for byte within a day is answered as it was the first time.
    """
    return hashlib.sha256(body).hexdigest()
