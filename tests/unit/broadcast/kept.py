"""Records of replays, right and wrong, made without a network."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from tests.unit.broadcast.perfect import FIRST_FIGHT, first_fight, perfect
from vttsync.broadcast.record import About, Record
from vttsync.broadcast.replay.transcript import Closed, Frame, Transcript

HOSTILE = "</code></script><script>alert(1)</script>&\x1b[31m\x00\u202e]]>"


def record_of(transcript: Transcript, *, url: str = "https://table.example") -> Record:
    text = FIRST_FIGHT.read_text(encoding="utf-8")
    about = About(url, "v1", "2026-11-24T01:02:03+00:00", text)
    return Record(about, first_fight(), transcript)


@cache
def right() -> Record:
    return record_of(perfect())


@cache
def wrong() -> Record:
    """Somebody misses a change, somebody is told too much, and somebody is thrown out."""
    changed = perfect()
    changed = _with(changed, "player 1", lambda frames: frames[:4] + frames[5:])
    changed = _with(
        changed, "player 2", lambda frames: [*frames[:4], _told(frames[4]), *frames[5:]]
    )
    changed = _with(changed, "player 3", lambda frames: frames[:6])
    logs = tuple(
        replace(log, closed=Closed(1011, HOSTILE, log.frames[-1].at + 0.1))
        if log.client.name == "player 3"
        else replace(log, lags=((3.0, 4.0),))
        if log.client.name == "player 4"
        else log
        for log in changed.logs
    )
    return record_of(replace(changed, logs=logs))


def _told(frame: Frame) -> Frame:
    return replace(frame, data=json.dumps(json.loads(frame.data) | {"debug": HOSTILE}))


def _with(
    transcript: Transcript, who: str, change: Callable[[list[Frame]], list[Frame]]
) -> Transcript:
    logs = tuple(
        replace(log, frames=tuple(change(list(log.frames)))) if log.client.name == who else log
        for log in transcript.logs
    )
    return replace(transcript, logs=logs)
