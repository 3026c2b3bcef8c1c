"""Whether a second session that was played beside the first one kept to itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vttsync.broadcast.judge.answers import wrong_answers
from vttsync.broadcast.judge.case import Case, heard, usual_epochs
from vttsync.broadcast.judge.leaks import Secrets
from vttsync.broadcast.judge.stream import examine
from vttsync.broadcast.judge.verdict import Difference
from vttsync.broadcast.plan.expected import Expected, expect
from vttsync.broadcast.plan.next_door import NEXT_DOOR
from vttsync.broadcast.replay.transcript import Beside


def of_next_door(expected: Expected) -> Secrets:
    """What of the session next door nobody may hear of in this one."""
    return Secrets(expect(NEXT_DOOR).rows, expected.views["gm"])


def wrong_next_door(
    expected: Expected, beside: Beside, version: str | None
) -> Iterator[Difference]:
    """Judge the session next door, in which nobody may hear of this one."""
    there = expect(NEXT_DOOR)
    everyone = [heard(log, there, beside.answers) for log in beside.logs]
    case = Case(
        plan=NEXT_DOOR,
        expected=there,
        answers=beside.answers,
        taken=sum(answer.status == 200 for answer in beside.answers),
        epochs=usual_epochs(everyone),
        version=version,
        secrets={},
        pointed=beside.pointed,
        others=Secrets(expected.rows, there.views["gm"]),
    )
    found = [examine(one, case) for one in everyone]
    told = [difference for one in found for difference in (*one.differences, *one.lost)]
    for difference in (*told, *wrong_answers(NEXT_DOOR, there, beside.answers)):
        # What this session tells of the same fault comes before it.
        yield replace(difference, line=None, moment=len(expected.rows))
