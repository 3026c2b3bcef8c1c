"""At most one at a time: a lock that ends with the process, however that ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from vttsync.errors import VttsyncError
from vttsync.project.private import cannot


@contextmanager
def only_one(path: Path, taken: VttsyncError) -> Iterator[None]:
    """Hold the lock `path` inside the block.

    Raises:
        VttsyncError: `taken`, when another process holds it; exit 3, when it can't be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise cannot("write", path, error) from error
    with file:
        if not _lock(file):
            raise taken
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(file: TextIO) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: TextIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
