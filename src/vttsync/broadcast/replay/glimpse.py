"""How a replay stands while it runs: who is there, how much comes, and how fast so far.

A terminal asks from a thread of its own, so nothing here changes what a replay works with, and only
what is new since the last time is looked at: asking must not make the room look slow.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vttsync.broadcast.histogram import Histogram
from vttsync.broadcast.replay.transcript import Answer, Frame, Log

_LATELY = 1.0  # seconds that a rate is over
_DELTA = '"delta"'
_HEAD = 40  # characters in which a message's type is found


class Watched(Protocol):
    """A seat, as far as it is looked at."""

    away: bool

    def log(self) -> Log:
        """Tell what was recorded."""


@dataclass(frozen=True)
class Now:
    """One client as it is now.

    Attributes:
        state: in a word or two.
        well: whether that is as it should be.
        latency: the slowest so far, in milliseconds, as in `Standing`; None before the first.
    """

    name: str
    state: str
    well: bool
    messages: int
    latency: float | None


@dataclass(frozen=True)
class Standing:
    """A replay as it is now.

    Attributes:
        rate: messages per second, of all clients in the last second.
        p50: milliseconds that half of all messages came within so far, counted from the newest
            publish before each; the verdict's figures are exact.
        p99: milliseconds that 99 of 100 came within, likewise.
    """

    clients: tuple[Now, ...]
    rate: float
    p50: float | None
    p99: float | None


class Glimpse:
    """Looks at a replay, again and again."""

    def __init__(self, seats: Sequence[Watched], answers: Sequence[Answer]) -> None:
        self._seats = seats
        self._answers = answers
        self._looked: dict[str, int] = {}
        self._slowest: dict[str, float] = {}
        self._all = Histogram()

    def look(self, at: float) -> Standing:
        """See how it stands; `at` is now, on the replay's clock."""
        seats, answers = list(self._seats), list(self._answers)
        logs = [seat.log() for seat in seats]
        for log in logs:
            self._count(log, answers)
        recent = sum(len(log.frames) - _first_after(log.frames, at - _LATELY) for log in logs)
        clients = (self._now(log, seat, at) for log, seat in zip(logs, seats, strict=True))
        return Standing(
            tuple(clients), recent / _LATELY, self._percentile(0.5), self._percentile(0.99)
        )

    def _count(self, log: Log, answers: Sequence[Answer]) -> None:
        """Count how long it took, up to the newest publish that is answered.

        What came after that may be of one that is still under way.
        """
        if not answers:
            return
        name, sent = log.client.name, [answer.sent for answer in answers]
        looked, end = self._looked.get(name, 0), _first_after(log.frames, sent[-1])
        self._looked[name] = max(looked, end)
        for frame in log.frames[looked:end]:
            publish = bisect_right(sent, frame.at) - 1
            if publish < 0 or not isinstance(frame.data, str) or _DELTA not in frame.data[:_HEAD]:
                continue
            took = frame.at - answers[publish].due
            self._all.add((took,))
            self._slowest[name] = max(took, self._slowest.get(name, 0.0))

    def _now(self, log: Log, seat: Watched, at: float) -> Now:
        state, well = _state(log, away=seat.away, at=at)
        slowest = self._slowest.get(log.client.name)
        return Now(
            log.client.name, state, well, len(log.frames),
            None if slowest is None else 1000 * slowest,
        )  # fmt: skip

    def _percentile(self, share: float) -> float | None:
        seconds = self._all.percentile(share)
        return None if seconds is None else 1000 * seconds


def _first_after(frames: Sequence[Frame], at: float) -> int:
    return bisect_right(frames, at, key=lambda frame: frame.at)


def _state(log: Log, *, away: bool, at: float) -> tuple[str, bool]:
    if log.refused:
        return "refused", False
    if log.closed:
        return f"closed {log.closed.code}", False
    if away:
        return "away", True
    if any(since <= at < until for since, until in log.lags):
        return "reads nothing", True
    if not log.frames or (log.comebacks and log.comebacks[-1].frames == len(log.frames)):
        return "connecting", True
    return "connected", True
