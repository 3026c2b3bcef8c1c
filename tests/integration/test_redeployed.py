"""A room that is deployed anew while a script plays, in Python, with faults to switch on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.integration.test_replay import SCRIPT
from tests.room.room import PUBLISH_KEY, TICKET_KEY, Faults, PythonRoom, python_room
from vttsync.broadcast.judge.verdict import Reason, Verdict
from vttsync.broadcast.proof import verify
from vttsync.broadcast.replay.room import Room

BEFORE, AFTER = Faults(), Faults(version="version-2")
HOOK = '\n[[step]]\nhook = "redeploy"\n'
MOVE = '\n[[step]]\nmove = "Sir Aldric"\nalong = [[5, 8], [6, 8]]\n'
OWNED = '{ name = "A", ownerIds = { "player 2" = true } }'
GAIN = f'\n[[step]]\npublish = [{{ put = "note/1", value = {OWNED} }}]\n'


@pytest.fixture(scope="module")
def server() -> Iterator[PythonRoom]:
    with python_room() as running:
        yield running


def prove(server: PythonRoom, folder: Path, steps: str, *lives: Faults, forgets: bool) -> Verdict:
    """Play the short fight, and these steps; each hook begins the next of the room's lives."""
    (folder / "fight.toml").write_text(SCRIPT + steps, encoding="utf-8")
    server.restart(BEFORE)
    next_ = iter(lives)

    async def redeploy() -> None:
        await asyncio.to_thread(server.redeploy, next(next_), forgets=forgets)

    keys = SecretStr(PUBLISH_KEY), SecretStr(TICKET_KEY)
    room = Room(server.url, *keys, hooks={"redeploy": redeploy})
    script = folder / "fight.toml"
    return verify(room, script, expected_version="version-1", observe=lambda event: None)


@pytest.mark.parametrize(
    ("steps", "lives"),
    [
        (HOOK + MOVE, [AFTER]),
        (HOOK + MOVE + GAIN, [AFTER]),
        (GAIN + HOOK + MOVE, [AFTER]),
        (HOOK + MOVE + HOOK + MOVE, [AFTER, Faults(version="version-3")]),
        (HOOK + MOVE + HOOK + MOVE, [AFTER, BEFORE]),
        (HOOK + MOVE, [BEFORE]),
    ],
    ids=["once", "then-owns", "owns-before", "twice", "and-back", "same-version"],
)
def test_who_comes_back_to_another_version_begins_anew(
    server: PythonRoom, tmp_path: Path, steps: str, lives: list[Faults]
) -> None:
    verdict = prove(server, tmp_path, steps, *lives, forgets=False)

    assert verdict.passed, verdict.differences[0]
    assert verdict.reconnect is not None


def test_the_same_version_may_not_begin_anew(server: PythonRoom, tmp_path: Path) -> None:
    verdict = prove(server, tmp_path, HOOK + MOVE, BEFORE, forgets=True)

    assert verdict.differences[0].reason is Reason.WRONG_EPOCH


def test_what_is_lost_after_a_deploy_is_missed(server: PythonRoom, tmp_path: Path) -> None:
    def losing(who: str, _number: int, text: str) -> list[str | bytes]:
        return [] if who == "player 2" and '"delta"' in text else [text]

    broken = Faults(version="version-2", harm=losing)

    verdict = prove(server, tmp_path, HOOK + MOVE, broken, forgets=False)

    first = verdict.differences[0]
    assert (first.reason, first.who) == (Reason.MISSING, "player 2")
