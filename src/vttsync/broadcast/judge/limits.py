"""Whether it was as fast as the script asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vttsync.broadcast.actions import Limits
from vttsync.broadcast.judge.case import Findings
from vttsync.broadcast.judge.meanings import MEANINGS
from vttsync.broadcast.judge.verdict import Difference, Latency, Reason


def exceeded(
    limits: Limits, latency: Latency | None, slowest: float | None
) -> Iterator[Difference]:
    """Name each limit that was passed; a time that nothing was measured of passes none.

    Args:
        limits: the script's.
        latency: over all clients.
        slowest: seconds that the slowest took to come back, if anyone did.
    """
    measured: dict[str, float] = {}
    if latency:
        measured |= {"p50_ms": latency.p50, "p99_ms": latency.p99, "max_ms": latency.max}
    if slowest is not None:
        measured["reconnect_ms"] = 1000 * slowest
    for name, most in limits.ms.items():
        if name in measured and measured[name] > most:
            yield Difference(
                reason=Reason.SLOW,
                who="everyone",
                step="limits",
                line=limits.lines.get(name),
                expected={name: most},
                got={name: round(measured[name], 1)},
                means=MEANINGS[Reason.SLOW],
                position=0,
            )


def lost_too_much(limits: Limits, findings: Sequence[Findings]) -> Sequence[Difference]:
    """Give the presences that got lost, where those are more than the script allows."""
    lost = [difference for found in findings for difference in found.lost]
    return lost if len(lost) > limits.losses else ()
