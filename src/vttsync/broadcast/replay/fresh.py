"""Whether a room is one that nobody has used: the only kind that a replay may touch."""

from __future__ import annotations

import json

from vttsync.broadcast.judge.answers import digest
from vttsync.broadcast.replay.room import Room
from vttsync.errors import Exit, VttsyncError

_NOTHING = digest({})


def check_fresh(room: Room, digests: str) -> None:
    """See in the room's digests that no stream has begun, and that there is nothing to see.

    Raises:
        VttsyncError: exit 8, when there is; what can't be read is for the judge to tell.
    """
    try:
        told = json.loads(digests)["digests"]
        used = any(view["seq"] > 0 for view in told.values()) or told["gm"]["sha256"] != _NOTHING
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
    if used:
        raise VttsyncError(
            f"The session {room.session} is not new, so nothing was sent to it.",
            why="Its name was just made from 64 random bits, and yet the room has content: it "
            "takes several sessions for one, or something else answers in its place.",
            fix="Try again. If it stays so, compare the deployed src/index.ts with the one that "
            "`vttsync init` brings.",
            exit_code=Exit.VERIFY_FAILED,
        )
