"""At most one at a time: a lock that ends with the process, however that ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vttsync.errors import VttsyncError
from vttsync.project.private import cannot

_FAR = 1 << 30  # what Windows locks can't be read: a byte behind all that is written


@contextmanager
def only_one(path: Path, taken: VttsyncError, holder: str = "") -> Iterator[None]:
    """Hold the lock `path` inside the block; who does is told by `holder`, for `held_by`.

    Raises:
        VttsyncError: `taken`, when another process holds it; exit 3, when it can't be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise cannot("write", path, error) from error
    with file:
        if not _lock(file):
            raise taken
        try:
            file.truncate(0)
            file.write(holder.encode())
            file.flush()
        except OSError as error:
            raise cannot("write", path, error) from error
        yield


def held_by(path: Path) -> str:
    """What the last holder of the lock said of itself; "" when that can't be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> bool:
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
