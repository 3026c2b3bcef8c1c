"""Whole commands, timed in turn."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median


def timed(work: Callable[[], object]) -> float:
    """How long `work` takes, in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turn(
    one: Callable[[], object], other: Callable[[], object], rounds: int
) -> tuple[list[float], list[float]]:
    """Time both `rounds` times in turn, after one round that doesn't count."""
    one()
    other()
    pairs = [(timed(one), timed(other)) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def python(*words: str | Path) -> Callable[[], object]:
    """A run of this interpreter; a failure stops the benchmark."""
    line: Sequence[str] = [sys.executable, *map(str, words)]
    return lambda: subprocess.run(line, check=True, capture_output=True)


def compare(title: str, ours: list[float], theirs: list[float]) -> str:
    """A row: both medians in milliseconds and their ratio."""
    mine, other = median(ours), median(theirs)
    return f"| {title} | {1000 * mine:.0f} | {1000 * other:.0f} | {mine / other:.2f} |"
