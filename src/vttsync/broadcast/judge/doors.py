"""Whether those with a ticket that has run out were told so, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vttsync.broadcast.actions import Knock, Plan, Value
from vttsync.broadcast.judge.meanings import MEANINGS
from vttsync.broadcast.judge.messages import received
from vttsync.broadcast.judge.verdict import Difference, Reason
from vttsync.broadcast.protocol import RoomError
from vttsync.broadcast.replay.transcript import Log

_SHOWN = 400
_BAD_TICKET = {"messages": ["bad_ticket"], "close code": 4401}


def wrong_visits(plan: Plan, visits: Sequence[Log]) -> Iterator[Difference]:
    """Check what those got who knocked with an expired ticket."""
    knocks = [step for step in plan.steps if isinstance(step, Knock)]
    for knock, log in zip(knocks, visits, strict=False):
        got = _told(log)
        if got != _BAD_TICKET:
            yield Difference(
                reason=Reason.EXPIRED,
                who=knock.client.name,
                step=knock.label,
                line=knock.line,
                expected=_BAD_TICKET,
                got=got,
                means=MEANINGS[Reason.EXPIRED],
                position=len(log.frames),
            )


def _told(log: Log) -> Value:
    if log.refused:
        return {"connection": log.refused}
    messages = [
        it.frame.code if isinstance(it.frame, RoomError) else str(it.raw[0].data)[:_SHOWN]
        for it in received(log.frames)
    ]
    return {"messages": messages, "close code": log.closed.code if log.closed else None}
