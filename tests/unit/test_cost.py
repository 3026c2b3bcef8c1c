"""What a month of play costs: the arithmetic, and the command that tells it."""

from __future__ import annotations

import pytest

from tests.runner import Cli
from vttsync.cost import READ_ON, Play, bill, ceiling, polling, realtime

# 10,000 player-hours, five to a table: polled every two seconds, or a message every three.
MONTH = Play(
    players=5, hours=2000, polls_per_second=0.5, changes_per_minute=0, messages_per_minute=20
)


def test_polling_is_billed_by_the_request() -> None:
    use = polling(MONTH)
    assert use.worker_requests == use.object_requests == 18_000_000
    assert bill(use) == pytest.approx(5 + 8 * 0.30 + 17 * 0.15)


def test_twenty_messages_are_one_request() -> None:
    use = realtime(MONTH)
    assert use.object_requests == 12_000_000 / 20 + 10_000  # every client connects once an hour
    assert bill(use) == 5.00


def test_changes_are_requests_on_both_sides() -> None:
    play = Play(
        players=5, hours=10, polls_per_second=0, changes_per_minute=10, messages_per_minute=0
    )
    assert polling(play).worker_requests == 6000
    assert realtime(play).worker_requests == 6000 + 50
    assert realtime(play).rows_written == 30_000


def test_duration_beyond_the_plan_is_billed() -> None:
    play = Play(
        players=100, hours=10_000, polls_per_second=1, changes_per_minute=0, messages_per_minute=0
    )
    use = polling(play)
    assert use.gb_seconds == pytest.approx(3.6e9 * 0.005 * 0.128)
    assert bill(use) > use.gb_seconds / 1e6 * 12.5 - 5


def test_the_free_plan_ends_with_what_runs_out_first() -> None:
    polled = ceiling(MONTH, polling(MONTH))
    assert polled
    assert polled.player_hours == pytest.approx(55.6, abs=0.1)
    assert ceiling(Play(1, 1, 0, 0, 0), polling(Play(1, 1, 0, 0, 0))) is None
    reach = ceiling(MONTH, realtime(MONTH))
    assert reach
    assert reach.limit == "object_requests"
    assert reach.player_hours == pytest.approx(1639, abs=1)


def test_the_command_says_what_it_reckons_with(cli: Cli) -> None:
    words = ["--players", "5", "--hours", "2000", "--changes-per-minute", "0"]
    ran = cli("cost", *words)
    assert ran.code == 0
    assert "$9.95" in ran.out
    assert "$5.00" in ran.out
    assert READ_ON in ran.err
    told = cli("cost", *words, "--json").envelope["result"]
    assert told["polling"]["dollars"] == 9.95
    assert told["realtime"]["free_plan"]["limit"] == "object_requests"
    assert told["prices_read_on"] == READ_ON


@pytest.mark.parametrize("words", [["--players", "0"], ["--hours", "-1"], ["--players", "x"]])
def test_figures_that_are_none(cli: Cli, words: list[str]) -> None:
    assert cli("cost", *words).code == 2


def test_nobody_plays_is_no_division_by_nothing(cli: Cli) -> None:
    idle = ["--polls-per-second", "0", "--changes-per-minute", "0", "--messages-per-minute", "0"]
    assert cli("cost", *idle).code == 0
