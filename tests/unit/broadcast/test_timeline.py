"""Everything is where it was in time."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.broadcast.kept import record_of, right, wrong
from tests.unit.broadcast.perfect import perfect
from vttsync.broadcast.judge.verdict import Reason
from vttsync.broadcast.record import judged
from vttsync.broadcast.replay.transcript import Transcript
from vttsync.broadcast.timeline import timeline


def test_publishes_are_on_the_second_and_messages_behind_them() -> None:
    drawn = timeline(right(), judged(right()))

    assert [sent.at for sent in drawn.sent] == [float(n) for n in range(len(drawn.sent))]
    assert [sent.label for sent in drawn.sent] == [it.label for it in right().plan.publishes]
    lanes = {lane.name: lane for lane in drawn.lanes}
    assert len(lanes) == len(right().transcript.logs)
    assert all(lane.passed and not lane.marks for lane in drawn.lanes)
    frames = right().transcript.logs[0].frames
    assert lanes["gm"].frames == tuple(frame.at for frame in frames)
    assert max(at for lane in drawn.lanes for at in lane.frames) < drawn.seconds


def test_who_comes_back_was_away_in_between() -> None:
    lanes = {lane.name: lane for lane in timeline(right(), judged(right())).lanes}
    (log,) = [it for it in right().transcript.logs if it.comebacks]

    first, second = lanes[log.client.name].here

    (back,) = log.comebacks
    assert first[1] == log.frames[back.frames - 1].at
    assert second[0] == back.at
    assert all(len(lane.here) == 1 for lane in lanes.values() if lane.name != log.client.name)


def test_a_noted_loss_counts_and_not_the_last_message() -> None:
    logs = tuple(
        replace(log, comebacks=tuple(replace(it, left=it.at - 0.5) for it in log.comebacks))
        for log in perfect().logs
    )
    record = record_of(replace(perfect(), logs=logs))
    (lane,) = [it for it in timeline(record, judged(record)).lanes if len(it.here) > 1]
    assert lane.here[1][0] - lane.here[0][1] == 0.5


def test_differences_are_at_their_messages() -> None:
    verdict = judged(wrong())
    drawn = timeline(wrong(), verdict)
    lanes = {lane.name: lane for lane in drawn.lanes}

    assert not lanes["player 1"].passed
    marks = [*drawn.marks, *(mark for lane in drawn.lanes for mark in lane.marks)]
    shown = {mark.difference for mark in marks}
    assert shown == set(range(len(verdict.differences)))
    for lane in drawn.lanes:
        for mark in lane.marks:
            assert verdict.differences[mark.difference].who == lane.name
            assert 0 <= mark.at <= drawn.seconds
    (leak,) = [n for n, it in enumerate(verdict.differences) if it.who == "player 2"][:1]
    times = {mark.at for mark in lanes["player 2"].marks if mark.difference == leak}
    assert times == {wrong().transcript.logs[2].frames[4].at}
    assert lanes["player 3"].ended == wrong().transcript.logs[3].frames[-1].at + 0.1
    assert lanes["player 3"].here[-1][1] == lanes["player 3"].ended
    assert lanes["player 4"].lags == ((3.0, 4.0),)


def test_what_is_the_app_servers_is_at_its_step() -> None:
    answers = list(perfect().answers)
    answers[5] = replace(answers[5], body="{}")
    record = record_of(replace(perfect(), answers=tuple(answers)))
    verdict = judged(record)
    (number,) = [n for n, it in enumerate(verdict.differences) if it.reason is Reason.ANSWER]

    drawn = timeline(record, verdict)

    (mark,) = [it for it in drawn.marks if it.difference == number]
    line = record.plan.publishes[5].line
    assert mark.at == min(sent.at for sent in drawn.sent if sent.line == line)


def test_nothing_at_all_is_a_timeline_too() -> None:
    record = record_of(Transcript((), ()))
    assert timeline(record, judged(right())).seconds == 0
