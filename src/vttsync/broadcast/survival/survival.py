"""What became of the clients that stayed, in a form that a terminal or JSON can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What kind of thing went wrong."""

    PUBLISH = "publish"
    AWAY = "away"
    MISSING = "missing"
    REPEATED = "repeated"
    SKIPPED = "skipped"
    UNREADABLE = "unreadable"
    NEW_STREAM = "new_stream"
    DIFFERENT = "different"
    OLD_VERSION = "old_version"
    SLOW = "slow"


@dataclass(frozen=True)
class Problem:
    """One thing that was not as it should be; `who` is a client or `app server`."""

    fault: Fault
    who: str
    what: str


@dataclass(frozen=True)
class Stay:
    """What became of one client.

    Attributes:
        drops: how often it lost the connection.
        away: seconds from each loss until it had all again that the room had by then.
        missing: the numbers that it never got.
        repeated: the numbers that it got more than once.
        versions: the versions that greeted it, in order.
        passed: whether nothing was wrong with it.
    """

    name: str
    drops: int
    away: tuple[float, ...]
    missing: tuple[int, ...]
    repeated: tuple[int, ...]
    versions: tuple[str, ...]
    passed: bool


@dataclass(frozen=True)
class Survival:
    """What became of all.

    Attributes:
        clients: a row for each.
        problems: the most telling first.
        publishes: how many the room took while they watched.
        stall: the longest that one of them had to wait, in seconds.
        limit: within how many seconds everyone had to be back; None, where that was not said.
    """

    clients: tuple[Stay, ...]
    problems: tuple[Problem, ...]
    publishes: int
    stall: float
    limit: float | None = None

    @property
    def passed(self) -> bool:
        """Whether everyone came back in time, and nothing was lost."""
        return not self.problems

    @property
    def dropped(self) -> int:
        """How many clients lost the connection at all."""
        return sum(client.drops > 0 for client in self.clients)

    @property
    def longest(self) -> float:
        """The longest absence, in seconds; 0 without any."""
        return max((seconds for client in self.clients for seconds in client.away), default=0.0)

    @property
    def summary(self) -> str:
        """One line: how many lost the connection, for how long, and what else was wrong."""
        told = f"{self.dropped} of {_count(self.clients, 'client')} dropped"
        if self.longest:
            told += f", back within {self.longest:.1f} s"
        if self.passed:
            return f"{told}, none of {self.publishes} publishes lost"
        return f"{told}, {_count(self.problems, 'problem')}"


def _count(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'s' if len(things) != 1 else ''}"
