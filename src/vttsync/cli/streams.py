"""Standard output and error: text that they can't write, readers that leave, full disks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, TextIO

from vttsync.errors import Exit, VttsyncError
from vttsync.redaction import hide


class UnwrittenError(VttsyncError):
    """What vttsync says doesn't get out; exit 141 when nobody reads it any more, else 5."""

    def __init__(self, error: OSError) -> None:
        closed = isinstance(error, BrokenPipeError)
        super().__init__(
            "The output could not be written.",
            why=f"{error.strerror or type(error).__name__}.",
            fix="Look at where standard output and standard error go, then run it again.",
            exit_code=Exit.OUTPUT_CLOSED if closed else Exit.MISSING,
        )


class _Guarded:
    """A stream whose failures can't be taken for those of a file or a connection."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (all else is the stream's)
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with _told():
            self._stream.write(hide(text))
        return len(text)

    def flush(self) -> None:
        with _told():
            self._stream.flush()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnwrittenError(error) from error


def guard() -> None:
    """Let failures to write raise UnwrittenError, and `?` stand for what has no encoding."""
    for name in ("stdout", "stderr"):
        # `>&-` starts vttsync without the stream.
        stream = getattr(sys, name) or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
        setattr(sys, name, _Guarded(stream))


def give_up(error: UnwrittenError) -> None:
    """Drop what is still to be written, or it fails again at the exit; say why if possible."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        if error.exit_code is not Exit.OUTPUT_CLOSED:
            with suppress(UnwrittenError):
                sys.stderr.write(f"vttsync: {error}\n")
                sys.stderr.flush()
        os.dup2(nowhere.fileno(), 2)
