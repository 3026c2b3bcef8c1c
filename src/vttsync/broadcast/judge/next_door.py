"""Whether a second session that was played beside the first one kept to itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vttsync.broadcast.actions import Call, Plan
from vttsync.broadcast.judge.answers import wrong_answers
from vttsync.broadcast.judge.case import Case, heard, usual_epochs
from vttsync.broadcast.judge.leaks import Secrets
from vttsync.broadcast.judge.renewal import gone_on
from vttsync.broadcast.judge.stream import examine
from vttsync.broadcast.judge.verdict import Difference
from vttsync.broadcast.plan.expected import Expected, expect
from vttsync.broadcast.plan.next_door import NEXT_DOOR
from vttsync.broadcast.replay.transcript import Beside, Transcript


def of_next_door(expected: Expected) -> Secrets:
    """What of the session next door nobody may hear of in this one."""
    return Secrets(expect(NEXT_DOOR).rows, expected.views["gm"])


def wrong_next_door(
    plan: Plan, expected: Expected, beside: Beside, version: str | None
) -> Iterator[Difference]:
    """Judge the session next door, in which nobody may hear of this one.

    Args:
        plan: what was played here; what it has done outside is felt next door too.
        expected: what that had to bring about.
        beside: what was recorded next door.
        version: the Worker version that must answer, if that is known.
    """
    calls = [step for step in plan.steps if isinstance(step, Call)]
    played = replace(NEXT_DOOR, steps=(*calls, *NEXT_DOOR.steps))
    there = expect(played)
    recorded = Transcript(beside.logs, beside.answers, pointed=beside.pointed)
    recorded = gone_on(played, there, recorded)
    everyone = [heard(log, there, recorded.answers) for log in recorded.logs]
    case = Case(
        plan=played,
        expected=there,
        answers=recorded.answers,
        taken=recorded.taken,
        epochs=usual_epochs(everyone),
        version=version,
        secrets={},
        pointed=recorded.pointed,
        others=Secrets(expected.rows, there.views["gm"]),
    )
    found = [examine(one, case) for one in everyone]
    told = [difference for one in found for difference in (*one.differences, *one.lost)]
    for difference in (*told, *wrong_answers(played, there, recorded.answers)):
        # What this session tells of the same fault comes before it.
        yield replace(difference, line=None, moment=len(expected.rows))
