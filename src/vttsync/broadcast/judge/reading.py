"""One client's messages, paired with those that should have come, and how a difference is told."""

from __future__ import annotations

from typing import Any

from vttsync.broadcast.judge.align import align
from vttsync.broadcast.judge.case import Case, Heard
from vttsync.broadcast.judge.meanings import MEANINGS
from vttsync.broadcast.judge.messages import in_stream
from vttsync.broadcast.judge.verdict import Difference, Reason
from vttsync.broadcast.values import canonical

_SHORT = 400


class Reading:
    """What one client got, beside what it should have got.

    Attributes:
        heard: both.
        case: what it is judged by.
        log: what was recorded.
        frames: what each message says; None for one that is none of this protocol.
        wanted: what should have come.
        pairs: places of messages that came, by those of the ones that should have.
        wanted_at: the same, the other way round.
        mismatches: what doesn't match, in the order of the messages that came.
    """

    def __init__(self, heard: Heard, case: Case) -> None:
        self.heard, self.case, self.log = heard, case, heard.log
        self.frames = [message.frame for message in heard.messages]
        self.wanted = heard.wanted
        places = in_stream(heard.messages)
        alignment = align(
            [wanted.message for wanted in self.wanted],
            [heard.messages[place].message for place in places],
        ).at(places)
        self.pairs = alignment.pairs
        self.wanted_at = {received: wanted for wanted, received in self.pairs.items()}
        self.mismatches = alignment.mismatches

    def difference(
        self,
        reason: Reason,
        wanted: int | None,
        position: float,
        expected: object,
        got: object,
        means: str | None = None,
    ) -> Difference:
        """Tell a difference.

        Args:
            reason: what kind of fault it shows.
            wanted: the place of the message that should have come, if it is about one.
            position: where it was found, among the messages that came.
            expected: what should have come.
            got: what came.
            means: what that probably means, where the reason doesn't say it all.
        """
        sent = self._sent_by(position)
        step, line, publish = "joining", None, None
        if wanted is not None:
            step, publish = self.wanted[wanted].moment, self.wanted[wanted].publish
        elif position >= 2 and not self.log.client.late:
            publish = sent
        if publish is not None and publish >= len(self.case.plan.setup):
            action = self.case.plan.publishes[publish]
            step, line = action.label, action.line
        return Difference(
            reason=reason,
            who=self.log.client.name,
            step=step,
            line=line,
            expected=_short(expected),
            got=_short(got),
            means=means or MEANINGS[reason],
            position=position,
            moment=sent if publish is None else publish,
        )

    def _sent_by(self, position: float) -> int:
        """Tell the last publish that was sent before a message came; without any, the joining."""
        messages = self.heard.messages
        if messages:
            last = messages[max(0, min(int(position), len(messages) - 1))]
            return self.case.sent_by(last.at)
        return self.case.taken - 1 if self.log.client.late else self.case.expected.joining


def _short(value: Any) -> Any:  # noqa: ANN401 - any JSON
    text = canonical(value)
    return value if len(text) <= _SHORT else text[:_SHORT] + "…"
