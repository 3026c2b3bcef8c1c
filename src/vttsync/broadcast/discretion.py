"""No ticket and no key in what a replay leaves behind, even where a room gives them back.

It is done before anything is judged, on both sides of every comparison: the verdict is then on what
is kept, and whoever judges that again comes to the same one.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from vttsync.redaction import redact

_ValueT = TypeVar("_ValueT")
# Tickets are JSON Web Tokens: a header and claims, which are objects, and a signature (RFC 7519).
_TICKET = re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}")


def discreet(value: _ValueT) -> _ValueT:
    """Write `***` for each ticket, and all that was confided, in every text inside of `value`.

    Goes through dataclasses, mappings, tuples, lists and sets; what has nothing to hide is not
    copied.
    """
    return _hidden(value, {})  # type: ignore[no-any-return]


def _hidden(value: Any, known: dict[str | bytes, str | bytes]) -> Any:  # noqa: ANN401  (walks any)
    if isinstance(value, str | bytes):
        if value not in known:
            known[value] = _text(value)
        said = known[value]
        return value if said == value else said  # an equal one may be another object
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        found = {name: _hidden(part, known) for name, part in parts.items()}
        new = {name: part for name, part in found.items() if part is not parts[name]}
        return replace(value, **new) if new else value
    if isinstance(value, dict):
        hidden = {_hidden(key, known): _hidden(part, known) for key, part in value.items()}
        same = all(
            one is other for one, other in zip(value.values(), hidden.values(), strict=False)
        )
        return value if same and hidden.keys() == value.keys() else hidden
    if isinstance(value, tuple | list | frozenset):
        items = [_hidden(part, known) for part in value]
        same = all(one is other for one, other in zip(value, items, strict=True))
        return value if same else type(value)(items)
    return value


def _text(value: str | bytes) -> str | bytes:
    text = value if isinstance(value, str) else value.decode(errors="surrogateescape")
    hidden = _TICKET.sub("***", redact(text))
    if hidden == text:
        return value
    return hidden if isinstance(value, str) else hidden.encode(errors="surrogateescape")
