"""The same table, followed by polling and in realtime; and a drag, in the browser."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from tests.benchmarks.fanout.building import Workshop
from tests.benchmarks.polling.comparing import compare
from tests.benchmarks.polling.dragging import drag

PARTS: dict[str, Callable[[Workshop], None]] = {"polling.compare": compare, "polling.drag": drag}


def measure(parts: Collection[str] = tuple(PARTS)) -> None:
    """Print the tables of these parts."""
    # Told to end, it must end its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as folder:
        workshop = Workshop(Path(folder))
        for name in parts:
            PARTS[name](workshop)
