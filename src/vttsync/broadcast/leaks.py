"""Whether a message tells its audience something that it may not know.

This looks at the raw text for strings that only the game master has, and knows nothing of how
the stream should go; so it still finds a secret in a message that is wrong in every other way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vttsync.broadcast.actions import Audience, Entity
from vttsync.broadcast.protocol import Delta, ServerFrame, Snapshot
from vttsync.broadcast.view import AUDIENCES, Expected, State

_WORDS = {
    *AUDIENCES,
    *("hello", "snapshot", "delta", "error", "put", "patch", "del"),
    *("session", "scene", "token", "combat", "combatant", "wall", "light"),
}
_SHORTEST_PART = 4
"""Shorter secrets only count as a whole string: `Al` is part of too many innocent words."""


class Secrets:
    """What an audience may not know, as the plan goes on."""

    def __init__(self, expected: Expected, audience: Audience) -> None:
        everything = {text for rows in expected.rows for text in _texts_of(rows)} - _WORDS
        self._views = expected.views[audience]
        self._rows = expected.rows
        self._seen: list[set[str]] = []
        seen: set[str] = set()
        for state in self._views:
            seen = seen | set(_texts_of(state))
            self._seen.append(seen)
        self._everything = everything

    def in_text(self, data: str | bytes, publish: int) -> list[str]:
        """Find secrets in a raw message that came after so many publishes were sent."""
        seen = self._seen[publish] | _WORDS
        secret = self._everything - seen
        text = data if isinstance(data, str) else data.decode(errors="replace")
        return sorted(
            {
                word
                for part in _texts_in(text)
                if part not in seen
                for word in secret
                if part == word or (len(word) >= _SHORTEST_PART and word in part)
            }
        )

    def in_frame(self, frame: ServerFrame, first: int, last: int) -> list[str]:
        """Find entities and fields that the audience had no sight of between two publishes."""
        views, rows = self._views[first : last + 1], self._rows[: last + 1]
        found = []
        for entity, fields in _told(frame):
            if not any(entity in state for state in rows):
                continue
            if not any(entity in state for state in views):
                found.append("/".join(entity))
                continue
            found += [
                f"{'/'.join(entity)}: {field}"
                for field in fields
                if _has(rows, entity, field) and not _has(views, entity, field)
            ]
        return found


def _has(states: tuple[State, ...], entity: Entity, field: str) -> bool:
    return any(field in state.get(entity, {}) for state in states)


def _told(frame: ServerFrame) -> Iterator[tuple[Entity, list[str]]]:
    """Yield each entity that a message tells something of, with the fields it names."""
    if isinstance(frame, Snapshot):
        for row in frame.entities:
            yield (row.kind, row.key), list(row.value)
    elif isinstance(frame, Delta):
        for change in frame.changes:
            fields = list(change.value) if change.op != "del" else []
            yield (change.kind, change.key), fields


def _texts_of(rows: State) -> Iterator[str]:
    for (_, key), row in rows.items():
        yield key
        yield from _strings(row, names=False)


def _texts_in(text: str) -> Iterator[str]:
    """Yield the strings of a message, unescaped; the text itself when it is no JSON."""
    try:
        message = json.loads(text)
    except ValueError:
        yield text
        return
    if isinstance(message, dict):
        # Random by nature: a short secret could be part of one by chance.
        message = {k: v for k, v in message.items() if k not in ("epoch", "version")}
    yield from _strings(message, names=True)


def _strings(value: Any, *, names: bool) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if names:
                yield name
            yield from _strings(part, names=names)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part, names=names)
