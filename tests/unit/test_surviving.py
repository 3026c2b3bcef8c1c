"""What the command line tells of the clients that stay connected."""

from __future__ import annotations

import pytest

from vttsync.broadcast.replay.room import Joined, LeftBehind
from vttsync.cli.surviving import left_behind
from vttsync.output.terminal import Terminal


def test_a_session_that_stays_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    listen = left_behind(Terminal("deploy", as_json=False))
    listen(Joined(4, 4))
    listen(LeftBehind("The room vttsync-survive-1 was not removed: it answered 500."))
    told = capsys.readouterr().err
    assert "vttsync-survive-1 was not removed" in told
    assert told.count("\n") == 1
