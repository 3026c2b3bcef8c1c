"""Limits that a proof must keep to."""

from __future__ import annotations

import pytest

from vttsync.broadcast.judge.verdict import Latency, Verdict
from vttsync.broadcast.limits import Limits, beyond


def _verdict(latency: Latency | None) -> Verdict:
    return Verdict((), (), latency, 1)


@pytest.mark.parametrize(
    ("limit", "latency"),
    [(None, Latency(1, 999, 999)), (20.0, Latency(1, 20.0, 999)), (20.0, None)],
)
def test_what_keeps_to_the_limits(limit: float | None, latency: Latency | None) -> None:
    assert beyond(Limits(limit), _verdict(latency)) == ()


def test_what_does_not() -> None:
    told = beyond(Limits(20.0), _verdict(Latency(1, 20.04, 999)))
    assert told == ("p99 is 20.04 ms, 20 ms at most are allowed",)
