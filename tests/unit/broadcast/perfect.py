"""A replay in which everything went right, made from a plan without any network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from vttsync.broadcast.actions import Client, Plan
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.plan.view import Expected, expect
from vttsync.broadcast.replay.transcript import Answer, Frame, Log, Transcript
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
    logs = tuple(Log(client, tuple(_frames(client, plan, expected))) for client in clients)
    answers = []
    for number, publish in enumerate(plan.publishes):
        refs = [{"kind": c.kind, "key": c.key, "rev": c.rev} for c in publish.changes]
        body = {
            "applied": [] if publish.retry else refs,
            "duplicates": refs if publish.retry else [],
            "seq": dict(expected.seqs[number]),
        }
        answers.append(Answer(float(number), float(number), 200, json.dumps(body)))
    return Transcript(logs, tuple(answers))


def _frames(client: Client, plan: Plan, expected: Expected) -> Iterator[Frame]:
    stream = expected.streams[client.role]
    state, seq = stream.final if client.late else stream.joined
    joined = len(plan.publishes) if client.late else len(plan.setup) - 0.5
    hello = {"type": "hello", "protocol": 1, "version": "v1", "epoch": "e1"}
    yield Frame(joined, json.dumps(hello | {"audience": client.role}))
    entities = [{"kind": k, "key": n, "value": row} for (k, n), row in sorted(state.items())]
    snapshot = {"type": "snapshot", "epoch": "e1", "seq": seq, "entities": entities}
    yield Frame(joined, json.dumps(snapshot))
    if not client.late:
        for delta in stream.deltas:
            frame = {"type": "delta", "epoch": "e1", "seq": delta.seq, "changes": delta.changes}
            yield Frame(delta.publish + 0.004, json.dumps(frame))
