"""What a browser did in the three phases, as the judge reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """How it stands with the room."""

    LIVE = "live"
    CUT = "cut"
    BACK = "live again"


@dataclass(frozen=True)
class Place:
    """A line and column (from 1) of a script, and the function there; `url` has no query.

    Where a source map tells, `url` is the source's path as the map has it.
    """

    url: str
    line: int
    function: str = ""
    column: int = 1


@dataclass(frozen=True)
class Cause:
    """What brought a request on.

    Attributes:
        timer: which timer called, such as `setInterval`; empty without one.
        places: the functions that were running, the innermost first.
        began: where the timer was started.
    """

    timer: str = ""
    places: tuple[Place, ...] = ()
    began: Place | None = None


@dataclass(frozen=True)
class What:
    """What is asked for.

    Attributes:
        key: the same for requests that ask for the same.
        label: what a person reads; never a query's values.
        names: what a pattern of the user's may mean.
        reads: whether it asks for something; otherwise it writes.
        page: whether it is a page, the one that is watched or one in a frame.
    """

    key: str
    label: str
    names: tuple[str, ...]
    reads: bool = True
    page: bool = False


@dataclass(frozen=True)
class Asked:
    """A request, or a message over a websocket that asks for something.

    Attributes:
        at: when, in seconds since 1970; `ended` when its answer was there.
        failed: whether the answer was none, or an error.
    """

    at: float
    what: What
    cause: Cause = Cause()
    ended: float | None = None
    failed: bool = False


@dataclass(frozen=True)
class Told:
    """A message that reached the page; `delta` when it was a broadcast of the room's."""

    at: float
    delta: bool


@dataclass(frozen=True)
class Window:
    """The part of a phase that is judged."""

    phase: Phase
    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start

    def of(self, asked: Iterable[Asked]) -> list[Asked]:
        """Those in it."""
        return [it for it in asked if self.start <= it.at < self.end]


@dataclass(frozen=True)
class Seen:
    """All of it.

    Attributes:
        windows: the phases that there were, in order; without the last one where realtime never
            came back.
        attempts: when the page tried to reach the room.
    """

    windows: tuple[Window, ...]
    asked: tuple[Asked, ...]
    told: tuple[Told, ...] = ()
    attempts: tuple[float, ...] = ()
