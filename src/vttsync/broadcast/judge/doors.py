"""Whether those with a ticket that has run out were told so, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vttsync.broadcast.actions import Knock, Plan, Value
from vttsync.broadcast.judge.leaks import Secrets
from vttsync.broadcast.judge.meanings import MEANINGS
from vttsync.broadcast.judge.messages import received
from vttsync.broadcast.judge.verdict import Difference, Reason
from vttsync.broadcast.plan.expected import Expected
from vttsync.broadcast.protocol import Hello, RoomError
from vttsync.broadcast.replay.transcript import Log

_SHOWN = 400
_BAD_TICKET = {"messages": ["bad_ticket"], "close code": 4401}


def wrong_visits(plan: Plan, expected: Expected, visits: Sequence[Log]) -> Iterator[Difference]:
    """Check what those got who knocked with an expired ticket."""
    knocks = [(step, publish) for step, publish in plan.after_publishes if isinstance(step, Knock)]
    if not visits:
        return
    # Who is not let in may not learn a word of what is inside.
    secrets = Secrets(expected.rows, [{}] * len(expected.rows))
    for (knock, publish), log in zip(knocks, visits, strict=False):
        got = _told(log)
        said = [word for text in _said(log) for word in secrets.in_message(text, publish)]
        # Who was let in after all was told everything, which is not what is wrong then.
        let_in = any(isinstance(it.frame, Hello) for it in received(log.frames))
        wrong = Reason.LEAKED if said and not let_in else Reason.EXPIRED
        if said or got != _BAD_TICKET:
            yield Difference(
                reason=wrong,
                who=knock.client.name,
                step=knock.label,
                line=knock.line,
                expected="nothing of it" if wrong is Reason.LEAKED else _BAD_TICKET,
                got=said if wrong is Reason.LEAKED else got,
                means=MEANINGS[wrong],
                position=len(log.frames),
                moment=publish,
            )


def _said(log: Log) -> Iterator[str | bytes]:
    yield from (frame.data for frame in log.frames)
    if log.closed:
        yield log.closed.reason


def _told(log: Log) -> Value:
    if log.refused:
        return {"connection": log.refused}
    messages = [
        it.frame.code if isinstance(it.frame, RoomError) else str(it.raw[0].data)[:_SHOWN]
        for it in received(log.frames)
    ]
    return {"messages": messages, "close code": log.closed.code if log.closed else None}
