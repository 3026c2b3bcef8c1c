"""What a client's messages are judged by, and what is found."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vttsync.broadcast.actions import Audience, Plan
from vttsync.broadcast.judge.leaks import Secrets
from vttsync.broadcast.judge.messages import Received, received
from vttsync.broadcast.judge.verdict import Difference
from vttsync.broadcast.judge.wanted import Absence, Wanted, as_batched, audiences_of, wanted_by
from vttsync.broadcast.plan.expected import Expected
from vttsync.broadcast.protocol import Delta, Hello, Snapshot
from vttsync.broadcast.replay.transcript import Answer, Log


@dataclass(frozen=True)
class Heard:
    """One client's messages beside those that should have come.

    Attributes:
        log: what was recorded.
        messages: what that says.
        audiences: for each message, the audience the client should be in.
        wanted: what should have come.
        absences: of a client that came back, each time.
    """

    log: Log
    messages: tuple[Received, ...]
    audiences: tuple[Audience, ...]
    wanted: tuple[Wanted, ...]
    absences: tuple[Absence, ...]


def heard(log: Log, expected: Expected, answers: Sequence[Answer]) -> Heard:
    """Read what a client got, and work out what it should have got."""
    messages = received(log.frames)
    absences = tuple(_absences(log, messages))
    taken = sum(answer.status == 200 for answer in answers)
    wanted = wanted_by(log.client, expected, taken, absences)
    entitled = [expected.audience(log.client, sent_by(answers, it.at)) for it in messages]
    audiences = audiences_of(messages, wanted, entitled)
    wanted = as_batched(wanted, messages, audiences, expected)
    return Heard(log, tuple(messages), tuple(audiences), tuple(wanted), absences)


def _absences(log: Log, messages: Sequence[Received]) -> Iterator[Absence]:
    places = {id(frame): place for place, frame in enumerate(log.frames)}
    begins = [places[id(message.raw[0])] for message in messages]
    for comeback in log.comebacks:
        back = bisect_left(begins, comeback.frames)
        frames = [message.frame for message in messages[:back]]
        known = [frame.seq for frame in frames if isinstance(frame, Snapshot | Delta)]
        hellos = [frame for frame in frames if isinstance(frame, Hello)]
        after = [m.frame for m in messages[back : back + 2]]
        forgotten = any(isinstance(frame, Snapshot) for frame in after)
        versions = {it.version for it in (*hellos[-1:], *after) if isinstance(it, Hello)}
        last = known[-1] if known else -1
        yield Absence(len(hellos), last, comeback.publishes - 1, forgotten, len(versions) > 1)


def sent_by(answers: Sequence[Answer], at: float) -> int:
    """Tell the last publish that was sent before a time."""
    return max(0, bisect_right(answers, at, key=lambda answer: answer.sent) - 1)


def usual_epochs(everyone: Iterable[Heard]) -> dict[Audience, str]:
    """Find the epoch that most clients of each audience begin with."""
    counts: dict[Audience, Counter[str]] = {}
    for one in everyone:
        first: dict[Audience, str] = {}
        for message, audience in zip(one.messages, one.audiences, strict=True):
            epoch = getattr(message.frame, "epoch", None)
            if isinstance(epoch, str):
                first.setdefault(audience, epoch)
        for audience, epoch in first.items():
            counts.setdefault(audience, Counter())[epoch] += 1
    return {audience: count.most_common(1)[0][0] for audience, count in counts.items()}


@dataclass(frozen=True)
class Case:
    """What a client's messages are judged by.

    Attributes:
        plan: what was played.
        expected: what it had to bring about.
        answers: when each publish was due, and sent.
        taken: how many publishes the room took.
        epochs: the epoch that names each audience's stream.
        version: the version id that must answer, if that is known.
        secrets: what each audience may not know.
        pointed: when each of the plan's presences was sent.
        others: what belongs to another session; None where that isn't checked.
    """

    plan: Plan
    expected: Expected
    answers: tuple[Answer, ...]
    taken: int
    epochs: Mapping[Audience, str]
    version: str | None
    secrets: Mapping[Audience, Secrets]
    pointed: tuple[float, ...] = ()
    others: Secrets | None = None

    def sent_by(self, at: float) -> int:
        """Tell the last publish that was sent before a time."""
        return sent_by(self.answers, at)


@dataclass(frozen=True)
class Findings:
    """What was found about one client.

    Attributes:
        differences: everything that is wrong.
        latencies: seconds, one for each publish that was told right.
        reconnects: seconds, one for each time that the client came back.
        lost: presences that never came, which a script may allow.
        pointings: presences that came as they should.
    """

    differences: tuple[Difference, ...]
    latencies: tuple[float, ...]
    reconnects: tuple[float, ...] = ()
    lost: tuple[Difference, ...] = ()
    pointings: int = 0
