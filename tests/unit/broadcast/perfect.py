"""A replay in which everything went right, made from a plan without any network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from vttsync.broadcast.actions import Client, Leave, Plan, Publish, Return
from vttsync.broadcast.judge.answers import digest
from vttsync.broadcast.plan.expected import Expected, expect
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.replay.transcript import (
    Answer,
    Comeback,
    Digests,
    Frame,
    Log,
    Transcript,
)
from vttsync.broadcast.script.reading import read_script

TEMPLATES = Path(__file__).parents[3] / "templates" / "broadcast"
FIRST_FIGHT = TEMPLATES / "first-fight.toml"


@cache
def first_fight() -> Plan:
    return make_plan(read_script(FIRST_FIGHT))


@cache
def perfect() -> Transcript:
    return perfect_replay(first_fight())


def perfect_replay(plan: Plan) -> Transcript:
    """Each publish is due and sent on the full second, and heard 4 ms later."""
    expected = expect(plan)
    clients = plan.cast + plan.latecomers
    logs = tuple(_log(client, plan, expected) for client in clients)
    answers = []
    for number, publish in enumerate(plan.publishes):
        refs = [{"kind": c.kind, "key": c.key, "rev": c.rev} for c in publish.changes]
        body = {
            "applied": [] if publish.duplicate else refs,
            "duplicates": refs if publish.duplicate else [],
            "seq": dict(expected.seqs[number]),
        }
        answers.append(Answer(float(number), float(number), 200, json.dumps(body)))
    digests = {
        who: {"seq": seq, "sha256": digest(expected.views[who][-1])}
        for who, seq in expected.seqs[-1].items()
    }
    body = {"epoch": "e1", "digests": digests}
    return Transcript(logs, tuple(answers), Digests(200, json.dumps(body)))


def _log(client: Client, plan: Plan, expected: Expected) -> Log:
    last = len(plan.publishes) - 1
    if client.late:
        return Log(client, tuple(greeting(client, expected, last, last + 1.0)))
    frames = list(greeting(client, expected, expected.joining, len(plan.setup) - 0.5))
    done = [*plan.setup, *(s for s in plan.steps if isinstance(s, Publish | Leave | Return))]
    left = next((p for p, s in enumerate(done) if isinstance(s, Leave) and client.name in s.who), 0)
    if not left:
        return Log(client, (*frames, *deltas(client, expected, expected.joining + 1, last)))
    back = next(p for p, s in enumerate(done) if isinstance(s, Return)) - 2
    left -= 1
    frames += deltas(client, expected, expected.joining + 1, left)
    hello, _ = greeting(client, expected, back, back + 0.5)
    missed = [replace(frame, at=back + 0.5) for frame in deltas(client, expected, left + 1, back)]
    rest = deltas(client, expected, back + 1, last)
    comeback = Comeback(len(frames), back + 1, back + 0.25)
    return Log(client, (*frames, hello, *missed, *rest), comebacks=(comeback,))


def greeting(client: Client, expected: Expected, publish: int, at: float) -> tuple[Frame, Frame]:
    """Write what a client first gets, the room being as it was after a publish."""
    audience = expected.audience(client, publish)
    stream = {"epoch": f"e1.{audience}", "seq": expected.seqs[publish][audience]}
    hello = {"type": "hello", "protocol": 1, "version": "v1", **stream, "audience": audience}
    view = sorted(expected.views[audience][publish].items())
    entities = [{"kind": kind, "key": key, "value": row} for (kind, key), row in view]
    snapshot = {"type": "snapshot", **stream, "part": 1, "parts": 1, "entities": entities}
    return Frame(at, json.dumps(hello)), Frame(at, json.dumps(snapshot))


def deltas(client: Client, expected: Expected, first: int, last: int) -> Iterator[Frame]:
    """Write what a client gets of some publishes."""
    for publish in range(first, last + 1):
        audience = expected.audience(client, publish)
        if audience != expected.audience(client, publish - 1):
            yield from greeting(client, expected, publish, publish + 0.004)
        elif delta := expected.streams[audience].get(publish):
            frame = {"type": "delta", "epoch": f"e1.{audience}", "seq": delta.seq}
            yield Frame(publish + 0.004, json.dumps(frame | {"changes": delta.changes}))
