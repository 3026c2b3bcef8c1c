"""Temporary folders that are gone when their block ends, whenever a signal comes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vttsync.interrupts import interrupts


@contextmanager
def temporary_folder(prefix: str, within: Path | None = None) -> Iterator[Path]:
    """Make a folder that this user alone can enter, `within` another one or the system's.

    What can't be removed at the end, as a program still writes there, is left.
    """
    with (
        interrupts.held(),
        tempfile.TemporaryDirectory(
            prefix=prefix, dir=within, ignore_cleanup_errors=True
        ) as folder,
        interrupts.released(),
    ):
        yield Path(folder)
