"""How a client that stays follows, waits and is judged; without a network."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vttsync.broadcast.actions import Value
from vttsync.broadcast.judge.wanted import entities
from vttsync.broadcast.plan.view import State, view
from vttsync.broadcast.protocol import parse_frame
from vttsync.broadcast.replay.transcript import Closed, Frame
from vttsync.broadcast.survival.follower import Follower, read
from vttsync.broadcast.survival.judge import judge
from vttsync.broadcast.survival.record import Record, Trail, Visit
from vttsync.broadcast.survival.story import CAST, changes, note, rows
from vttsync.broadcast.survival.survival import Fault, Problem
from vttsync.broadcast.survival.waits import again_after, backoff
from vttsync.project.templates import templates_folder

VECTORS = templates_folder() / "party" / "vectors"
SPECTATOR = CAST[-1]


def cases(name: str) -> list[Any]:
    return [
        pytest.param(case, id=case["name"])
        for case in json.loads((VECTORS / name).read_text("utf-8"))["cases"]
    ]


@pytest.mark.parametrize("case", cases("client.json"))
def test_a_client_follows_as_the_protocol_says(case: Value) -> None:
    follower = Follower()
    for step in case["steps"]:
        if "frame" not in step:
            follower.connect()
            continue
        data = step["frame"] if isinstance(step["frame"], str) else json.dumps(step["frame"])
        assert follower.take(read(data)) == step["does"]
        cursor = follower.cursor and {"epoch": follower.cursor[0], "seq": follower.cursor[1]}
        assert cursor == step["cursor"]
    assert entities(follower.view) == case["view"]


@pytest.mark.parametrize("case", cases("closes.json"))
def test_a_client_connects_again_as_the_protocol_says(case: Value) -> None:
    wait = again_after(case["close"], case["error"])
    assert (None if wait is None else wait * 1000) == case["again"]


def test_waits_are_random_from_nothing_to_twice_as_long_each_time() -> None:
    assert [backoff(attempt, 1.0) for attempt in (1, 2, 3, 6, 7, 5000)] == [1, 2, 4, 30, 30, 30]
    assert backoff(5, 0.0) == 0
    assert backoff(2, 0.25) == 0.5


def test_each_publish_is_a_row_of_its_own_and_moves_what_is_there() -> None:
    before: State = {}
    for number in range(4):
        after = {**before, **{change.entity: change.value or {} for change in changes(number)}}
        assert after == rows(number)
        before = after
    assert note(3) in rows(3)
    assert note(3) not in rows(2)
    assert ("token", "troll") not in view(rows(3), "player")


def hello(seq: int, epoch: str = "e1", version: str = "v1") -> Value:
    who = {"protocol": 1, "version": version, "audience": "spectator"}
    return {"type": "hello", "epoch": epoch, "seq": seq, **who}


def snapshot(seq: int, number: int, epoch: str = "e1") -> Value:
    seen = entities(view(rows(number), "spectator"))
    stream = {"epoch": epoch, "seq": seq}
    return {"type": "snapshot", **stream, "part": 1, "parts": 1, "entities": seen}


def delta(seq: int, number: int, epoch: str = "e1") -> Value:
    told = view(rows(number), "spectator")
    row = {"kind": "note", "key": str(number), "value": told[note(number)]}
    move = {"kind": "token", "key": "walker", "value": {"x": number}}
    changes = [{"op": "put", **row}, {"op": "patch", **move}]
    return {"type": "delta", "epoch": epoch, "seq": seq, "changes": changes}


def visit(at: float, *frames: Value, ended: float | None = None, code: int = 1006) -> Visit:
    for frame in frames:
        parse_frame(json.dumps(frame))
    got = tuple(Frame(at + 0.1 * n, json.dumps(frame)) for n, frame in enumerate(frames))
    return Visit(got, None if ended is None else (ended, Closed(code, "")))


def record(*visits: Visit, taken: int, tried: int | None = None, refusal: str = "") -> Record:
    trail = Trail(SPECTATOR, visits, refusal)
    return Record((trail,), taken, taken if tried is None else tried, refusal, 0.5, until=100.0)


FIRST = visit(0, hello(1), snapshot(1, 0), delta(2, 1), ended=10.0)


def test_an_absence_lasts_until_all_is_there_again() -> None:
    back = visit(11, hello(3), delta(3, 2))
    (stay,) = judge(record(FIRST, back, taken=2)).clients

    assert stay.passed
    assert stay.drops == 1
    assert stay.away == pytest.approx((1.1,))


def test_a_connection_that_tells_nothing_ends_no_absence() -> None:
    silent = visit(11, hello(2, "e2", "v2"), ended=12.0)
    back = visit(14, hello(2, "e2", "v2"), snapshot(2, 2, "e2"))
    survival = judge(record(FIRST, silent, back, taken=2))

    assert survival.passed
    assert survival.clients[0].drops == 1
    assert survival.longest == pytest.approx(4.1)
    assert survival.clients[0].versions == ("v1", "v2")


def test_a_ticket_that_is_refused_at_first_is_no_loss() -> None:
    survival = judge(
        record(visit(0, ended=0.0, code=4401), visit(1, hello(1), snapshot(1, 1)), taken=1)
    )

    assert survival.passed
    assert survival.clients[0].drops == 0


@pytest.mark.parametrize(
    ("visits", "fault", "what"),
    [
        ([FIRST], Fault.AWAY, "was not back after 90.0 s: closed with 1006"),
        (
            [FIRST, visit(11, hello(3))],
            Fault.AWAY,
            "was not back after 90.0 s: it was greeted, but not told what it missed",
        ),
        (
            [FIRST, visit(11, hello(1, "e2", "v2"), snapshot(1, 2, "e2") | {"entities": []})],
            Fault.MISSING,
            "never got publishes 1-2",
        ),
        (
            [FIRST, visit(11, hello(3), delta(2, 1), delta(3, 2))],
            Fault.REPEATED,
            "got publish 1 more than once",
        ),
        (
            [FIRST, visit(11, hello(3), delta(3, 2) | {"seq": 4}, snapshot(4, 2))],
            Fault.SKIPPED,
            "got a change that does not follow: 4 after 2",
        ),
        (
            [FIRST, visit(11, hello(1, "e2"), snapshot(1, 2, "e2"))],
            Fault.NEW_STREAM,
            "was greeted with another epoch by the same version: the room forgot",
        ),
        (
            [FIRST, visit(11, hello(3), delta(3, 2) | {"changes": delta(3, 2)["changes"][:1]})],
            Fault.DIFFERENT,
            "sees in the end something else than was published",
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_name(visits: list[Visit], fault: Fault, what: str) -> None:
    survival = judge(record(*visits, taken=2))

    assert survival.problems == (Problem(fault, "spectator", what),)
    assert not survival.clients[0].passed


def test_a_publish_without_an_answer_may_have_been_taken_or_not() -> None:
    for frames in ([hello(2)], [hello(3), delta(3, 2)]):
        survival = judge(record(FIRST, visit(11, *frames), taken=1, tried=2, refusal="no answer"))

        what = "publish 2 was not taken: no answer"
        assert survival.problems == (Problem(Fault.PUBLISH, "app server", what),)


def test_the_version_and_the_limit_are_judged_where_they_are_given() -> None:
    kept = record(FIRST, visit(11, hello(3), delta(3, 2)), taken=2)

    assert judge(kept, version="v1", within=1.2).passed
    assert [it.fault for it in judge(kept, version="v2", within=1.0).problems] == [
        Fault.OLD_VERSION,
        Fault.SLOW,
    ]
    assert judge(kept, within=1.0).summary == (
        "1 of 1 client dropped, back within 1.1 s, 1 problem"
    )
