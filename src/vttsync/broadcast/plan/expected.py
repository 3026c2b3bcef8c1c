"""What a plan has to bring about: the database, and each audience's view and stream."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vttsync.broadcast.actions import Audience, Change, Client, Entity, Plan, Point, Value
from vttsync.broadcast.plan.view import (
    AUDIENCES,
    KINDS,
    State,
    audience_of,
    shows,
    user_audiences,
    view,
)
from vttsync.broadcast.values import difference, merged


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
class Expected:
    """What a plan has to bring about.

    Attributes:
        rows: the whole database after each publish.
        views: each audience's view after each publish.
        seqs: where each stream that exists stands after each publish.
        streams: each audience's deltas, by the publish that causes them.
        joining: the publish after which the cast joins.
    """

    rows: tuple[State, ...]
    views: Mapping[Audience, tuple[State, ...]]
    seqs: tuple[Mapping[Audience, int], ...]
    streams: Mapping[Audience, Mapping[int, Delta]]
    joining: int

    def audience(self, client: Client, publish: int) -> Audience:
        """Tell which audience a client is in after a publish."""
        return audience_of(client.name, client.role, self.seqs[publish])

    def sees(self, client: Client, publish: int, point: Point) -> bool:
        """Tell whether a client sees, after a publish, what somebody points at."""
        seen = self.views[self.audience(client, publish)][publish]
        return shows(seen, point.kind, point.value)

    def net(self, audience: Audience, first: int, last: int) -> tuple[Value, ...]:
        """Work out what an audience's deltas from one publish to another come to."""
        before = self.views[audience][first - 1] if first else {}
        return tuple(changes(before, self.views[audience][last]))


def expect(plan: Plan) -> Expected:
    """Work out what each audience has to see of a plan."""
    rows: list[State] = []
    for publish in plan.publishes:
        last = rows[-1] if rows else {}
        rows.append(last if publish.duplicate else _after(last, publish.changes))
    kinds = {**KINDS, **plan.kinds}
    exists = [{*AUDIENCES, *user_audiences(state, kinds)} for state in rows]
    everyone = sorted(set(AUDIENCES).union(*exists))
    views = {who: tuple(view(state, who, kinds) for state in rows) for who in everyone}
    steps = {
        who: list(_steps(views[who], [who in AUDIENCES, *(who in existing for existing in exists)]))
        for who in everyone
    }
    streams = {who: {step.publish: step for step in steps[who] if step.changes} for who in everyone}
    moves = {who: [step.publish for step in steps[who]] for who in everyone}
    seqs = tuple(
        {who: bisect_right(moves[who], publish) for who in sorted(existing)}
        for publish, existing in enumerate(exists)
    )
    return Expected(tuple(rows), views, seqs, streams, len(plan.setup) - 1)


def changes(before: State, now: State) -> Iterator[Value]:
    """Yield what changed from one view to another, sorted by kind and key."""
    for kind, key in sorted({*before, *now}):
        old, new = before.get((kind, key)), now.get((kind, key))
        if new is None:
            yield {"op": "del", "kind": kind, "key": key}
        elif old is None:
            yield {"op": "put", "kind": kind, "key": key, "value": new}
        elif patch := difference(old, new):
            yield {"op": "patch", "kind": kind, "key": key, "value": patch}


def _after(rows: State, publish: Sequence[Change]) -> State:
    """Apply the changes of one publish to the database's rows."""
    new = dict(rows)
    for change in publish:
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


def _steps(views: Sequence[State], exists: Sequence[bool]) -> Iterator[Delta]:
    """Yield what moves a stream on: its deltas, and, without changes, its beginning and its end.

    A stream that begins or ends tells nothing, since who is in it gets a snapshot; but it goes on
    by one, so that a place in its earlier life is not taken for one in the next.
    """
    before: State = {}
    seq = 0
    for publish, (now, (existed, existing)) in enumerate(zip(views, pairwise(exists), strict=True)):
        changed = tuple(changes(before, now)) if existed and existing else ()
        if changed or existed != existing:
            seq += 1
            yield Delta(publish, seq, changed)
        before = now
