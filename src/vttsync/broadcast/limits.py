"""What a proof must keep to besides being right; pure."""

from __future__ import annotations

from dataclasses import dataclass

from vttsync.broadcast.judge.verdict import Verdict


@dataclass(frozen=True)
class Limits:
    """Limits that a project sets; None is no limit.

    Attributes:
        p99_ms: milliseconds from a publish to its receipt, for 99 of 100 messages.
    """

    p99_ms: float | None = None


def beyond(limits: Limits, verdict: Verdict) -> tuple[str, ...]:
    """Say which limits `verdict` does not keep to, a sentence each."""
    latency = verdict.latency
    if limits.p99_ms is None or latency is None or latency.p99 <= limits.p99_ms:
        return ()
    return (f"p99 is {latency.p99:.4g} ms, {limits.p99_ms:g} ms at most are allowed",)
