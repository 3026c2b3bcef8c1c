"""Whether a disk is full, asked of the disk: no tool's prose says it reliably."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

_LEAST = 10_000_000  # bytes; a deploy's bundle and its copies need a few megabytes


def temporary_folder() -> Path:
    """Where children put temporary files. Python turns away from a full TMPDIR; they don't."""
    return Path(os.environ.get("TMPDIR") or tempfile.gettempdir())


def full(folders: Iterable[Path], least: int = _LEAST) -> Path | None:
    """The first of `folders` with fewer than `least` bytes left, if any."""
    for folder in folders:
        try:
            if shutil.disk_usage(folder).free < least:
                return folder
        except OSError:
            continue
    return None
