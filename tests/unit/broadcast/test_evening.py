"""What a script can say beside a fight: who comes, goes, points, and must not be told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.unit.broadcast.perfect import greeting, perfect_replay
from vttsync.broadcast.actions import Plan, Publish
from vttsync.broadcast.judge.judge import judge
from vttsync.broadcast.judge.verdict import Difference, Reason
from vttsync.broadcast.plan.expected import expect
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.replay.replay import replay as play
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.transcript import Closed, Frame, Log, Transcript
from vttsync.broadcast.script.reading import read_script
from vttsync.errors import Exit, VttsyncError

EVENING = """\
title = "An evening"
cast = { players = 2, displays = 1 }
limits = { LIMITS }
scene = { name = "Floor", size = [10, 10] }

[[kind]]
name = "chat"
gm = ["aside"]

[[token]]
name = "Hero"
at = [1, 1]
hp = 20
roll = 12
owner = "player 1"

[[token]]
name = "Shade"
at = [5, 5]
hidden = true

[[step]]
move = "Hero"
along = [[2, 1], [2, 2]]
every = 0

[[step]]
presence = "drag"
by = "player 1"
token = "Hero"
at = [3, 3]

[[step]]
presence = "drag"
by = "gm"
token = "Shade"
at = [6, 5]

[[step]]
publish = [{ put = "chat/m1", value = { text = "Hm", aside = "He knows" } }]

[[step]]
disconnect = "everyone"

[[step]]
move = "Shade"
along = [[6, 6]]

[[step]]
expect = "nothing"
for = "players"

[[step]]
overtake = "Hero"
along = [[3, 3], [4, 4]]

[[step]]
reconnect = "everyone"

[[step]]
disconnect = "player 2"

[[step]]
hurt = "Hero"
by = 3

[[step]]
reveal = "Shade"

[[step]]
reconnect = "player 2"

[[step]]
join = "player"

[[step]]
republish = "last"

[[step]]
expire = "player 2"

[[step]]
publish = [{ patch = "chat/m1", value = { text = "Hm!" } }, { del = "chat/m1" }]

[[step]]
wait = "everyone"
"""


def evening(folder: Path, limits: str = "", text: str = EVENING) -> Plan:
    file = folder / "evening.toml"
    file.write_text(text.replace("LIMITS", limits), encoding="utf-8")
    return make_plan(read_script(file))


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return evening(tmp_path)


def with_log(replay: Transcript, who: str, change: Callable[[Log], Log]) -> Transcript:
    logs = tuple(change(log) if log.client.name == who else log for log in replay.logs)
    return replace(replay, logs=logs)


def first(plan: Plan, replay: Transcript) -> Difference:
    return judge(plan, replay).differences[0]


def is_presence(frame: Frame) -> bool:
    return '"presence"' in str(frame.data)


def test_a_right_room_passes(plan: Plan) -> None:
    verdict = judge(plan, perfect_replay(plan))

    assert verdict.passed, verdict.differences[0]
    assert [row.name for row in verdict.clients] == [
        *("gm", "player 1", "player 2", "spectator", "display", "player 3"),
        *("late gm", "late player", "late spectator", "late display"),
    ]
    assert all(row.received == row.expected for row in verdict.clients)
    assert verdict.reconnect == pytest.approx(250)


def test_what_comes_too_late_or_twice_counts_for_nothing(plan: Plan) -> None:
    duplicates = [publish for publish in plan.publishes if publish.duplicate]
    expected = expect(plan)

    assert [publish.label for publish in duplicates] == [
        "Hero moves to [2, 1], the same request again",
        "Hero moves to [3, 3], told too late",
        "Shade is revealed, the same request again",
    ]
    assert expected.rows[-1]["token", "hero"]["x"] == 400
    for place, publish in enumerate(plan.publishes):
        assert not publish.duplicate or expected.rows[place] == expected.rows[place - 1]


def test_a_kind_of_ones_own_has_its_secrets(plan: Plan) -> None:
    expected = expect(plan)
    (chat,) = [
        place
        for place, publish in enumerate(plan.publishes)
        if publish.changes[0].kind == "chat" and publish.changes[0].op == "put"
    ]

    assert expected.views["gm"][chat]["chat", "m1"] == {"text": "Hm", "aside": "He knows"}
    assert expected.views["player"][chat]["chat", "m1"] == {"text": "Hm"}


def test_a_presence_that_does_not_come_is_missed(plan: Plan, tmp_path: Path) -> None:
    def deaf(log: Log) -> Log:
        return replace(
            log,
            frames=tuple(frame for frame in log.frames if not is_presence(frame)),
            comebacks=tuple(replace(it, frames=it.frames - 1) for it in log.comebacks),
        )

    replay = with_log(perfect_replay(plan), "player 2", deaf)
    difference = first(plan, replay)

    assert (difference.reason, difference.who) == (Reason.MISSING, "player 2")
    assert difference.step == "drag of player 1"
    assert judge(evening(tmp_path, "losses = 1"), replay).passed


@pytest.mark.parametrize(
    ("who", "change", "reason"),
    [
        ("player 2", {"user": "player 2"}, Reason.EXTRA),
        ("player 2", {"role": "gm"}, Reason.ALTERED),
        ("player 2", {"ttl": 50}, Reason.ALTERED),
        ("player 2", {"value": {"tokenId": "hero", "x": 1, "y": 1}}, Reason.ALTERED),
        (
            "player 2",
            {"user": "gm", "role": "gm", "value": {"tokenId": "shade", "x": 600, "y": 500}},
            Reason.LEAKED,
        ),
    ],
)
def test_a_wrong_presence_is_named(
    plan: Plan, who: str, change: dict[str, object], reason: Reason
) -> None:
    def altered(frame: Frame) -> Frame:
        if not is_presence(frame):
            return frame
        told = json.loads(frame.data)
        told["items"] = [item | change for item in told["items"]]
        return replace(frame, data=json.dumps(told))

    replay = with_log(
        perfect_replay(plan), who, lambda log: replace(log, frames=tuple(map(altered, log.frames)))
    )

    assert (first(plan, replay).reason, first(plan, replay).who) == (reason, who)


def test_a_presence_told_twice_is_named(plan: Plan) -> None:
    def twice(log: Log) -> Log:
        (said,) = [place for place, frame in enumerate(log.frames) if is_presence(frame)]
        frames = (*log.frames[: said + 1], *log.frames[said:])
        comebacks = tuple(replace(it, frames=it.frames + 1) for it in log.comebacks)
        return replace(log, frames=frames, comebacks=comebacks)

    difference = first(plan, with_log(perfect_replay(plan), "player 2", twice))

    assert (difference.reason, difference.who) == (Reason.REPEATED, "player 2")


def test_who_comes_back_a_second_time_gets_what_was_missed(plan: Plan) -> None:
    expected = expect(plan)

    def forgotten(log: Log) -> Log:
        again = log.comebacks[1]
        hello, snapshot = greeting(log.client, expected, again.publishes - 1, again.at)
        missed = [frame for frame in log.frames[again.frames + 1 :] if frame.at < again.at + 0.5]
        rest = log.frames[again.frames + 1 + len(missed) + 1 :]
        return replace(log, frames=(*log.frames[: again.frames], hello, snapshot, *rest))

    difference = first(plan, with_log(perfect_replay(plan), "player 2", forgotten))

    assert (difference.reason, difference.who) == (Reason.NOT_RESUMED, "player 2")


@pytest.mark.parametrize(
    "visit",
    [
        lambda log: replace(log, closed=None),
        lambda log: replace(log, closed=Closed(1000, "")),
        lambda log: replace(log, frames=()),
        lambda log: replace(log, frames=(Frame(0, '{"type":"snapshot"}'), *log.frames)),
        lambda log: replace(log, refused="HTTP 500 instead of a websocket"),
    ],
)
def test_an_expired_ticket_opens_nothing(plan: Plan, visit: Callable[[Log], Log]) -> None:
    replay = perfect_replay(plan)
    (log,) = replay.visits

    difference = first(plan, replace(replay, visits=(visit(log),)))

    assert (difference.reason, difference.who) == (Reason.EXPIRED, "player 2")
    assert difference.step == "player 2 with an expired ticket"


@pytest.mark.parametrize("limit", ["p50_ms", "p99_ms", "max_ms", "reconnect_ms"])
def test_a_limit_that_is_passed_is_named_with_its_line(tmp_path: Path, limit: str) -> None:
    plan = evening(tmp_path, f"{limit} = 3")
    replay = perfect_replay(plan)
    difference = first(plan, replay)

    assert (difference.reason, difference.line) == (Reason.SLOW, 3)
    assert difference.expected == {limit: 3}
    assert judge(evening(tmp_path, f"{limit} = 300"), replay).passed


def test_what_a_slow_reader_waits_for_is_no_latency(plan: Plan) -> None:
    replay = perfect_replay(plan)
    late = 30.0

    def slow(log: Log) -> Log:
        frames = tuple(
            replace(frame, at=late) if frame.at > len(plan.publishes) - 1 else frame
            for frame in log.frames
        )
        return replace(log, frames=frames, lags=((1.0, late),))

    latency = judge(plan, with_log(replay, "spectator", slow)).latency

    assert latency is not None
    assert latency.max == pytest.approx(4, abs=0.1)


def test_an_expectation_that_cannot_be_is_a_mistake(tmp_path: Path) -> None:
    text = EVENING.replace('move = "Shade"\nalong = [[6, 6]]', 'move = "Hero"\nalong = [[6, 6]]')

    with pytest.raises(VttsyncError) as caught:
        evening(tmp_path, text=text)

    assert caught.value.exit_code is Exit.CONFIG
    line = text.splitlines().index('expect = "nothing"')
    assert caught.value.why == (
        f'{tmp_path / "evening.toml"}:{line}: "Hero moves to [6, 6]" tells player 1 of token/hero.'
    )


def test_every_publish_of_a_path_gone_more_than_once_is_there(tmp_path: Path) -> None:
    text = EVENING.replace("every = 0\n", "every = 0\ntimes = 3\n")
    line = text.splitlines().index("[[step]]") + 1
    moves = [
        step
        for step in evening(tmp_path, text=text).steps
        if isinstance(step, Publish) and step.line == line and not step.duplicate
    ]

    assert len(moves) == 6


def test_a_hook_that_nobody_explains_stops_the_proof_before_it_begins(tmp_path: Path) -> None:
    text = EVENING.replace('wait = "everyone"', 'hook = "redeploy"')
    room = Room("http://127.0.0.1:1", SecretStr("p" * 32), SecretStr("t" * 32))

    with pytest.raises(VttsyncError, match='the hook "redeploy"') as caught:
        asyncio.run(play(evening(tmp_path, text=text), room, lambda event: None))

    assert caught.value.exit_code is Exit.USAGE
    assert "--hook redeploy=COMMAND" in caught.value.fix


def test_another_version_may_answer_after_a_hook(tmp_path: Path, plan: Plan) -> None:
    def redeployed(log: Log) -> Log:
        again = log.comebacks[0].frames
        frames = [
            replace(frame, data=str(frame.data).replace('"v1"', '"v2"'))
            if place >= again
            else frame
            for place, frame in enumerate(log.frames)
        ]
        return replace(log, frames=tuple(frames))

    hooked = evening(tmp_path, text=EVENING.replace('wait = "everyone"', 'hook = "redeploy"'))
    replay = with_log(perfect_replay(plan), "gm", redeployed)

    assert judge(hooked, replay, expected_version="v1").passed
    assert judge(plan, replay, expected_version="v1").differences[0].reason is Reason.WRONG_VERSION
