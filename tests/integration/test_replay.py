"""A replay over real connections, against a room in this process."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.room.room import PUBLISH_KEY, TICKET_KEY, Faults, PythonRoom, python_room
from vttsync import web
from vttsync.broadcast.actions import Audience, Pause, Plan
from vttsync.broadcast.judge.judge import judge
from vttsync.broadcast.judge.verdict import Reason, Verdict
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.plan.view import State, view
from vttsync.broadcast.proof import verify
from vttsync.broadcast.replay.flood import Flood
from vttsync.broadcast.replay.limited import Limited
from vttsync.broadcast.replay.replay import replay
from vttsync.broadcast.replay.room import (
    Event,
    Joined,
    LeftBehind,
    Observe,
    Published,
    Room,
    Waiting,
)
from vttsync.broadcast.replay.seat import Seat
from vttsync.broadcast.script.reading import read_script
from vttsync.errors import Exit, VttsyncError

TEMPLATES = Path(__file__).parents[2] / "templates" / "broadcast"

SCRIPT = f"""
title = "A very short fight"
cast = {{ players = 2 }}
limits = {{ patience = 0.5 }}
scene = {{ name = "Gatehouse", map = "{(TEMPLATES / "sample-map.dd2vtt").as_posix()}" }}
creatures = {{ from = "{(TEMPLATES / "srd-tokens.json").as_posix()}" }}

[[token]]
name = "Sir Aldric"
creature = "Knight"
at = [4, 5]
roll = 14
owner = "player 1"

[[token]]
name = "Vesk the Quiet"
creature = "Doppelganger"
at = [9, 8]
hidden = true
roll = 12

[[step]]
begin = "combat"

[[step]]
move = "Sir Aldric"
along = [[4, 6], [5, 6]]
every = 0

[[step]]
hurt = "Sir Aldric"
by = 4
say = "Ouch."

[[step]]
pause = 0.01

[[step]]
move = "Sir Aldric"
along = [[5, 7]]
"""


Prove = Callable[..., Verdict]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "fight.toml"
    file.write_text(SCRIPT, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def server() -> Iterator[PythonRoom]:
    with python_room() as running:
        yield running


@pytest.fixture
def prove(script: Path, server: PythonRoom) -> Prove:
    def run(faults: Faults, observe: Observe = lambda event: None) -> Verdict:
        server.restart(faults)
        target = room(server)
        verdict = verify(target, script, expected_version="version-1", observe=observe)
        assert server.deleted == [target.session]
        return verdict

    return run


def room(server: PythonRoom) -> Room:
    return Room(server.url, SecretStr(PUBLISH_KEY), SecretStr(TICKET_KEY))


def test_a_good_room_passes_and_is_removed(prove: Prove) -> None:
    events: list[Event] = []

    verdict = prove(Faults(), events.append)

    assert verdict.passed, verdict.differences
    assert verdict.warnings == ()
    assert [row.name for row in verdict.clients] == [
        *("gm", "player 1", "player 2", "spectator", "returning player"),
        *("late gm", "late player", "late spectator"),
    ]
    assert all(row.received == row.expected for row in verdict.clients)
    assert verdict.latency is not None
    assert events[-1] == Joined(3, 3)
    assert Published(8, 9, "Sir Aldric loses 4 hp", "Ouch.") in events


class Once:
    """Harms one message of one client."""

    def __init__(self, who: str, number: int, harm: Callable[[str], list[str | bytes]]) -> None:
        self._who, self._number, self._harm = who, number, harm

    def __call__(self, who: str, number: int, text: str) -> list[str | bytes]:
        return self._harm(text) if (who, number) == (self._who, self._number) else [text]


class HeldBack:
    """Sends one message of one client after the next."""

    def __init__(self, who: str, number: int) -> None:
        self._who, self._number = who, number
        self._held = ""

    def __call__(self, who: str, number: int, text: str) -> list[str | bytes]:
        if (who, number) == (self._who, self._number):
            self._held = text
            return []
        if (who, number) == (self._who, self._number + 1):
            return [text, self._held]
        return [text]


LEAK = '{"type":"delta","epoch":"e1","seq":9,"changes":[{"op":"put","kind":"token",'
LEAK += '"key":"vesk-the-quiet","value":{"name":"Vesk the Quiet"}}]}'


def open_handed(rows: State, audience: Audience) -> State:
    """Shows everyone the hit points of what they see."""
    return {
        entity: row | {"hp": rows[entity]["hp"]} if "hp" in rows[entity] else row
        for entity, row in view(rows, audience).items()
    }


def upside_down(rows: State, audience: Audience) -> State:
    """Has the last in the order of turns first."""
    return {
        entity: row | {"order": row["order"][::-1]} if "order" in row else row
        for entity, row in view(rows, audience).items()
    }


def with_fields(**fields: object) -> Callable[[str], list[str | bytes]]:
    return lambda text: [json.dumps(json.loads(text) | fields)]


STALE = '{"type":"stale"}'
PRESENCE = '{"type":"presence","items":[{"user":"u","role":"gm","kind":"ping","value":null}]}'


@pytest.mark.parametrize("faults", [Faults(part=3), Faults(hold=0.05), Faults(hold=0.001)])
def test_what_is_the_rooms_to_choose_is_no_fault(prove: Prove, faults: Faults) -> None:
    verdict = prove(faults)

    assert verdict.passed, verdict.differences[0]
    assert all(row.received == row.expected for row in verdict.clients)


@pytest.mark.parametrize(
    ("faults", "reason", "who"),
    [
        (Faults(look=open_handed), Reason.LEAKED, "player 2"),
        (Faults(look=upside_down), Reason.ALTERED, "gm"),
        (Faults(harm=Once("player 2", 4, with_fields(**{"from": 4}))), Reason.GAP, "player 2"),
        (Faults(harm=Once("player 2", 0, with_fields(seq=9))), Reason.GAP, "player 2"),
        (Faults(part=3, harm=Once("gm", 2, lambda _: [])), Reason.MISSING, "gm"),
        (Faults(part=3, harm=Once("gm", 2, lambda t: [t, t])), Reason.REPEATED, "gm"),
        (Faults(part=3, harm=HeldBack("player 1", 1)), Reason.REORDERED, "player 1"),
        (Faults(harm=Once("player 2", 4, lambda t: [t, STALE])), Reason.EXTRA, "player 2"),
        (Faults(harm=Once("player 2", 4, lambda t: [t, PRESENCE])), Reason.EXTRA, "player 2"),
        (Faults(shared_epoch=True), Reason.WRONG_EPOCH, "player 2"),
        (Faults(forgets=True), Reason.NOT_RESUMED, "returning player"),
        (Faults(resumes=1), Reason.REPEATED, "returning player"),
        (Faults(resumes=-1), Reason.MISSING, "returning player"),
        (Faults(wrong_digests=frozenset({"user:player 1"})), Reason.DIGEST, "app server"),
        (Faults(digest_status=500), Reason.DIGEST, "app server"),
        (Faults(harm=Once("player 1", 3, lambda _: [])), Reason.MISSING, "player 1"),
        (Faults(harm=Once("gm", 5, lambda _: [])), Reason.MISSING, "gm"),
        (Faults(harm=Once("player 2", 3, lambda t: [t, t])), Reason.REPEATED, "player 2"),
        (Faults(harm=Once("spectator", 5, lambda t: [t, t])), Reason.REPEATED, "spectator"),
        (Faults(harm=HeldBack("player 1", 3)), Reason.REORDERED, "player 1"),
        (
            Faults(harm=Once("gm", 4, lambda t: [t.replace('"x": ', '"x": 1')])),
            Reason.ALTERED,
            "gm",
        ),
        (Faults(harm=Once("player 2", 4, lambda t: [t, LEAK])), Reason.LEAKED, "player 2"),
        (Faults(harm=Once("player 2", 4, lambda t: [t.encode()])), Reason.UNREADABLE, "player 2"),
        (Faults(harm=Once("gm", 1, lambda _: ["{" * 99])), Reason.UNREADABLE, "gm"),
        (Faults(silent=frozenset({"player 1"})), Reason.SILENT, "player 1"),
        (Faults(refused=frozenset({"player 1"})), Reason.REFUSED, "player 1"),
        (Faults(closes={"spectator": 4}), Reason.CLOSED, "spectator"),
        (Faults(afterthoughts={"player 1": LEAK}), Reason.LEAKED, "player 1"),
        (Faults(afterthoughts={"late player": LEAK}), Reason.LEAKED, "late player"),
        (Faults(version="version-0"), Reason.WRONG_VERSION, "gm"),
        (Faults(statuses={4: 500}), Reason.PUBLISH, "app server"),
        (Faults(statuses={0: 404}), Reason.PUBLISH, "app server"),
        (Faults(join_status=500), Reason.REFUSED, "gm"),
        (
            Faults(harm=Once("late player", 1, lambda t: [t.replace("Aldric", "A")])),
            Reason.ALTERED,
            "late player",
        ),
    ],
)
def test_each_fault_is_found_by_its_name(
    prove: Prove, faults: Faults, reason: Reason, who: str
) -> None:
    verdict = prove(faults)

    assert not verdict.passed
    assert (verdict.differences[0].reason, verdict.differences[0].who) == (reason, who)


def test_a_refused_publish_ends_the_replay(prove: Prove) -> None:
    verdict = prove(Faults(statuses={4: 500}))

    assert [difference.reason for difference in verdict.differences] == [Reason.PUBLISH]
    assert [row.name for row in verdict.clients if row.late] == []


def test_a_pause_sets_when_the_next_publish_is_due(script: Path, server: PythonRoom) -> None:
    server.restart(Faults())

    answers = asyncio.run(replay(plan_of(script), room(server), lambda event: None)).answers

    # The script's one pause, 0.01 s, comes before its last step.
    assert answers[-1].due == pytest.approx(answers[-2].due + 0.01)
    assert all(answer.sent >= answer.due for answer in answers)


def test_a_huge_message_ends_the_connection(prove: Prove) -> None:
    huge = Once("gm", 3, lambda _: ["x" * (17 * 1024 * 1024)])

    difference = prove(Faults(harm=huge)).differences[0]

    assert (difference.reason, difference.got["close code"]) == (Reason.CLOSED, 1009)


def test_waiting_for_a_lost_message_is_told(prove: Prove) -> None:
    events: list[Event] = []

    prove(Faults(harm=Once("gm", 6, lambda _: [])), events.append)

    assert Waiting(1, 0.5) in events


@pytest.mark.parametrize(
    ("faults", "named"),
    [
        (Faults(publish_key="another key that is long enough 0123"), "PUBLISH_KEY"),
        (Faults(ticket_key="another key that is long enough 0123"), "TICKET_KEY"),
    ],
)
def test_refused_keys_are_a_matter_of_credentials(prove: Prove, faults: Faults, named: str) -> None:
    with pytest.raises(VttsyncError) as caught:
        prove(faults)

    assert caught.value.exit_code is Exit.CREDENTIALS
    assert named in caught.value.fix
    assert PUBLISH_KEY not in str(caught.value)
    assert TICKET_KEY not in str(caught.value)


def test_a_room_that_cannot_be_removed_is_a_warning(prove: Prove) -> None:
    events: list[Event] = []

    verdict = prove(Faults(delete_status=500), events.append)

    assert verdict.passed
    assert "was not removed: it answered 500" in verdict.warnings[0]
    assert "vttsync-beside-" in verdict.warnings[1]
    assert events[-2:] == [LeftBehind(warning) for warning in verdict.warnings]


class _HangsUp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        if b"GET " in self.request.recv(100_000):
            self.request.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            self.request.recv(100_000)


def test_a_publish_without_an_answer_may_leave_a_room_behind(script: Path) -> None:
    events: list[Event] = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _HangsUp) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{listener.server_address[1]}"
        with pytest.raises(VttsyncError, match="could not be reached"):
            verify(
                Room(url, SecretStr(PUBLISH_KEY), SecretStr(TICKET_KEY)),
                script,
                observe=events.append,
            )
        listener.shutdown()
    assert [type(event) for event in events] == [LeftBehind]


def test_nobody_there_is_unreachable(script: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    target = Room(url, SecretStr(PUBLISH_KEY), SecretStr(TICKET_KEY))

    events: list[Event] = []
    with pytest.raises(VttsyncError, match="could not be reached") as caught:
        verify(target, script, observe=events.append)

    assert caught.value.exit_code is Exit.UNREACHABLE
    assert events == []


def test_a_server_without_tls_is_unreachable_over_https(script: Path, server: PythonRoom) -> None:
    target = replace(room(server), url=server.url.replace("http:", "https:"))

    with pytest.raises(VttsyncError) as caught:
        verify(target, script, observe=lambda event: None)

    assert caught.value.exit_code is Exit.UNREACHABLE


def test_a_websocket_trusts_the_certificates_that_http_trusts(
    script: Path, server: PythonRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/certificates.pem")
    client, *_ = plan_of(script).cast
    target = replace(room(server), url=server.url.replace("http:", "https:"))
    seat = Seat(client, target, Limited(), Flood(0, 0))
    web._certificates.cache_clear()

    with pytest.raises(VttsyncError, match="SSL_CERT_FILE"):
        asyncio.run(seat.join())


def test_an_interrupted_replay_removes_its_room(script: Path, server: PythonRoom) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, Published) and event.done == 5:
            raise KeyboardInterrupt

    server.restart(Faults())
    target = room(server)
    with pytest.raises(KeyboardInterrupt):
        verify(target, script, observe=interrupt)

    assert server.deleted == [target.session]


def test_a_cancelled_replay_removes_its_room(script: Path, server: PythonRoom) -> None:
    plan = plan_of(script)
    slow = replace(plan, steps=(*plan.steps, Pause(60.0), plan.steps[0]))

    async def cancelled(target: Room) -> None:
        halfway = asyncio.Event()

        def observe(event: Event) -> None:
            if isinstance(event, Published) and event.done == len(plan.publishes):
                halfway.set()

        task = asyncio.create_task(replay(slow, target, observe))
        await halfway.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    server.restart(Faults())
    target = room(server)
    asyncio.run(cancelled(target))

    assert server.deleted == [target.session]


def plan_of(script: Path) -> Plan:
    return make_plan(read_script(script))


def test_no_key_and_no_ticket_is_ever_shown(
    script: Path, server: PythonRoom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.restart(Faults())
    target, plan = room(server), plan_of(script)
    transcript = asyncio.run(replay(plan, target, lambda event: None))
    # The server in this process logs what it is asked; that is not the replay's.
    logged = [r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn")]
    shown = "".join(logged) + repr(target) + repr(transcript) + repr(judge(plan, transcript))

    assert PUBLISH_KEY not in shown
    assert TICKET_KEY not in shown
    assert "ticket=" not in shown
    assert "eyJ" not in shown
