"""The replay's clock: one that never jumps."""

from __future__ import annotations

import time

# High resolution on every system; `time.monotonic` steps by 16 ms on older Windows Pythons.
now = time.perf_counter
