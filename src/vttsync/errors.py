"""What vttsync says when it stops: exit codes, and the one error that carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path


class Exit(IntEnum):
    """Exit codes of every command; `docs/exit-codes.md` explains them to users."""

    DONE = 0
    BUG = 1
    USAGE = 2
    CONFIG = 3
    CREDENTIALS = 4
    MISSING = 5
    UNREACHABLE = 6
    DEPLOY_FAILED = 7
    VERIFY_FAILED = 8
    DECISION_NEEDED = 9
    DIFFERENCES = 10
    ROLLED_BACK = 11
    ROLLBACK_FAILED = 12
    INTERRUPTED = 130
    OUTPUT_CLOSED = 141


@dataclass(frozen=True)
class Place:
    """A line (from 1) of a file of the user's, and what is wrong there."""

    file: Path
    line: int
    what: str


class VttsyncError(Exception):
    """A failure the user can act on: what happened, why, and what to do next.

    Attributes:
        what: one sentence, what happened.
        why: the cause as far as it is known; may be empty.
        fix: the next step, in the user's words; may be empty.
        exit_code: the process's exit code.
        places: the lines of the user's files that it is about, as far as they are known.
        facts: what a machine should know besides, in JSON's types.
    """

    def __init__(self, what: str, *, why: str = "", fix: str = "", exit_code: Exit) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix
        self.exit_code = exit_code
        self.places: Sequence[Place] = ()
        self.facts: Mapping[str, object] = {}

    def __str__(self) -> str:
        """All three sentences, for logs and tests."""
        return " ".join(part for part in (self.what, self.why, self.fix) if part)
