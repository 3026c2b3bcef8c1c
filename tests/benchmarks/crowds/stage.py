"""What is broadcast: a plan, and what a room that makes no mistake tells each of its players."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.unit.broadcast.perfect import perfect_replay
from vttsync.broadcast.actions import Client, Plan
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.replay.transcript import Transcript
from vttsync.broadcast.script.reading import read_script

GREETING = 2  # hello, and a snapshot in one part
VERSION = "v1"
_SCRIPT = """
title = "A crowd that sees the same"
cast = {{ players = 2 }}
limits = {{ patience = 60 }}
scene = {{ name = "Arena", size = [40, 40] }}

[[token]]
name = "Gladiator"
at = [1, 1]
hp = 30

[[step]]
move = "Gladiator"
along = [[2, 1], [1, 1]]
every = 0.001
times = {times}
"""


def made(messages: int) -> tuple[Plan, Transcript, tuple[str, ...]]:
    """Make a plan that tells every player about so many messages, a perfect replay, and them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "crowd.toml")
        file.write_text(_SCRIPT.format(times=max(1, messages // 2)), encoding="utf-8")
        plan = make_plan(read_script(file))
    replay = perfect_replay(plan)
    (log,) = (log for log in replay.logs if log.client.name == "player 1")
    return plan, replay, tuple(str(frame.data) for frame in log.frames)


def players(count: int) -> tuple[Client, ...]:
    """So many players."""
    return tuple(Client(f"player {number + 1}", "player") for number in range(count))
