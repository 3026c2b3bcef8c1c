"""When everybody got what, as a picture needs it; pure, from a record and its verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vttsync.broadcast.judge.messages import received
from vttsync.broadcast.judge.verdict import Difference, Verdict
from vttsync.broadcast.record import Record
from vttsync.broadcast.replay.transcript import Log, Transcript

_AFTER = 0.02  # of the whole, so that it is seen who is there at the end
Stretch = tuple[float, float]
"""From when to when, in seconds from the beginning."""


@dataclass(frozen=True)
class Mark:
    """A difference, where it is: its number among the verdict's, from 0."""

    at: float
    difference: int


@dataclass(frozen=True)
class Lane:
    """One client's share; all times are seconds from the beginning.

    Attributes:
        passed: whether all it got was right.
        here: while it was connected.
        lags: while it read nothing on purpose.
        frames: when messages came.
        ended: when the room closed its connection, if it did.
        marks: its differences.
    """

    name: str
    passed: bool
    here: tuple[Stretch, ...]
    lags: tuple[Stretch, ...]
    frames: tuple[float, ...]
    ended: float | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Sent:
    """A publish: when it was sent, and the step that it comes from."""

    at: float
    label: str
    line: int


@dataclass(frozen=True)
class Timeline:
    """A replay from its first publish (0) to a little after the last thing that came.

    Attributes:
        seconds: how long that was.
        sent: the publishes, the set-up's first.
        marks: differences that are the app server's.
        lanes: in the order of the verdict's clients.
    """

    seconds: float
    sent: tuple[Sent, ...]
    marks: tuple[Mark, ...]
    lanes: tuple[Lane, ...]


def timeline(record: Record, verdict: Verdict) -> Timeline:
    """Put everything in its place in time."""
    transcript = record.transcript
    times = sorted(_times(transcript))
    began, end = (times[0], times[-1]) if times else (0.0, 0.0)
    end += _AFTER * (end - began)
    sent = tuple(
        Sent(answer.sent - began, publish.label, publish.line)
        for publish, answer in zip(record.plan.publishes, transcript.answers, strict=False)
    )
    numbered = list(enumerate(verdict.differences))
    names = {log.client.name for log in transcript.logs}
    rest = [(number, it) for number, it in numbered if it.who not in names]
    lanes = tuple(
        _lane(log, began, end, [(n, it) for n, it in numbered if it.who == log.client.name])
        for log in transcript.logs
    )
    return Timeline(end - began, sent, tuple(_of_publishes(rest, sent, end - began)), lanes)


def _times(transcript: Transcript) -> Iterator[float]:
    yield from (answer.sent for answer in transcript.answers)
    for log in transcript.logs:
        yield from (frame.at for frame in log.frames)
        yield from (comeback.at for comeback in log.comebacks)
        yield from (end for _, end in log.lags)


def _lane(
    log: Log, began: float, end: float, differences: Sequence[tuple[int, Difference]]
) -> Lane:
    closed = log.closed.at if log.closed else None
    return Lane(
        name=log.client.name,
        passed=not differences,
        here=tuple(_here(log, began, end)),
        lags=tuple((since - began, until - began) for since, until in log.lags),
        frames=tuple(frame.at - began for frame in log.frames),
        ended=None if closed is None else closed - began,
        marks=tuple(_marks(log, began, end, differences)),
    )


def _here(log: Log, began: float, end: float) -> Iterator[Stretch]:
    """Yield from when to when a client was connected, as far as its messages tell."""
    times = [frame.at for frame in log.frames]
    since = times[0] if times else None
    for back in log.comebacks:
        last = times[min(back.frames, len(times)) - 1] if times and back.frames else back.at
        left = back.left if back.left is not None else last
        if since is not None and left > since:
            yield since - began, left - began
        since = back.at
    until = log.closed.at if log.closed and log.closed.at is not None else end
    if since is not None and until > since:
        yield since - began, until - began


def _marks(
    log: Log, began: float, end: float, differences: Sequence[tuple[int, Difference]]
) -> Iterator[Mark]:
    if not differences:
        return
    # A difference knows its place among the messages; parts of a snapshot are one.
    times = [message.at for message in received(log.frames)] or [end]
    for number, it in differences:
        place = min(max(0, int(it.position)), len(times) - 1)
        yield Mark(times[place] - began, number)


def _of_publishes(
    differences: Sequence[tuple[int, Difference]], sent: Sequence[Sent], end: float
) -> Iterator[Mark]:
    """Yield what is no client's: at its step, if it has one, or else at the end."""
    for number, it in differences:
        times = [one.at for one in sent if it.line is not None and one.line == it.line]
        yield Mark(times[0] if times else end, number)
