"""A right room, proved again and again on a machine that has no time: none may fail."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.model.rig import Rig, make_bundle
from tests.mutants.play import plan_of, prove
from vttsync.broadcast.judge.verdict import Verdict
from vttsync.node.runtime import find_node

RUNS = int(os.environ.get("VTTSYNC_PROOFS", "500"))
AT_ONCE = 4
MINUTES = 45.0
"""Longer than that no further run begins, and the table says how many there were."""
_BURN = "while True: pass"


@dataclass
class Tally:
    """What came of the runs so far: verdicts of those that failed, and times of all."""

    failed: list[Verdict]
    p50: list[float]
    p99: list[float]
    seconds: list[float]

    @property
    def runs(self) -> int:
        return len(self.seconds)


def measure() -> None:
    """Print the table, and why any run failed."""
    tally = Tally([], [], [], [])
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as name:
        folder = Path(name)
        bundle = make_bundle(find_node(), folder, folder / "cache")
        with Rig(bundle, folder / "storage") as rig, busy():
            asyncio.run(_all(rig, tally))
    print(
        "\n| runs of smoke.toml, all processors busy | passed | p50 ms, median | p99 ms, median "
        "| p99 ms, worst | s a run, median | longest |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
        f"| {tally.runs} | {tally.runs - len(tally.failed)} | {median(tally.p50):.0f} "
        f"| {median(tally.p99):.0f} | {max(tally.p99):.0f} | {median(tally.seconds):.1f} "
        f"| {max(tally.seconds):.1f} |"
    )
    for verdict in tally.failed:
        print(verdict.summary, *verdict.differences[:3], sep="\n  ")
    if tally.failed or tally.runs < RUNS:
        sys.exit(f"{tally.runs - len(tally.failed)} of {RUNS} runs passed")


@contextmanager
def busy() -> Iterator[None]:
    """Keep every processor busy with something else meanwhile."""
    burners = [subprocess.Popen([sys.executable, "-c", _BURN]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


async def _all(rig: Rig, tally: Tally) -> None:
    until = time.monotonic() + 60 * MINUTES
    left = iter(range(RUNS))

    async def one_after_the_other() -> None:
        for _ in left:
            if time.monotonic() > until:
                return
            await _one(rig, tally)
            if tally.runs % 25 == 0:
                print(f"{tally.runs} of {RUNS}, {len(tally.failed)} failed", file=sys.stderr)

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


async def _one(rig: Rig, tally: Tally) -> None:
    began = time.monotonic()
    verdict = await prove(plan_of("smoke"), f"http://127.0.0.1:{rig.port}", rig.version)
    tally.seconds.append(time.monotonic() - began)
    if verdict.latency:
        tally.p50.append(verdict.latency.p50)
        tally.p99.append(verdict.latency.p99)
    if not verdict.passed:
        tally.failed.append(verdict)
        print(verdict.differences[0], file=sys.stderr)
