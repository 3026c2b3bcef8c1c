"""A replay in which everything went right, made from a plan without any network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from vttsync.broadcast.actions import Client, Join, Knock, Leave, Plan, Point, Publish, Return
from vttsync.broadcast.judge.answers import digest
from vttsync.broadcast.plan.expected import Expected, expect
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.replay.transcript import (
    Answer,
    Closed,
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
    joined = tuple(step.client for step in plan.steps if isinstance(step, Join))
    clients = plan.cast + joined + plan.latecomers
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
    pointed = tuple(publish + 0.7 for _, publish in plan.points)
    refusal = '{"type": "error", "code": "bad_ticket", "message": "no"}'
    visits = tuple(
        Log(step.client, (Frame(0.0, refusal),), Closed(4401, ""))
        for step in plan.steps
        if isinstance(step, Knock)
    )
    return Transcript(logs, tuple(answers), Digests(200, json.dumps(body)), pointed, visits)


def _log(client: Client, plan: Plan, expected: Expected) -> Log:
    last = len(plan.publishes) - 1
    if client.late:
        return Log(client, tuple(greeting(client, expected, last, last + 1.0)))
    publish = left = expected.joining
    here = client.after is None
    frames = list(greeting(client, expected, publish, publish + 0.5)) if here else []
    comebacks: list[Comeback] = []
    for step in plan.steps:
        match step:
            case Publish():
                publish += 1
                frames += deltas(client, expected, publish, publish) if here else ()
            case Join() if step.client == client:
                here = True
                frames += greeting(client, expected, publish, publish + 0.5)
            case Leave() if client.name in step.who:
                here, left = False, publish
            case Return() if client.name in step.who:
                here = True
                comebacks.append(Comeback(len(frames), publish + 1, publish + 0.25))
                frames += _resumed(client, expected, left, publish)
            case Point() if client.name in step.present and expected.sees(client, publish, step):
                frames.append(pointing(step, publish + 0.75))
    return Log(client, tuple(frames), comebacks=tuple(comebacks))


def _resumed(client: Client, expected: Expected, left: int, back: int) -> Iterator[Frame]:
    greeted = greeting(client, expected, back, back + 0.5)
    audiences = {expected.audience(client, publish) for publish in range(left, back + 1)}
    yield greeted[0]
    if len(audiences) > 1:
        yield greeted[1]
    else:
        for frame in deltas(client, expected, left + 1, back):
            yield replace(frame, at=back + 0.5)


_TTL = {"cursor": 5000, "ping": 3000, "ruler": 10000, "drag": 5000}


def pointing(point: Point, at: float) -> Frame:
    """Write what those who see it are told."""
    item = {"user": point.user, "role": point.role, "kind": point.kind, "value": point.value}
    items = [item | {"ttl": _TTL[point.kind]}]
    return Frame(at, json.dumps({"type": "presence", "items": items}))


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
