"""How fast the judge is, and whether its cost grows as clients times messages do."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.timing import timed
from tests.unit.broadcast.perfect import perfect_replay
from vttsync.broadcast.actions import Plan
from vttsync.broadcast.judge.judge import judge
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.replay.transcript import Transcript
from vttsync.broadcast.script.reading import read_script

ROUNDS = 5
SIZES = ((10, 100), (100, 100), (10, 1000), (100, 400))
"""Clients, and publishes."""


def measure() -> None:
    """Print the table."""
    print(
        "\n| clients | publishes | messages judged | ms | messages/s | of the first's cost each |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    first = 0.0
    for clients, publishes in SIZES:
        plan = _plan(clients, publishes)
        transcript = perfect_replay(plan)
        if not judge(plan, transcript).passed:
            sys.exit("a perfect replay does not pass")
        seconds = median(timed(lambda: judge(plan, transcript)) for _ in range(ROUNDS))  # noqa: B023
        messages = _messages(transcript)
        first = first or seconds / messages
        print(
            f"| {clients} | {publishes} | {messages:,} | {1000 * seconds:.0f} "
            f"| {messages / seconds:,.0f} | {seconds / messages / first:.2f} |"
        )


def _plan(clients: int, publishes: int) -> Plan:
    """One token to and fro, another one hidden, and a note that nobody may read."""
    script = f"""
        title = "To and fro"
        [cast]
        players = {clients - 2}
        late = 0
        [scene]
        name = "A hall"
        size = [40, 30]
        [[token]]
        name = "Walker"
        at = [1, 1]
        hp = 9
        owner = "player 1"
        notes = "Never finds the door behind the curtain."
        [[token]]
        name = "Somebody behind the curtain"
        at = [9, 9]
        hidden = true
        [[step]]
        move = "Walker"
        along = [[1, 2], [2, 2], [2.5, 1], [1, 1]]
        every = 0
        times = {publishes // 4}
    """
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as folder:
        path = Path(folder, "hall.toml")
        path.write_text(script, encoding="utf-8")
        return make_plan(read_script(path))


def _messages(transcript: Transcript) -> int:
    return sum(len(log.frames) for log in transcript.logs)
