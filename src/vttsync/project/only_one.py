"""At most one at a time: a lock that ends with the process, however that ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vttsync.errors import VttsyncError
from vttsync.locks import lock
from vttsync.project.private import cannot


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
        if not lock(file):
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
