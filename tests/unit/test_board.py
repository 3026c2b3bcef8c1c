"""The rows of a replay under way, in a terminal of any size and in a log."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from vttsync.broadcast.replay.glimpse import Now, Standing
from vttsync.output.board import Board

HURT = Now("player 40", "closed 1006", False, 7, None)
MANY = tuple(Now(f"player {n}", "connected", True, n, 3.25) for n in range(60))


def shown(clients: tuple[Now, ...], *, width: int = 80, height: int = 24) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height, highlight=False)
    console.print(Board(lambda: Standing(clients, 12.4, 3.21, 9.87)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_each_client_has_a_row_and_all_of_them_a_line() -> None:
    lines = shown((*MANY[:2], HURT))
    assert lines[0].strip() == "3 clients, 12 messages/s, so far p50 3.2 ms, p99 9.9 ms"
    assert lines[1].split() == ["player", "0", "connected", "0", "messages", "max", "3.2", "ms"]
    assert lines[3].split() == ["player", "40", "closed", "1006", "7", "messages"]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 10), (36, 8), (200, 50)])
def test_it_fits_and_who_is_not_well_is_seen(width: int, height: int) -> None:
    lines = shown((*MANY, HURT), width=width, height=height)
    assert len(lines) < height
    assert all(len(line) <= width for line in lines)
    assert any("player 40" in line for line in lines)
    assert lines[-1].strip().endswith("more")


def test_in_a_log_it_is_one_line_and_nothing_is_said_that_is_not_known() -> None:
    assert str(Board(lambda: Standing(MANY[:1], 0.0, None, None))) == "1 client, 0 messages/s"
