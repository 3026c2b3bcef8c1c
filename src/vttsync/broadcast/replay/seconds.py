"""The replay's clock: one that never jumps."""

from __future__ import annotations

import time

# High resolution on every system; `time.monotonic` steps by 16 ms on older Windows Pythons.
now = time.perf_counter


class Wall:
    """The time of day as it was when this was made, and has gone on steadily since.

    Tickets are dated by it: when the machine's clock is set in the middle of a replay, those of
    latecomers are as good as the first.
    """

    def __init__(self) -> None:
        self._ahead = time.time() - now()

    def __call__(self) -> float:
        """Seconds since 1970."""
        return now() + self._ahead
