"""What a mutant is: a room, or a proxy before it, that does one thing wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vttsync.broadcast.judge.verdict import Reason


@dataclass(frozen=True)
class Close:
    """The connection is closed, in the place of a message."""

    code: int
    reason: str = ""


@dataclass(frozen=True)
class Hold:
    """Nothing goes on for so many seconds; what comes meanwhile waits behind it."""

    seconds: float


@dataclass(frozen=True)
class Late:
    """What follows comes so many seconds later than it came here; what is behind it does too."""

    seconds: float


Out = str | bytes | Close | Hold | Late
Harm = Callable[[str], list[Out]]


class Meddler:
    """What stands between clients and a room. This one changes nothing.

    One stands before one session; who is a client by its name, which is its ticket's user too.
    """

    def down(self, who: str, text: str) -> list[Out]:
        """Decide what a client gets instead of a message."""
        return [text]

    def up(self, who: str, text: str) -> list[str]:
        """Decide what the room gets instead of a client's message."""
        return [text]

    def joins(self, who: str) -> list[Out]:
        """Decide what a client gets before anything else."""
        return []

    def publishes(self, number: int) -> int:
        """Decide how often the room gets a publish, counted from 0."""
        return 1

    def answers(self, path: str, number: int, body: str) -> tuple[int, str]:
        """Decide what the app server gets instead of an answer to its nth request there."""
        return 200, body


@dataclass(frozen=True)
class Edit:
    """A piece of the room's source, and what stands in its place."""

    file: str
    old: str
    new: str

    def apply(self, source: Path) -> None:
        """Edit the file in the folder `source`.

        Raises:
            LookupError: the piece isn't there exactly once: the room has changed since.
        """
        path = source / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise LookupError(f"{self.file} has this {text.count(self.old)} times: {self.old}")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


EAGER = Edit(
    "limits.ts", "deltas: { perSecond: 20, burst: 40 }", "deltas: { perSecond: 4, burst: 1 }"
)
"""No fault: the room tells several changes as one sooner than it does as it stands."""


@dataclass(frozen=True)
class Mutant:
    """A room that is wrong.

    Attributes:
        name: unique.
        does: what it does wrong, for the table in the docs.
        reason: why the judge has to refuse it.
        script: the shipped script that finds it.
        edits: of the room's source.
        meddler: makes what stands before it.
        shown: a word that the first difference has to tell: who, or what.
    """

    name: str
    does: str
    reason: Reason
    script: str = "smoke"
    edits: tuple[Edit, ...] = ()
    meddler: Callable[[], Meddler] = field(default=Meddler)
    shown: str = ""
