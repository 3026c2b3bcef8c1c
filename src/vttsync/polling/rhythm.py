"""Whether requests repeat by themselves: pure.

A poll is three and more at steady times (the median distance of the gaps from their median is at
most 0.30 of it), or two and more that a timer called.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from vttsync.polling.seen import Asked, Told

TIMERS = frozenset(
    {"setInterval", "setTimeout", "requestAnimationFrame", "requestIdleCallback"}
    | {"scheduler.postTask", "meta refresh"}
)
_STEADY = 0.30
_AT_ONCE = 0.05  # seconds; several components that ask for the same
_HELD = 0.5  # seconds; an answer that took longer was held back
_NEXT = 0.3  # seconds; asked again as soon as that answer was there
_GROWS = 1.3
_ON_HEARING = 1.0  # seconds
_AFTER_A_TICKET = 0.3  # seconds
_LAG = 0.05  # seconds; what waits for a while to gather more does it for the same time


@dataclass(frozen=True)
class Rhythm:
    """How often something is asked for, in seconds, where it repeats; and how that is known."""

    every: float
    why: str


def rhythm(asked: Sequence[Asked]) -> Rhythm | None:
    """The rhythm of requests for the same; None where they don't repeat by themselves."""
    beats = _beats(asked)
    gaps = [after.at - before.at for before, after in pairwise(beats)]
    if not gaps:
        return None
    every = median(gaps)
    steady = len(beats) >= 3 and _spread(gaps) <= _STEADY * every
    if all(it.failed for it in beats) and (_grow(gaps) or not steady):
        return None  # tries again, ever later
    timed = [it for it in beats if it.cause.timer in TIMERS]
    if len(timed) >= 2:
        return Rhythm(every, f"a timer ({timed[0].cause.timer}) asks")
    if _held_back(beats):
        return Rhythm(every, "each answer is held back, and asked for again")
    return Rhythm(every, "asks at steady times") if steady else None


def follows(asked: Sequence[Asked], told: Sequence[Told]) -> bool:
    """Whether messages that came brought these requests on, not a timer."""
    beats = _beats(asked)
    if not beats or not told or len(told) > 3 * len(beats) or len(beats) > 1.2 * len(told) + 1:
        return False
    heard = [_since(it.at, told) for it in beats]
    lags = [lag for lag in heard if lag is not None]
    if len(lags) < 0.8 * len(beats):
        return False
    timers = {it.cause.timer for it in beats}
    return timers <= {""} or (timers == {"setTimeout"} and _spread(lags) <= _LAG)


def belongs(asked: Sequence[Asked], attempts: Sequence[float]) -> bool:
    """Whether these are parts of attempts to reach the room, at these times: tickets for them.

    Each attempt comes as soon as its ticket is there; a poll's answer leads to none. A page does,
    each time it is loaded, and is no ticket.
    """
    beats = _beats(asked)
    if not beats or any(it.what.page or it.cause.timer == "setInterval" for it in beats):
        return False
    own = sum(_led_to(it, attempts) for it in beats)
    among = sum(beats[0].at <= at <= beats[-1].at for at in attempts)
    return own >= 0.8 * len(beats) and abs(among - len(beats)) <= 0.2 * len(beats) + 1


def _led_to(asked: Asked, attempts: Iterable[float]) -> bool:
    there = asked.at if asked.ended is None else asked.ended
    return any(-_LAG <= at - there <= _AFTER_A_TICKET for at in attempts)


def _beats(asked: Iterable[Asked]) -> list[Asked]:
    beats: list[Asked] = []
    for it in sorted(asked, key=lambda it: it.at):
        if not beats or it.at - beats[-1].at > _AT_ONCE:
            beats.append(it)
    return beats


def _spread(values: Sequence[float]) -> float:
    middle = median(values)
    return median(abs(value - middle) for value in values)


def _grow(gaps: Sequence[float]) -> bool:
    return all(after >= _GROWS * before for before, after in pairwise(gaps))


def _held_back(beats: Sequence[Asked]) -> bool:
    return len(beats) >= 3 and all(
        before.ended is not None
        and before.ended - before.at >= _HELD
        and 0 <= after.at - before.ended <= _NEXT
        for before, after in pairwise(beats)
    )


def _since(at: float, told: Sequence[Told]) -> float | None:
    """How long before `at` the last message came; None where that was too long."""
    lags = [at - it.at for it in told if 0 <= at - it.at <= _ON_HEARING]
    return min(lags, default=None)
