"""What to do when a room says that it is asked too often (429): wait as long as it asks for."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from vttsync.broadcast.replay.seconds import now
from vttsync.errors import Exit, VttsyncError

_LONGEST = 60.0  # seconds, all waits of one replay together
_FIRST = 1.0


def asked_wait(told: str, date: str, attempt: int, clock: float) -> float:
    """Work out how many seconds to wait after a 429.

    Args:
        told: the header `Retry-After`, in seconds or an HTTP date (RFC 9110, 10.2.3), or nothing.
        date: the header `Date`, which is the clock that a date in `told` is of.
        attempt: which 429 in a row it is, from 1; without a `Retry-After` that can be read, the
            wait doubles with each.
        clock: seconds since 1970 by this machine, for an answer without a `Date`.
    """
    said = _said(told, date, clock)
    doubled = _FIRST * 2.0 ** min(attempt - 1, 10)
    if said is None:
        return doubled
    # Whoever is told "at once" again and again is not to ask in a circle.
    return said if said or attempt == 1 else doubled


def wait_after(headers: Mapping[str, str], attempt: int) -> float:
    """Work out how many seconds to wait after an answer with these headers; see `asked_wait`."""
    told, date = headers.get("retry-after", ""), headers.get("date", "")
    return asked_wait(told, date, attempt, time.time())


def _said(told: str, date: str, clock: float) -> float | None:
    if re.fullmatch(r"[0-9]{1,9}", told.strip()):
        return float(told)
    until, since = _seconds(told), _seconds(date)
    return None if until is None else max(0.0, until - (clock if since is None else since))


def _seconds(date: str) -> float | None:
    try:
        seconds = parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return seconds if math.isfinite(seconds) else None


class Limited:
    """How often a room said 429 to one replay, and how long that was waited for.

    Attributes:
        times: how often.
        waited: seconds, while which nothing was asked by whoever was told.
    """

    def __init__(self) -> None:
        self.times = 0
        self.waited = 0.0

    async def wait(self, what: str, headers: Mapping[str, str], attempt: int) -> None:
        """Wait as long as the room asks for before `what` is tried again.

        Raises:
            VttsyncError: exit 6, when that is too long.
        """
        wait = wait_after(headers, attempt)
        self.times += 1
        if self.waited + wait > _LONGEST:
            raise _too_long(what, wait)
        began = now()
        await asyncio.sleep(wait)
        self.waited += now() - began

    @property
    def told(self) -> str:
        """Say it in a sentence; nothing, when it never happened."""
        if not self.times:
            return ""
        times = "once" if self.times == 1 else f"{self.times} times"
        return (
            f"The room limited how often it may be asked ({times} 429): {self.waited:.1f} s were "
            "waited, which the latencies count in."
        )


def _too_long(what: str, wait: float) -> VttsyncError:
    return VttsyncError(
        f"The room limits how often it may be asked: {what} got 429, for another {wait:.0f} s.",
        why="Cloudflare answers so for rate limiting rules, and when the free plan's requests of a "
        "day are used up (error 1027); a room of its own does not.",
        fix=f"Look at the Worker's rules and its use, and try again in {max(wait, 60):.0f} s.",
        exit_code=Exit.UNREACHABLE,
    )
