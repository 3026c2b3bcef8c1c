"""The session room in workerd, against the least that could do its work and against Node."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from tests.benchmarks.fanout import serving
from tests.benchmarks.fanout.building import Workshop
from tests.benchmarks.fanout.joining import joining
from tests.benchmarks.fanout.latency import latency
from tests.benchmarks.fanout.storing import storing
from tests.benchmarks.fanout.throughput import changes, crowds

PARTS: dict[str, Callable[[Workshop], None]] = {
    "room.crowds": crowds,
    "room.changes": changes,
    "room.latency": latency,
    "room.joining": joining,
    "room.storing": storing,
}


def measure(parts: Collection[str] = tuple(PARTS)) -> None:
    """Print the tables of these parts."""
    # Told to end, it must end its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as folder:
        workshop = Workshop(Path(folder))
        print(f"\nworkerd keeps its storage in {serving.STORAGE or folder}.")
        for name in parts:
            PARTS[name](workshop)
