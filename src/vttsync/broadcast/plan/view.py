"""What each audience may see, stated from the protocol's rules and from nothing else.

The room has its own statement in TypeScript. This one shares no code and no shape with it, so
that a mistake in either shows as a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vttsync.broadcast.actions import Audience, Change, Entity, Plan, Value
from vttsync.broadcast.values import difference, merged

State = Mapping[Entity, Value]
"""Rows by kind and key: the whole database, or what an audience sees of it."""

AUDIENCES: tuple[Audience, ...] = ("gm", "player", "spectator", "display")
_SECRET_FIELDS = {
    "token": {"hidden", "gmNotes"},
    "combatant": {"hidden"},
    "combat": {"turn"},
}


def _after(rows: State, changes: Sequence[Change]) -> State:
    """Apply the changes of one publish to the database's rows."""
    new = dict(rows)
    for change in changes:
        if change.op == "del":
            new.pop(change.entity, None)
            if change.kind == "token":
                new = {key: row for key, row in new.items() if not _of_token(key, row, change.key)}
        elif change.op == "put":
            new[change.entity] = change.value or {}
        else:
            new[change.entity] = merged(new[change.entity], change.value or {})
    return new


def _of_token(entity: Entity, row: Value, token: str) -> bool:
    return entity[0] == "combatant" and row.get("tokenId") == token


def view(rows: State, audience: Audience) -> State:
    """Work out what an audience sees of the rows."""
    if audience == "gm":
        return rows
    seen = {entity: row for entity, row in rows.items() if not _hidden(rows, entity)}
    return {entity: _open_fields(entity[0], row, seen) for entity, row in seen.items()}


def _hidden(rows: State, entity: Entity) -> bool:
    """Tell whether a row is hidden from everyone but the game master."""
    row = rows.get(entity)
    if row is None:
        return False
    if entity[0] in ("scene", "token", "combatant") and row.get("hidden") is True:
        return True
    # Whatever belongs to something hidden is hidden with it.
    owners = {
        "token": [("scene", row.get("sceneId"))],
        "combat": [("scene", row.get("sceneId"))],
        "wall": [("scene", row.get("sceneId"))],
        "light": [("scene", row.get("sceneId"))],
        "combatant": [("token", row.get("tokenId")), ("combat", row.get("combatId"))],
    }.get(entity[0], [])
    return any(_hidden(rows, (kind, key)) for kind, key in owners if isinstance(key, str))


def _open_fields(kind: str, row: Value, seen: State) -> Value:
    secret = set(_SECRET_FIELDS.get(kind, ()))
    if kind == "combat" and ("combatant", row.get("combatantId")) not in seen:
        secret.add("combatantId")
    if secret.isdisjoint(row):
        return row
    return {field: value for field, value in row.items() if field not in secret}


@dataclass(frozen=True)
class Delta:
    """A delta that an audience has to get.

    Attributes:
        publish: which of the plan's publishes causes it.
        seq: its number in the audience's stream.
        changes: as the frame has them, sorted by kind and key.
    """

    publish: int
    seq: int
    changes: tuple[Value, ...]


@dataclass(frozen=True)
class Stream:
    """What an audience has to see.

    Attributes:
        joined: the snapshot for those who join after the set-up, and its `seq`.
        deltas: what they get after it.
        final: the state after the last publish, and its `seq`.
    """

    joined: tuple[State, int]
    deltas: tuple[Delta, ...]
    final: tuple[State, int]


@dataclass(frozen=True)
class Expected:
    """What a plan has to bring about.

    Attributes:
        rows: the whole database after each publish.
        views: each audience's view after each publish.
        seqs: each audience's `seq` after each publish.
        streams: what each audience's clients have to see.
    """

    rows: tuple[State, ...]
    views: Mapping[Audience, tuple[State, ...]]
    seqs: tuple[Mapping[Audience, int], ...]
    streams: Mapping[Audience, Stream]


def expect(plan: Plan) -> Expected:
    """Work out what each audience has to see of a plan."""
    rows: list[State] = []
    for publish in plan.publishes:
        last = rows[-1] if rows else {}
        rows.append(last if publish.retry else _after(last, publish.changes))
    views = {who: tuple(view(state, who) for state in rows) for who in AUDIENCES}
    deltas = {who: tuple(_deltas(views[who])) for who in AUDIENCES}
    seqs = tuple(
        {who: sum(delta.publish <= index for delta in deltas[who]) for who in AUDIENCES}
        for index in range(len(rows))
    )
    joins = len(plan.setup) - 1
    streams = {
        who: Stream(
            joined=(views[who][joins], seqs[joins][who]),
            deltas=tuple(delta for delta in deltas[who] if delta.publish > joins),
            final=(views[who][-1], seqs[-1][who]),
        )
        for who in AUDIENCES
    }
    return Expected(tuple(rows), views, seqs, streams)


def _deltas(views: Sequence[State]) -> Iterator[Delta]:
    before: State = {}
    seq = 0
    for publish, now in enumerate(views):
        changes = tuple(_changes(before, now))
        if changes:
            seq += 1
            yield Delta(publish, seq, changes)
        before = now


def _changes(before: State, now: State) -> Iterator[Value]:
    for kind, key in sorted({*before, *now}):
        old, new = before.get((kind, key)), now.get((kind, key))
        if new is None:
            yield {"op": "del", "kind": kind, "key": key}
        elif old is None:
            yield {"op": "put", "kind": kind, "key": key, "value": new}
        elif patch := difference(old, new):
            yield {"op": "patch", "kind": kind, "key": key, "value": patch}
