"""The model: what a session's rows and streams must be after each request. No room in here."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import rfc8785

from vttsync.broadcast.actions import Audience, Entity, Value
from vttsync.broadcast.plan.view import AUDIENCES, State, user_audiences, view
from vttsync.broadcast.values import canonical, merged

MARKER = re.compile(r"q\d+q")
"""What tests write into every value and key, each of them once: a leak names its source."""


@dataclass(frozen=True)
class Stored:
    """A row with its rev; a tombstone has no value."""

    rev: int
    value: Value | None


@dataclass(frozen=True)
class Reply:
    """What the room must answer; `seq` may name streams that have just ended, too."""

    status: int
    body: Value
    replayed: bool = False


@dataclass(frozen=True)
class Post:
    """A publish request."""

    body: bytes
    key: str | None = None

    @property
    def changes(self) -> list[Value]:
        """The changes in it."""
        changes: list[Value] = json.loads(self.body)["changes"]
        return changes


class _RefusedError(Exception):
    def __init__(self, status: int, code: str, **more: object) -> None:
        super().__init__(code)
        self.reply = Reply(status, {"code": code, **more})


@dataclass(frozen=True)
class Database:
    """One session at one moment. A request makes another one of it.

    Attributes:
        seqs: where each stream stands; those of users who own nothing any more are kept.
        told: what each stream stood for at each seq, in this life of the room.
        seen: for each audience the markers that were ever in its view.
        answers: by idempotency key, the body it was used for and what was answered.
        begins: where a user's stream begins: at first, and how much further each time again.
    """

    rows: Mapping[Entity, Stored] = field(default_factory=dict)
    seqs: Mapping[Audience, int] = field(default_factory=dict)
    told: Mapping[tuple[Audience, int], State] = field(default_factory=dict)
    seen: Mapping[Audience, frozenset[str]] = field(default_factory=dict)
    answers: Mapping[str, tuple[bytes, Value]] = field(default_factory=dict)
    begins: tuple[int, int] = (0, 1)
    _views: dict[Audience, State] = field(init=False, default_factory=dict, compare=False)

    def live(self) -> State:
        """The rows that are not tombstones."""
        return {entity: row.value for entity, row in self.rows.items() if row.value is not None}

    def audiences(self) -> list[Audience]:
        """Every audience there is now."""
        return [*AUDIENCES, *sorted(user_audiences(self.live()))]

    def view(self, audience: Audience) -> State:
        """What an audience sees."""
        if audience not in self._views:
            self._views[audience] = view(self.live(), audience)
        return self._views[audience]

    def digest(self, audience: Audience) -> str:
        """What the room's digest of a view must be."""
        return hashlib.sha256(rfc8785.dumps(entities(self.view(audience)))).hexdigest()

    def noted(self) -> Database:
        """The same, with what every audience sees now on record."""
        told, seen = dict(self.told), dict(self.seen)
        for audience in self.audiences():
            seq = self.seqs.get(audience, 0)
            state, before = self.view(audience), told.get((audience, seq - 1), {})
            told[audience, seq] = state
            new = [[*e, row] for e, row in state.items() if before.get(e) != row]
            seen[audience] = seen.get(audience, frozenset()) | markers(json.dumps(new))
        return replace(self, told=told, seen=seen)

    def reborn(self) -> Database:
        """The same rows after a deploy: every stream begins anew, those of owners too."""
        seqs = dict.fromkeys(user_audiences(self.live()), 0)
        return replace(self, seqs=seqs, told={}).noted()

    def publish(self, post: Post) -> tuple[Reply, Database]:
        """Work out what a publish is answered, and what is there then."""
        if post.key is not None and post.key in self.answers:
            body, answer = self.answers[post.key]
            if body == post.body:
                return Reply(200, answer, replayed=True), self
            return Reply(422, {"code": "idempotency_mismatch"}), self
        try:
            rows, applied, duplicates = self._apply(post.changes)
        except _RefusedError as refusal:
            return refusal.reply, self
        after = replace(self, rows=rows)
        after = replace(after, seqs=self._seqs_then(after))
        seq = {audience: after.seqs.get(audience, 0) for audience in after.audiences()}
        answer = {"applied": applied, "duplicates": duplicates, "seq": seq}
        if post.key is not None:
            after = replace(after, answers={**self.answers, post.key: (post.body, answer)})
        return Reply(200, answer), after.noted() if applied else after

    def _seqs_then(self, after: Database) -> dict[Audience, int]:
        """A user's stream that begins has no delta: everyone in it gets a snapshot."""
        seqs = dict(self.seqs)
        before = set(self.audiences())
        for audience in after.audiences():
            if audience not in before:
                known = seqs.get(audience)
                seqs[audience] = self.begins[0] if known is None else known + self.begins[1]
            elif self.view(audience) != after.view(audience):
                seqs[audience] = seqs.get(audience, 0) + 1
        return seqs

    def _apply(self, changes: list[Value]) -> tuple[dict[Entity, Stored], list[Any], list[Any]]:
        rows = dict(self.rows)
        applied: list[Value] = []
        duplicates: list[Value] = []
        for index, change in enumerate(changes):
            entity = change["kind"], change["key"]
            row = rows.get(entity)
            named = {"kind": change["kind"], "key": change["key"], "rev": change["rev"]}
            if row and change["rev"] <= row.rev:
                duplicates.append(named)
                continue
            rows[entity] = Stored(change["rev"], _next(change, row, index))
            if change["op"] == "del" and change["kind"] == "token":
                _cascade(rows, change["key"])
            applied.append(named)
        return rows, applied, duplicates


def _next(change: Value, row: Stored | None, index: int) -> Value | None:
    if change["op"] == "del":
        return None
    stored = (row.value if row else None) or {}
    expected: Value = change.get("expect", {})
    found = {name: stored.get(name) for name in expected}
    if canonical(found) != canonical(expected):
        raise _RefusedError(409, "expect_mismatch", change=index, found=found)
    if change["op"] == "put":
        value: Value = change["value"]
        return value
    if row is None or row.value is None or row.rev != change["base"]:
        rev = row.rev if row and row.value is not None else None
        raise _RefusedError(409, "base_mismatch", change=index, stored=rev)
    patched: Value = merged(row.value, change["value"])
    return patched


def _cascade(rows: dict[Entity, Stored], token: str) -> None:
    for entity, row in list(rows.items()):
        if entity[0] == "combatant" and row.value and row.value.get("tokenId") == token:
            rows[entity] = Stored(row.rev, None)


def entities(state: State) -> list[Value]:
    """A view as a snapshot has it."""
    return [{"kind": kind, "key": key, "value": row} for (kind, key), row in sorted(state.items())]


def markers(text: str) -> frozenset[str]:
    """The markers in a text."""
    return frozenset(MARKER.findall(text))


def fits(reply: Reply, status: int, body: Value, *, replayed: bool) -> bool:
    """Whether the room's answer is the one that must be."""
    if status != reply.status or replayed != reply.replayed:
        return False
    if status != 200:
        error = body["error"]
        return all(error.get(name) == value for name, value in reply.body.items())
    same = (
        canonical(body[name]) == canonical(reply.body[name]) for name in ("applied", "duplicates")
    )
    wanted, got = reply.body["seq"], body["seq"]
    # One that ended with this request may still be named.
    return all(same) and all(got.get(audience) == seq for audience, seq in wanted.items())
