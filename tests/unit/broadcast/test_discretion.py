"""Tickets and keys are nowhere in what is kept; all else is untouched."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.broadcast.kept import right
from vttsync.broadcast.discretion import discreet
from vttsync.broadcast.replay.transcript import Closed, Frame
from vttsync.redaction import confide

KEY = "a-key-that-was-confided-0123456789"
TICKET = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGF5ZXIgMSJ9.c2lnbmF0dXJlLW9mLWEtdGlja2V0"


def test_what_has_nothing_to_hide_is_the_same_object() -> None:
    record = right()
    assert discreet(record) is record


def test_a_key_and_a_ticket_are_hidden_wherever_they_are() -> None:
    confide(KEY)
    said = f'{{"token": "{TICKET}", "key": "{KEY}"}}'
    first, *others = right().transcript.logs
    frames = (Frame(0.1, said), Frame(0.2, said.encode() + b"\xff"), *first.frames)
    log = replace(first, frames=frames, closed=Closed(1008, KEY), refused=TICKET)
    record = replace(right(), transcript=replace(right().transcript, logs=(log, *others)))

    found = discreet(record)

    log = found.transcript.logs[0]
    assert log.frames[0].data == '{"token": "***", "key": "***"}'
    assert log.frames[1].data == b'{"token": "***", "key": "***"}\xff'
    assert log.frames[2] is first.frames[0]
    assert (log.closed, log.refused) == (Closed(1008, "***"), "***")
    assert KEY not in repr(found)
    assert TICKET not in repr(found)


def test_every_container_is_gone_through() -> None:
    confide(KEY)
    value = {KEY: [KEY, (1, None, KEY)], "rest": frozenset({KEY, "b"}), "n": 1.5}
    assert discreet(value) == {
        "***": ["***", (1, None, "***")], "rest": frozenset({"***", "b"}), "n": 1.5
    }  # fmt: skip
