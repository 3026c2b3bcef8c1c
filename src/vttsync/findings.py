"""What checks found: `doctor` shows it all, `deploy` stops at the first failure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from vttsync.errors import Exit, VttsyncError


class Result(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """One check's outcome.

    Attributes:
        check: what was looked at, such as "token".
        what: one sentence, what was found.
        why: the cause, of a warning or failure.
        fix: the next step, of a warning or failure.
        exit_code: the class of fault that a warning or failure belongs to.
    """

    check: str
    result: Result
    what: str
    why: str = ""
    fix: str = ""
    exit_code: Exit = Exit.DONE


def ok(check: str, what: str) -> Finding:
    """All is well."""
    return Finding(check, Result.OK, what)


def skipped(check: str, what: str) -> Finding:
    """Not checked; `what` says why not."""
    return Finding(check, Result.SKIPPED, what)


def warning(check: str, what: str, *, why: str, fix: str, exit_code: Exit) -> Finding:
    """A deploy would get through, and something is worth mending."""
    return Finding(check, Result.WARNING, what, why, fix, exit_code)


def failed(check: str, error: VttsyncError) -> Finding:
    """A deploy would stop with `error`."""
    return Finding(check, Result.FAILED, error.what, error.why, error.fix, error.exit_code)


def stop_at_failure(findings: Iterable[Finding]) -> None:
    """Raise the first failure among `findings`, if there is one.

    Raises:
        VttsyncError: what the check says, with its exit code.
    """
    for it in findings:
        if it.result is Result.FAILED:
            raise VttsyncError(it.what, why=it.why, fix=it.fix, exit_code=it.exit_code)
