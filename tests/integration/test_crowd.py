"""A crowd over real connections, against a room in this process that treats some of it badly."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.processes import Watch
from tests.room.room import PUBLISH_KEY, TICKET_KEY, Faults, python_room
from tests.runner import Cli
from vttsync.broadcast.crowd import shards as kept
from vttsync.broadcast.crowd.crowd import Progress, play_crowd
from vttsync.broadcast.crowd.verdict import CrowdVerdict, Order
from vttsync.broadcast.judge.verdict import Reason
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.script.reading import read_script
from vttsync.errors import Exit, VttsyncError
from vttsync.interrupts import run

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).parents[2] / "src"
LATER = ["--start-at", "2999-01-01T00:00:00Z"]
SCRIPT = """
title = "A crowd"
cast = { players = 20, spectators = 5 }
limits = { patience = 1 }
scene = { name = "Arena", size = [20, 20] }

[[token]]
name = "Aldric"
at = [1, 1]
hp = 9
owner = "player 1"
roll = 3

[[token]]
name = "The assassin"
at = [2, 2]
hidden = true
roll = 5

[[step]]
begin = "combat"

[[step]]
move = "Aldric"
along = [[2, 1], [3, 1], [4, 1], [5, 1], [6, 1]]
every = 0.01

[[step]]
hurt = "Aldric"
by = 2
"""

HIDDEN = {"kind": "token", "key": "x", "op": "put", "value": {"name": "The assassin"}}
LEAK = json.dumps({"type": "delta", "epoch": "e1", "seq": 99, "changes": [HIDDEN]})


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "crowd.toml"
    file.write_text(SCRIPT, encoding="utf-8")
    return file


def play(
    script: Path,
    faults: Faults,
    order: Order,
    observe: Callable[[Progress], None] = lambda progress: None,
) -> tuple[CrowdVerdict, list[str]]:
    plan = make_plan(read_script(script))
    with python_room(faults) as server:
        room = Room(server.url, SecretStr(PUBLISH_KEY), SecretStr(TICKET_KEY))
        playing = play_crowd(plan, room, order, version="version-1", observe=observe)
        verdict = run(playing)
        assert server.sessions == {}
        return verdict, server.deleted


def test_a_good_room_passes_and_all_rooms_are_removed(script: Path) -> None:
    told: list[Progress] = []

    verdict, deleted = play(script, Faults(), Order(80, 2), told.append)

    assert verdict.passed, verdict.faults[0]
    assert len(set(deleted)) == 2
    assert all(name.startswith("vttsync-verify-") for name in deleted)
    assert verdict.warnings == ()
    assert verdict.clients == 80
    assert {(row.room, row.audience) for row in verdict.rows} == {
        (room, audience)
        for room in (1, 2)
        for audience in ("gm", "player", "spectator", "user:player 1")
    }
    # The greeting is two messages; every publish but the retry tells each player one.
    (players,) = (row for row in verdict.rows if (row.room, row.audience) == (1, "player"))
    assert players.received == players.expected == players.clients * (2 + 6)
    assert players.latency.total == players.clients * 6
    assert verdict.latency.total == sum(row.latency.total for row in verdict.rows)
    assert verdict.probes.total == 2 * (7 + 7 + 6)
    assert told[-1].connected == 80
    assert multiprocessing.active_children() == []


def harmed(who: str, number: int, text: str) -> list[str | bytes]:
    """Treat each of some clients badly in a way of its own, from the fifth message on."""
    if number != 4:
        return [text]
    message = json.loads(text)
    harms: dict[str, list[str | bytes]] = {
        "player 7": [],
        "player 8": [text, text],
        "player 9": [text.replace("3", "7")],
        "player 11": [json.dumps(message | {"changes": [*message["changes"], HIDDEN]})],
        "player 14": [text.encode()],
        "player 15": [text[: len(text) // 2]],
        "player 16": [json.dumps(message, indent=1)],
        "player 17": [json.dumps(message | {"seq": message["seq"] + 1})],
    }
    return harms.get(who, [text])


class Swapping:
    """Tells one client two messages in the wrong order."""

    def __init__(self) -> None:
        self._held = ""

    def __call__(self, who: str, number: int, text: str) -> list[str | bytes]:
        if who == "player 10" and number == 4:
            self._held = text
            return []
        if who == "player 10" and number == 5:
            return [text, self._held]
        return harmed(who, number, text)


def test_each_of_those_that_are_treated_badly_is_named(script: Path) -> None:
    faults = Faults(
        harm=Swapping(),
        silent=frozenset({"player 12"}),
        closes={"player 13": 4},
        refused=frozenset({"spectator 3"}),
        afterthoughts={"player 18": LEAK},
    )

    verdict, _ = play(script, faults, Order(60))

    found = {(fault.difference.who, fault.difference.reason) for fault in verdict.faults}
    assert found >= {
        ("player 7", Reason.MISSING),
        ("player 8", Reason.REPEATED),
        ("player 9", Reason.ALTERED),
        ("player 10", Reason.REORDERED),
        ("player 11", Reason.LEAKED),
        ("player 12", Reason.SILENT),
        ("player 13", Reason.CLOSED),
        ("player 14", Reason.UNREADABLE),
        ("player 15", Reason.UNREADABLE),
        ("player 17", Reason.GAP),
        ("spectator 3", Reason.REFUSED),
    }
    wrong = {f"player {number}" for number in (*range(7, 16), 17, 18)} | {"spectator 3"}
    assert {who for who, _ in found} == wrong
    assert sum(row.wrong for row in verdict.rows) == len(wrong)


def test_equal_content_in_other_bytes_is_told(script: Path) -> None:
    def spaced(who: str, number: int, text: str) -> list[str | bytes]:
        return [text.replace(": ", ":") if who == "player 9" and number == 4 else text]

    verdict, _ = play(script, Faults(harm=spaced), Order(40))

    (fault,) = verdict.faults
    assert (fault.difference.reason, fault.difference.who) == (Reason.UNEQUAL, "player 9")
    assert sum(row.wrong for row in verdict.rows) == 1


def test_a_room_that_stalls_ends_at_the_deadline(script: Path) -> None:
    def stalls(who: str, number: int, text: str) -> list[str | bytes]:
        return [text] if number < 5 else []

    verdict, _ = play(script, Faults(harm=stalls), Order(40))

    assert {fault.difference.reason for fault in verdict.faults} == {Reason.MISSING}
    assert sum(row.wrong for row in verdict.rows) == 40
    # Everybody is told of, though only one of each kind is spelled out.
    assert sum(fault.clients for fault in verdict.faults) == 40


def test_what_the_app_server_is_told_is_judged_once(script: Path) -> None:
    verdict, _ = play(script, Faults(wrong_digests=frozenset({"gm"})), Order(40, 2))

    assert [(it.room, it.difference.reason) for it in verdict.faults] == [
        (1, Reason.DIGEST),
        (2, Reason.DIGEST),
    ]


def test_limits_of_the_script_are_held_over_all_rooms(script: Path) -> None:
    text = SCRIPT.replace("patience = 1", "patience = 1, p50_ms = 0.001")
    script.write_text(text, encoding="utf-8")

    verdict, _ = play(script, Faults(), Order(40, 2))

    assert [it.difference.reason for it in verdict.faults] == [Reason.SLOW]


def test_keys_that_are_refused_end_it_before_anybody_joins(script: Path) -> None:
    other = Faults(publish_key="another-key-of-at-least-32-characters")
    with pytest.raises(VttsyncError) as caught:
        play(script, other, Order(40))
    assert caught.value.exit_code == Exit.CREDENTIALS
    assert multiprocessing.active_children() == []


def test_a_crowd_of_which_nobody_gets_in_is_all_wrong(script: Path) -> None:
    refusing = replace(Faults(), ticket_key="another-key-of-at-least-32-characters")

    verdict, _ = play(script, refusing, Order(40))

    assert sum(row.wrong for row in verdict.rows) == 40
    assert {it.difference.reason for it in verdict.faults} == {Reason.REFUSED}


def test_a_room_that_never_stops_is_hung_up_on(script: Path) -> None:
    def floods(who: str, number: int, text: str) -> list[str | bytes]:
        return [text] * 5000 if who == "player 9" and number == 4 else [text]

    verdict, _ = play(script, Faults(harm=floods), Order(40))

    assert {it.difference.who for it in verdict.faults} == {"player 9"}
    (closed,) = (it for it in verdict.faults if it.difference.reason is Reason.CLOSED)
    assert "without end" in str(closed.difference.got)
    (players,) = (row for row in verdict.rows if row.audience == "player")
    assert players.received < players.expected + 2000


def seen_by(client: str) -> Callable[[str, int, str], list[str | bytes]]:
    """Drop a message, to one client alone."""
    return lambda who, number, text: [] if (who, number) == (client, 5) else [text]


def test_shards_of_a_run_are_one_verdict(script: Path, tmp_path: Path) -> None:
    """Two processes with one start, as two machines would have; then what they wrote, merged."""
    start = datetime.now(UTC) + timedelta(seconds=6)
    with python_room(Faults(harm=seen_by("player 9"))) as server:
        shards = [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "vttsync", "verify-broadcast", "--url", server.url),
                    *("--script", str(script), "--clients", "60", "--rooms", "3", "--json"),
                    *("--shard", f"{number}/2", "--start-at", start.isoformat()),
                    *("--out", str(tmp_path / f"{number}.json")),
                ],
                env=environment(), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for number in (1, 2)
        ]  # fmt: skip
        said = [shard.communicate(timeout=90) for shard in shards]
        assert [shard.returncode for shard in shards] == [Exit.VERIFY_FAILED] * 2, said
        assert len(server.deleted) == 3

    first, second = (kept.read_shard(tmp_path / f"{n}.json") for n in (1, 2))
    whole = kept.merge([("1.json", first), ("2.json", second)])

    assert first.order.start == second.order.start == start.timestamp()
    assert (first.clients, second.clients, whole.clients) == (40, 20, 60)
    assert {row.room for row in first.rows} == {1, 3}
    assert {row.room for row in whole.rows} == {1, 2, 3}
    assert [(it.room, it.difference.who) for it in whole.faults] == [
        (room, "player 9") for room in (1, 2, 3)
    ]
    assert whole.latency.total == first.latency.total + second.latency.total
    with pytest.raises(VttsyncError) as caught:
        kept.merge([("1.json", first)])
    assert "shard 2" in caught.value.why


def environment() -> dict[str, str]:
    keys = {"VTTSYNC_PUBLISH_KEY": PUBLISH_KEY, "VTTSYNC_TICKET_KEY": TICKET_KEY}
    return {**os.environ, **keys, "PYTHONPATH": str(SOURCE)}


@pytest.mark.parametrize("stage", ["joining", "playing", "draining"])
def test_ctrl_c_leaves_nothing(script: Path, stage: str) -> None:
    """The rooms are removed, the processes ended, whatever it was at."""
    harms: dict[str, Callable[[str, int, str], list[str | bytes]]] = {
        "joining": lambda who, number, text: [] if number == 1 else [text],
        "playing": lambda who, number, text: [text],
        "draining": lambda who, number, text: [text] if number < 4 else [],
    }
    pause = '\n[[step]]\npause = 60\n\n[[step]]\nhurt = "Aldric"\nby = 1\n'
    text = SCRIPT.replace("patience = 1", "patience = 60")
    script.write_text(text + pause * (stage == "playing"), encoding="utf-8")
    with python_room(Faults(harm=harms[stage])) as server:
        started = subprocess.Popen(
            [
                *(sys.executable, "-m", "vttsync", "verify-broadcast", "--url", server.url),
                *("--script", str(script), "--clients", "40", "--rooms", "2"),
            ],
            env=environment(), stdin=subprocess.DEVNULL, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        watch = Watch(started.pid)
        plan = make_plan(read_script(script))
        taken = {"joining": len(plan.setup), "playing": len(plan.publishes) - 1}
        server.wait_for_publishes(2 * taken.get(stage, len(plan.publishes)))
        watch.look()
        os.killpg(started.pid, signal.SIGINT)  # as a terminal does
        try:
            told = "".join(started.communicate(timeout=60))
        finally:
            started.kill()
        assert started.returncode == 130, told
        assert "Traceback" not in told
        assert len(server.deleted) == 2
        assert server.sessions == {}
    assert watch.alive() == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--rooms", "2"], Exit.USAGE, "--clients"),
        (["--clients", "40", "--shard", "1/2"], Exit.USAGE, "--start-at"),
        (["--clients", "40", "--shard", "3/2", *LATER, "--out", "x"], Exit.USAGE, "I/N"),
        (["--clients", "40", "--start-at", "soon"], Exit.USAGE, "zone"),
        (["--clients", "40", "--start-at", "2020-01-01T00:00:00Z"], Exit.USAGE, "over"),
        (["--clients", "0"], Exit.USAGE, "--clients"),
        (["--clients", "3", "--rooms", "2"], Exit.USAGE, "--clients 6"),
        (["--clients", "100000"], Exit.USAGE, "--rooms 10"),
        (["--clients", "100000", "--rooms", "10"], Exit.MISSING, "--shard 1/"),
        (["--clients", "40", "--shard", "1/2", *LATER, "--out", "x"], Exit.USAGE, "--rooms 2"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_sent(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, script: Path, words: list[str], code: int, told: str
) -> None:
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", PUBLISH_KEY)
    monkeypatch.setenv("VTTSYNC_TICKET_KEY", TICKET_KEY)
    with python_room(Faults()) as server:
        ran = cli("verify-broadcast", "--url", server.url, "--script", str(script), *words)
        assert (ran.code, server.publishes, server.deleted) == (code, 0, [])
    assert told in ran.err


def test_without_its_packages_it_says_what_to_install(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "picows", None)  # as where it is not installed

    ran = cli("verify-broadcast", "--clients", "40", "--url", "http://127.0.0.1:1")

    assert ran.code == Exit.MISSING
    assert "vttsync[crowd]" in ran.err
