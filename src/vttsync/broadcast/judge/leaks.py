"""Whether a message tells its audience something that it may not know.

This looks at the raw text for strings that only the game master has, and knows nothing of how
the stream should go; so it still finds a secret in a message that is wrong in every other way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from vttsync.broadcast.actions import Entity, Value
from vttsync.broadcast.judge.disguises import forms, plain
from vttsync.broadcast.plan.view import AUDIENCES, State
from vttsync.broadcast.protocol import Delta, ServerFrame, Snapshot

_WORDS = {
    *AUDIENCES,
    *("hello", "snapshot", "delta", "stale", "presence", "error", "put", "patch", "del"),
    *("session", "scene", "token", "combat", "combatant", "wall", "light"),
    *("fog", "drawing", "note", "cursor", "ping", "ruler", "drag"),
    *("type", "protocol", "version", "epoch", "audience", "seq", "entities", "changes"),
    *("from", "part", "parts", "items", "user", "role", "ttl", "order"),
    *("op", "kind", "key", "value", "code", "message"),
}
"""The protocol's own words. A token may be called `Token`, and its key is then one of these."""

_SHORTEST_PART = 4
"""Shorter secrets only count as a whole string: `Al` is part of too many innocent words."""
_SHORTEST_BY_CHANCE = 6
"""In what is random by nature, such as an epoch, shorter ones may stand by chance."""
_RANDOM = ("epoch", "version")


class Secrets:
    """What somebody may not know, as the plan goes on.

    Args:
        rows: the whole database after each publish.
        views: what they see after each publish.
    """

    def __init__(self, rows: Sequence[State], views: Sequence[State]) -> None:
        self._rows, self._views = tuple(rows), tuple(views)
        self._innocent: set[tuple[str, int, frozenset[str]]] = set()
        self._said: dict[tuple[str | bytes, frozenset[str]], list[str]] = {}
        everything: set[str] = set()
        words = set(_WORDS)
        for new in _new_rows(self._rows):
            everything |= _texts_of(new)
            words.update(_names(list(new.values())))
        self._open: list[frozenset[str]] = []
        self._secret: list[frozenset[str]] = []
        known, secret = frozenset(words), frozenset(everything - words)
        for new in _new_rows(self._views):
            found = _texts_of(new)
            if not found <= known:
                known, secret = known | found, secret - found
            self._open.append(known)
            self._secret.append(secret)

    def in_message(self, data: str | bytes, publish: int) -> list[str]:
        """Find secrets in a raw message that came after so many publishes were sent."""
        # All in an audience get the same text; looking through it takes most of the time.
        key = data, self._secret[publish]
        if key not in self._said:
            text = data if isinstance(data, str) else data.decode(errors="replace")
            found = {word for it, least in _texts_in(text) for word in self._in(it, publish, least)}
            self._said[key] = sorted(found)
        return self._said[key]

    def in_text(self, text: str, publish: int) -> list[str]:
        """Find secrets in text of any form, such as the reason for a close."""
        return sorted(self._in(text, publish, _SHORTEST_PART))

    def _in(self, part: str, publish: int, least: int) -> set[str]:
        known, secret = self._open[publish], self._secret[publish]
        looked = part, least, secret
        if part in known or looked in self._innocent:
            return set()
        texts = forms(part)
        found = {
            word
            for word in secret
            if part == word or (len(word) >= least and any(plain(word) in text for text in texts))
        }
        if not found:
            self._innocent.add(looked)
        return found

    def in_frame(self, frame: ServerFrame, first: int, last: int) -> list[str]:
        """Find entities and fields that the audience had no sight of after these publishes.

        That something is gone may be told to who saw it before the first.
        """
        views, rows = self._views[first : last + 1], self._rows[: last + 1]
        before = self._views[max(0, first - 1)]
        found = []
        for entity, fields in _told(frame):
            if not any(entity in state for state in rows):
                continue
            if fields is None:
                seen = entity in before or any(entity in state for state in views)
                found += [] if seen else ["/".join(entity)]
            elif not any(entity in state for state in views):
                found.append("/".join(entity))
            else:
                found += [
                    f"{'/'.join(entity)}: {field}"
                    for field, value in fields.items()
                    if value is not None
                    and _has(rows, entity, field)
                    and not _has(views, entity, field)
                ]
        return found


def _has(states: tuple[State, ...], entity: Entity, field: str) -> bool:
    return any(field in state.get(entity, {}) for state in states)


def _told(frame: ServerFrame) -> Iterator[tuple[Entity, Value | None]]:
    """Yield each entity that a message tells something of, with what; None: that it is gone."""
    if isinstance(frame, Snapshot):
        for row in frame.entities:
            yield (row.kind, row.key), row.value
    elif isinstance(frame, Delta):
        for change in frame.changes:
            yield (change.kind, change.key), change.value if change.op != "del" else None


def _new_rows(states: Sequence[State]) -> Iterator[State]:
    """Yield each state without the rows that are as they were in the one before."""
    before: State = {}
    for state in states:
        yield {entity: row for entity, row in state.items() if before.get(entity) is not row}
        before = state


def _texts_of(rows: State) -> set[str]:
    texts = {text for row in rows.values() for text in _strings(row, names=False)}
    return texts | {key for _, key in rows}


class _Fields(list[tuple[str, Any]]):
    """An object's fields as they are written: one that is named twice is there twice."""


def _texts_in(text: str) -> Iterator[tuple[str, int]]:
    """Yield the strings of a message, unescaped, each with how short a secret counts in it.

    Of what is no JSON, that is the text itself.
    """
    try:
        message = json.loads(text, object_pairs_hook=_Fields)
    except (ValueError, RecursionError):
        yield text, _SHORTEST_PART
        return
    if not isinstance(message, _Fields):
        message = _Fields([("", message)])
    for name, value in message:
        least = _SHORTEST_BY_CHANCE if name in _RANDOM else _SHORTEST_PART
        yield name, least
        yield from ((part, least) for part in _strings(value, names=True))


def _strings(value: Any, *, names: bool) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | _Fields):
        for name, part in value.items() if isinstance(value, dict) else value:
            if names:
                yield name
            yield from _strings(part, names=names)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part, names=names)


def _names(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        yield from value
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _names(part)
