"""How a replay holds itself back: its pace, what 429 makes it wait, what it tells beforehand."""

from __future__ import annotations

import pytest

from vttsync.broadcast.actions import Pause, Plan, Publish
from vttsync.broadcast.crowd.forecast import forecast_told
from vttsync.broadcast.crowd.playing import schedule
from vttsync.broadcast.crowd.seating import Shard
from vttsync.broadcast.crowd.verdict import Order
from vttsync.broadcast.forecast import forecast
from vttsync.broadcast.proof import read_plan
from vttsync.broadcast.replay.limited import asked_wait
from vttsync.broadcast.replay.pace import PER_SECOND, Pace, shortest
from vttsync.project.templates import templates_folder

DATE = "Tue, 24 Nov 2026 01:00:00 GMT"
LATER = "Tue, 24 Nov 2026 01:00:20 GMT"
CLOCK = 1795482000.0 + 7200  # two hours ahead of DATE


def plan(name: str) -> Plan:
    return read_plan(templates_folder() / "broadcast" / f"{name}.toml")


@pytest.mark.parametrize(
    ("told", "date", "attempt", "wait"),
    [
        ("7", DATE, 1, 7.0),
        (" 7 ", "", 3, 7.0),
        ("0", "", 1, 0.0),
        ("0", "", 2, 2.0),  # told "at once" again: not in a circle
        ("", "", 1, 1.0),
        ("", "", 3, 4.0),
        ("soon", "", 2, 2.0),
        ("-5", "", 1, 1.0),
        ("1e9", "", 1, 1.0),
        (LATER, DATE, 1, 20.0),  # by the room's clock, whatever this machine's says
        (DATE, LATER, 1, 0.0),
        (LATER, "", 1, 0.0),  # long ago by this machine's clock, the only one there is
        ("Tue, 99 Nov 2026 01:00:20 GMT", DATE, 1, 1.0),
    ],
)
def test_how_long_429_is_waited_for(told: str, date: str, attempt: int, wait: float) -> None:
    assert asked_wait(told, date, attempt, CLOCK) == wait


def test_a_burst_passes_and_the_rest_is_spread() -> None:
    pace = Pace(0.0)
    waits = [pace.take(0.0) for _ in range(int(PER_SECOND) + 50)]
    assert waits[: int(PER_SECOND)] == [0.0] * int(PER_SECOND)
    assert waits[-1] == pytest.approx(0.5)
    assert pace.take(60.0) == 0.0


def test_what_the_bound_adds_is_known_beforehand() -> None:
    publish = next(it for it in plan("smoke").steps if isinstance(it, Publish))
    pauses, held = shortest([publish] * 250)
    assert pauses == 0.0
    assert held == pytest.approx(150 / PER_SECOND)
    pauses, held = shortest([publish, Pause(0.5)] * 250)
    assert (pauses, held) == (125.0, 0.0)


@pytest.mark.parametrize("name", ["smoke", "reconnect", "secrets", "crowd"])
def test_a_forecast_counts_what_the_plan_sends(name: str) -> None:
    it = plan(name)
    told = forecast(it)
    assert told.publishes == len(it.publishes)
    assert told.clients >= len(it.cast) + len(it.latecomers)
    assert told.use.object_requests > told.publishes + told.connections
    assert "else about $0.00" in told.told
    for part in (f"{told.publishes} publishes", f"{told.clients} clients", "a room of its own"):
        assert part in told.told


def test_a_crowd_is_held_to_the_same_pace() -> None:
    publish = next(it for it in plan("smoke").steps if isinstance(it, Publish))
    dues = [due for due, _ in schedule([publish] * 250)]
    assert dues[99] == 0.0
    assert dues[-1] == pytest.approx(150 / PER_SECOND)
    assert sorted(dues) == dues


def test_what_a_crowd_sends_is_told_of_this_machines_part() -> None:
    crowd = plan("crowd")
    publishes = len(crowd.publishes)
    alone = forecast_told(crowd, Order(1000))
    assert f"Sends {publishes} publishes" in alone
    assert "to a room of its own; connects 1,000 clients" in alone
    part = forecast_told(crowd, Order(1001, rooms=4, shard=Shard(1, 2)))
    assert "to each of 2 rooms of its own; connects 501 clients" in part
    assert "On Cloudflare that is about" in part
