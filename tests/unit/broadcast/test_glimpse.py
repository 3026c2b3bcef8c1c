"""What a replay tells of itself while it runs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from vttsync.broadcast.actions import Client
from vttsync.broadcast.replay.glimpse import Glimpse
from vttsync.broadcast.replay.transcript import Answer, Closed, Comeback, Frame, Log

DELTA = '{"type":"delta","epoch":"e","seq":1,"changes":[]}'


@dataclass
class Chair:
    """A seat that is set by hand."""

    told: Log
    away: bool = False

    def log(self) -> Log:
        return self.told


def chair(*times: float, data: str = DELTA) -> Chair:
    client = Client("player 1", "player", late=False)
    return Chair(Log(client, tuple(Frame(at, data) for at in times)))


def answer(due: float, sent: float | None = None) -> Answer:
    return Answer(due, due if sent is None else sent, 200, "{}")


def test_messages_and_the_rate_of_the_last_second() -> None:
    glimpse = Glimpse([chair(1.0, 8.5, 9.0, 9.9), chair(9.5)], [])
    standing = glimpse.look(9.8)
    assert [client.messages for client in standing.clients] == [4, 1]
    assert standing.rate == 3  # 9.0 and 9.5 came within it, and 9.9 on the way


def test_latency_counts_from_when_a_publish_was_due() -> None:
    seat = chair(10.020, 11.5)
    answers = [answer(10.0), answer(11.0, sent=11.3), answer(12.0)]
    standing = Glimpse([seat], answers).look(12.1)
    assert standing.clients[0].latency == pytest.approx(500)
    assert standing.p50 == pytest.approx(20, rel=0.01)
    assert standing.p99 == pytest.approx(500, rel=0.01)


def test_what_may_be_of_a_publish_under_way_is_not_counted_yet_and_then_once() -> None:
    seat, answers = chair(10.020, 11.010), [answer(10.0), answer(11.0)]
    glimpse = Glimpse([seat], answers)
    assert glimpse.look(11.2).clients[0].latency == pytest.approx(20)
    answers.append(answer(12.0))
    for _ in range(3):
        standing = glimpse.look(12.2)
    assert standing.p50 == pytest.approx(10, rel=0.01)
    assert standing.p99 == pytest.approx(20, rel=0.01)


def test_snapshots_and_what_came_before_all_publishes_have_no_latency() -> None:
    snapshot = chair(10.5, data='{"type":"snapshot"}')
    early, binary = chair(9.0), chair()
    binary.told = replace(binary.told, frames=(Frame(10.5, b"x"),))
    standing = Glimpse([snapshot, early, binary], [answer(10.0), answer(11.0)]).look(12.0)
    assert [client.latency for client in standing.clients] == [None, None, None]
    assert (standing.p50, standing.p99) == (None, None)


@pytest.mark.parametrize(
    ("changes", "state", "well"),
    [
        ({}, "connected", True),
        ({"frames": ()}, "connecting", True),
        ({"comebacks": (Comeback(1, 0, 2.0),)}, "connecting", True),
        ({"comebacks": (Comeback(0, 0, 2.0),)}, "connected", True),
        ({"lags": ((2.0, 4.0),)}, "reads nothing", True),
        ({"lags": ((2.0, 3.0),)}, "connected", True),
        ({"closed": Closed(4401, "no")}, "closed 4401", False),
        ({"refused": "HTTP 403"}, "refused", False),
    ],
)
def test_the_state_of_a_client(changes: dict[str, object], state: str, well: bool) -> None:
    seat = chair(1.0)
    seat.told = replace(seat.told, **changes)  # type: ignore[arg-type]
    (client,) = Glimpse([seat], []).look(3.0).clients
    assert (client.state, client.well) == (state, well)


def test_who_was_told_to_leave_is_away() -> None:
    seat = chair(1.0)
    seat.away = True
    assert Glimpse([seat], []).look(3.0).clients[0].state == "away"


def test_who_joins_later_is_there_from_then_on() -> None:
    seats = [chair(1.0)]
    glimpse = Glimpse(seats, [])
    assert len(glimpse.look(2.0).clients) == 1
    seats.append(chair(2.5))
    assert len(glimpse.look(3.0).clients) == 2
