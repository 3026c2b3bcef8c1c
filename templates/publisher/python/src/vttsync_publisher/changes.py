"""What can be published: whole rows, patches of rows, rows that are gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypedDict

from vttsync_publisher.encoding import json_text
from vttsync_publisher.errors import TooLargeError

MAX_CHANGES = 500
"""In one publish. This and the next two are the room's limits, `src/limits.ts` there."""
MAX_BODY = 1024 * 1024
"""Bytes of a request."""
MAX_ROW = 256 * 1024
"""Bytes of a row as JSON."""

_FRAME = len('{"changes":[]}')
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,128}")
_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_LARGEST_REV = 2**53 - 1  # JavaScript's numbers are exact up to here

Row = Mapping[str, Any]


class _Base(TypedDict):
    op: Literal["put", "patch", "del"]
    kind: str
    key: str
    rev: int


class Change(_Base, total=False):
    """One change, as it is on the wire. Make it with `put`, `patch` or `delete`."""

    base: int
    expect: Row
    value: Row


_FIELDS: tuple[
    Literal["op"],
    Literal["kind"],
    Literal["key"],
    Literal["rev"],
    Literal["base"],
    Literal["expect"],
    Literal["value"],
] = ("op", "kind", "key", "rev", "base", "expect", "value")


def put(kind: str, key: str, rev: int, row: Row, expect: Row | None = None) -> Change:
    """Create or replace a row.

    Args:
        kind: what it is, such as `token`.
        key: which one.
        rev: the row's version in your database: a whole number that grows with each change.
        row: the whole row as committed. Fields that are None are left out, as the room has none.
        expect: fields that the room's row must have; None stands for a field that isn't there.

    Raises:
        ValueError, TypeError: the room could never take this.
    """
    change: Change = {"op": "put", "kind": kind, "key": key, "rev": rev}
    if expect is not None:
        change["expect"] = expect
    change["value"] = _without_none(row)
    return _checked(change)


def patch(
    kind: str, key: str, rev: int, base: int, fields: Row, expect: Row | None = None
) -> Change:
    """Change some fields of a row: an RFC 7396 merge patch, in which None deletes.

    Args:
        kind: what it is.
        key: which one.
        rev: the row's version after the change.
        base: the version that it was made from.
        fields: what becomes different.
        expect: as for `put`.

    Raises:
        ValueError, TypeError: the room could never take this.
    """
    change: Change = {"op": "patch", "kind": kind, "key": key, "rev": rev, "base": base}
    if expect is not None:
        change["expect"] = expect
    change["value"] = fields
    return _checked(change)


def delete(kind: str, key: str, rev: int) -> Change:
    """Say that a row is gone.

    Args:
        kind: what it was.
        key: which one.
        rev: above the version that the row had.

    Raises:
        ValueError, TypeError: the room could never take this.
    """
    return _checked({"op": "del", "kind": kind, "key": key, "rev": rev})


def changes_text(changes: Sequence[Change]) -> str:
    """Write one publish as JSON: what an outbox keeps.

    Raises:
        TooLargeError: more than a room takes at once.
        ValueError, TypeError: the room could never take this.
    """
    if not changes:
        raise ValueError("a publish needs a change")
    if len(changes) > MAX_CHANGES:
        raise TooLargeError(f"{len(changes)} changes are too many: a publish has {MAX_CHANGES}")
    text = f"[{','.join(map(_change_text, changes))}]"
    size = len(text.encode()) - 2 + _FRAME
    if size > MAX_BODY:
        raise TooLargeError(f"{size} bytes are too many: a publish has {MAX_BODY}")
    return text


def in_publishes(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Cut any number of changes into publishes within the room's limits, in their order.

    Raises:
        TooLargeError: one change is too large by itself.
    """
    part: list[Change] = []
    size = _FRAME
    for change in changes:
        added = len(_change_text(change).encode()) + 1
        if part and (len(part) == MAX_CHANGES or size + added > MAX_BODY):
            yield part
            part, size = [], _FRAME
        part.append(change)
        size += added
    if part:
        yield part


def check_session(session: str) -> str:
    """Return the name when a session can have it.

    Raises:
        ValueError: it can't.
    """
    if _SESSION.fullmatch(session):
        return session
    raise ValueError(f"{session!r} names no session: 1 to 128 letters, digits, _ and -")


def _change_text(change: Change) -> str:
    if strange := set(change) - set(_FIELDS):
        raise ValueError(f"a change has no field {sorted(strange)[0]!r}")
    text = json_text({name: change[name] for name in _FIELDS if name in change})
    row = len(json_text(change["value"]).encode()) if change["op"] == "put" else 0
    if row > MAX_ROW:
        raise TooLargeError(f"{_named(change)} has {row} bytes: a row has at most {MAX_ROW}")
    return text


def _checked(change: Change) -> Change:
    if not _KEY.fullmatch(change["key"]):
        raise ValueError(f"{_named(change)}: a key is 1 to 128 letters, digits and _ . : -")
    for name in ("rev", "base"):
        number = change.get(name, 0)
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"{_named(change)}: {name} must be a whole number")
        if not 0 <= number <= _LARGEST_REV:
            raise ValueError(f"{_named(change)}: {name} must be from 0 to 2**53 - 1")
    if change.get("base", -1) >= change["rev"]:
        raise ValueError(f"{_named(change)}: base must be below rev")
    _change_text(change)
    return change


def _named(change: Change) -> str:
    return f"{change['kind']}/{change['key']}"


def _without_none(row: Row) -> dict[str, Any]:
    return {
        name: _without_none(inner) if isinstance(inner, Mapping) else inner
        for name, inner in row.items()
        if inner is not None
    }
