"""Who sits where in a crowd, what was got by whom, what a machine can carry, and what is said."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from vttsync.broadcast.actions import Client
from vttsync.broadcast.crowd.capacity import Machine, check_machine, check_order
from vttsync.broadcast.crowd.judging import Fault, Row
from vttsync.broadcast.crowd.paths import Bound, Tree
from vttsync.broadcast.crowd.playing import schedule
from vttsync.broadcast.crowd.seating import Shard, halls, probes_of, seat, sizes
from vttsync.broadcast.crowd.shards import merge
from vttsync.broadcast.crowd.verdict import CrowdVerdict, Order, Work, limits_of
from vttsync.broadcast.histogram import Histogram
from vttsync.broadcast.judge.verdict import Difference, Reason
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.script.reading import read_script
from vttsync.errors import Exit, VttsyncError
from vttsync.output.crowd import crowd_json, crowd_view
from vttsync.project.templates import templates_folder

CAST = [Client("gm", "gm"), *(Client(f"player {n}", "player") for n in (1, 2, 3))]


def test_a_cast_grows_in_its_own_proportion() -> None:
    crowd = seat(CAST, 41)

    assert crowd[0].name == "gm"
    assert {client.name for client in CAST} <= {client.name for client in crowd}
    assert [sum(it.role == role for it in crowd) for role in ("gm", "player")] == [11, 30]
    assert len({client.name for client in crowd}) == len(crowd) == 41
    assert [client.role for client in seat(CAST, 2)] == ["gm", "player"]
    assert [client.name for client in probes_of(crowd)] == ["gm", "player 1"]


def test_rooms_and_shards_hold_everybody_once() -> None:
    assert sizes(10, 3) == [4, 3, 3]
    shared = [room for index in (1, 2, 3) for room in Shard(index, 3).rooms(8)]
    assert sorted(shared) == [*range(1, 9)]


@pytest.mark.parametrize("processes", [1, 2, 3, 7])
@pytest.mark.parametrize("rooms", [1, 2, 5])
def test_every_client_is_read_by_one_process(rooms: int, processes: int) -> None:
    crowds = dict.fromkeys(range(1, rooms + 1), 11)

    shares = halls(crowds, processes)

    assert 1 <= len(shares) <= processes
    found = [(b.room, n) for share in shares for b in share for n in range(b.first, b.last)]
    assert sorted(found) == [(room, n) for room in crowds for n in range(11)]


def test_who_got_the_same_is_in_one_place() -> None:
    tree = Tree()
    first = tree.start.begin(b"one", text=True)

    assert tree.start.known(b"one", text=True) is first
    assert tree.start.known(b"one", text=False) is None
    other = tree.start.begin(b"two", text=True)
    first.note(1.0)
    other.note(2.0)
    assert tree.deliveries == 2
    assert [frame.data for frame in other.frames()] == ["two"]


def test_what_never_ends_is_not_written_down() -> None:
    message, bound = Tree().start, Bound(messages=3)
    while bound.takes(message, b"x"):
        message = message.begin(b"x", text=True)
    assert message.depth == 3
    assert not Bound(messages=3, size=10).takes(Tree().start, b"x" * 11)


def test_publishes_are_due_by_the_pauses_alone() -> None:
    plan = make_plan(read_script(templates_folder() / "broadcast" / "crowd.toml"))
    dues = [due for due, _ in schedule(plan.steps)]
    assert dues == sorted(dues)
    assert 0 < dues[-1] < 5


def test_what_a_machine_carries() -> None:
    assert Machine(descriptors=None, ports=28_232, processes=2).clients == 28_104
    assert Machine(descriptors=1_024, ports=28_232, processes=2).clients == 2 * 896
    few = Machine(descriptors=1_024, ports=28_232, processes=2)
    with pytest.raises(VttsyncError) as caught:
        check_machine(Order(5_000), few)
    assert caught.value.exit_code == Exit.MISSING
    assert "1792 clients, not 5000" in caught.value.what
    assert "ulimit -n" in caught.value.why
    assert "--rooms 3 --shard 1/3" in caught.value.fix
    check_machine(Order(1_792), few)
    # What was advised is accepted.
    check_machine(Order(5_000, 3, Shard(1, 3)), few)


def test_a_hundred_thousand_in_one_room_are_too_many() -> None:
    with pytest.raises(VttsyncError, match="too many") as caught:
        check_order(Order(100_000), 3)
    assert "--rooms 10" in caught.value.fix


def test_what_held_it_back_is_said() -> None:
    assert limits_of(Work({"A": 0.69}, Histogram([0.001] * 100), 0.2)) == []
    busy, late, behind = limits_of(Work({"A": 0.71}, Histogram([0.05] * 100), 1.5))
    assert "71 %" in busy
    assert "50 ms late" in late
    assert "1.5 s" in behind


def verdict(shard: int, *faults: Fault, latency: float = 0.01) -> CrowdVerdict:
    row = Row(shard, "player", 10, len(faults), 100, 100, Histogram([latency] * 100))
    return CrowdVerdict(
        script="crowd.toml", plan="p", version="v", order=Order(20, 2, Shard(shard, 2), 1.0),
        shards=(shard,), rows=(row,), faults=faults, probes=Histogram([latency]), limits=(),
        warnings=(), publishes=10, delivered=100, connecting=1.0, seconds=2.0, began=0.0,
    )  # fmt: skip


LEAK = Fault(
    1,
    Difference(
        reason=Reason.LEAKED, who="player 7", step="step 3", line=12, expected="nothing",
        got="The assassin", means="Hidden.", position=4,
    ),
    clients=3,
    names=("player 7", "player 8", "player 9"),
)  # fmt: skip


def test_shards_add_up() -> None:
    whole = merge([("a", verdict(2, latency=0.1)), ("b", verdict(1, LEAK))])

    assert whole.shards == (1, 2)
    assert (whole.clients, whole.deliveries, whole.passed) == (20, 200, False)
    assert whole.latency.percentile(0.5) == pytest.approx(0.01, rel=0.01)
    assert whole.latency.percentile(0.51) == pytest.approx(0.1, rel=0.01)


@pytest.mark.parametrize("width", [60, 80])
def test_it_is_told_in_a_few_lines(width: int) -> None:
    file = io.StringIO()
    Console(file=file, width=width, no_color=True).print(crowd_view(verdict(1, LEAK)))
    told = file.getvalue()

    assert all(len(line) <= width for line in told.splitlines())
    assert "player 7" in told
    assert "2 more" in told
    assert "not verified" in told
    envelope = crowd_json(verdict(1, LEAK))
    assert envelope["passed"] is False
    assert envelope["differences"][0]["clients"] == 3
