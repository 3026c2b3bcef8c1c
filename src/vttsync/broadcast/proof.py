"""The whole proof in one call: read the script, replay it, judge it."""

from __future__ import annotations

from pathlib import Path

from vttsync.broadcast.actions import Plan
from vttsync.broadcast.judge.judge import judge
from vttsync.broadcast.judge.verdict import Verdict
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.replay.replay import replay
from vttsync.broadcast.replay.room import Observe, Room
from vttsync.broadcast.script.reading import read_script
from vttsync.interrupts import run


def read_plan(script: Path) -> Plan:
    """Read a script and work out what it makes happen.

    Raises:
        VttsyncError: exit 3, when it is wrong, or expects what can't be.
    """
    return make_plan(read_script(script))


def verify(
    room: Room, script: Path, *, expected_version: str | None = None, observe: Observe
) -> Verdict:
    """Play a script to a room with real clients and decide whether it told everyone right.

    On an interrupt the connections are closed and the room is removed first.

    Args:
        room: the room to prove; its session should be fresh.
        script: the broadcast script.
        expected_version: the Worker version that must answer from inside the room.
        observe: is told of progress.

    Raises:
        VttsyncError: exit 3 for a wrong script, 4 for refused keys, 6 for an unreachable room.
    """
    plan = read_plan(script)
    transcript = run(replay(plan, room, observe))
    return judge(plan, transcript, expected_version=expected_version)
