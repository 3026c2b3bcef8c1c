"""What the proof found, in a form that a terminal, JSON or a report can show."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vttsync.broadcast.actions import Role


class Reason(StrEnum):
    """What kind of fault a difference shows."""

    WRONG_PROTOCOL = "wrong_protocol"
    WRONG_VERSION = "wrong_version"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_EPOCH = "wrong_epoch"
    REFUSED = "refused"
    SILENT = "silent"
    CLOSED = "closed"
    LEAKED = "leaked"
    MIXED = "mixed"
    MISSING = "missing"
    REPEATED = "repeated"
    REORDERED = "reordered"
    ALTERED = "altered"
    EXTRA = "extra"
    GAP = "gap"
    UNREADABLE = "unreadable"
    ERROR = "error"
    NOT_RESUMED = "not_resumed"
    UNEQUAL = "unequal"
    PUBLISH = "publish"
    ANSWER = "answer"
    DIGEST = "digest"
    EXPIRED = "expired"
    SLOW = "slow"


_GRAVEST = (
    Reason.WRONG_PROTOCOL,
    Reason.WRONG_VERSION,
    Reason.PUBLISH,
    Reason.LEAKED,
    Reason.MIXED,
    Reason.WRONG_EPOCH,
    Reason.WRONG_AUDIENCE,
)
_CONSEQUENCES = (Reason.ANSWER, Reason.UNEQUAL, Reason.DIGEST, Reason.SLOW)


@dataclass(frozen=True)
class Difference:
    """One thing that was not as it should be.

    Attributes:
        reason: what kind of fault it is.
        who: the client's name, or `app server` for what it is answered.
        step: what was happening, in the script's words.
        line: the step's line in the script; None while joining.
        expected: what should have come, as JSON, cut short.
        got: what came, likewise; None when nothing did.
        means: what it probably means, in a sentence.
        position: where in the client's stream, to sort by.
        moment: the publish that it came of, or after, counted from 0, to sort by before that.
    """

    reason: Reason
    who: str
    step: str
    line: int | None
    expected: Any
    got: Any
    means: str
    position: float
    moment: int = 0

    @property
    def rank(self) -> tuple[int, int, float]:
        """What to tell first: what explains the rest, then what came first."""
        if self.reason in _GRAVEST:
            return _GRAVEST.index(self.reason), self.moment, self.position
        group = len(_GRAVEST) + (self.reason in _CONSEQUENCES)
        return group, self.moment, self.position


@dataclass(frozen=True)
class Latency:
    """Time from a publish's intended send time to a client's receipt, in milliseconds."""

    p50: float
    p99: float
    max: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Latency | None:
        """Sum up samples; None without any. Percentiles are nearest-rank: times that occurred."""
        if not seconds:
            return None
        ordered = sorted(seconds)

        def rank(share: float) -> float:
            return 1000 * ordered[max(0, -int(-share * len(ordered) // 1) - 1)]

        return cls(rank(0.50), rank(0.99), 1000 * ordered[-1])


Spread = tuple[tuple[float | None, int], ...]
"""How many samples took how long: up to so many milliseconds (None: longer), and above the one
before."""
_BOUNDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def spread(seconds: Sequence[float]) -> Spread:
    """Count samples by how long they took, from the first bound that one kept to the last."""
    places = sorted(bisect_left(_BOUNDS, 1000 * one) for one in seconds)
    if not places:
        return ()
    bounds: tuple[float | None, ...] = (*map(float, _BOUNDS), None)
    return tuple((bounds[at], places.count(at)) for at in range(places[0], places[-1] + 1))


@dataclass(frozen=True)
class ClientResult:
    """One client's row.

    Attributes:
        name: such as `player 2`.
        role: what it may see.
        late: whether it joined after the last step.
        expected: messages it should have got.
        received: messages it got.
        latency: None when no delta came.
        passed: whether all of them were right.
    """

    name: str
    role: Role
    late: bool
    expected: int
    received: int
    latency: Latency | None
    passed: bool


@dataclass(frozen=True)
class Verdict:
    """The proof's result.

    Attributes:
        differences: the most telling first.
        clients: a row for each client, the latecomers last.
        latency: over all clients.
        publishes: how many the room answered.
        warnings: what went wrong without touching the result.
        reconnect: milliseconds that the slowest took from connecting again to having all that
            they missed; None when nobody came back.
        spread: over all clients.
        script: the script's path, as it was given.
    """

    differences: tuple[Difference, ...]
    clients: tuple[ClientResult, ...]
    latency: Latency | None
    publishes: int
    warnings: tuple[str, ...] = ()
    reconnect: float | None = None
    spread: Spread = ()
    script: str = ""

    @property
    def passed(self) -> bool:
        """Whether everything was as it should be."""
        return not self.differences

    @property
    def summary(self) -> str:
        """One line: how many clients, how many messages, how fast, how wrong."""
        received = sum(client.received for client in self.clients)
        told = f"{len(self.clients)} clients, {received} messages"
        if self.latency:
            told += f", p99 {self.latency.p99:.1f} ms"
        return told if self.passed else f"{told}, {self.counted}"

    @property
    def counted(self) -> str:
        """How many differences, in words."""
        count = len(self.differences)
        return f"{count} difference{'s' if count != 1 else ''}"
