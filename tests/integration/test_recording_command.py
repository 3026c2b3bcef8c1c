"""`verify-broadcast --record` as somebody runs it: beside a live session, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.integration.test_safety import PATIENCE, Started
from tests.room.room import PUBLISH_KEY, TICKET_KEY, Faults, PythonRoom, python_room
from tests.runner import Cli
from vttsync import web
from vttsync.broadcast.actions import Value

pytestmark = pytest.mark.slow

SCENE = {"name": "Cave", "width": 2000, "height": 1000, "grid": {"type": "square", "size": 100}}
HERO = {"sceneId": "cave", "name": "Hero", "x": 300, "y": 500, "width": 1, "height": 1, "hp": 20}
OGRE = HERO | {"name": "Grummok the Unseen", "x": 900, "hidden": True, "gmNotes": "Waits."}
HERO |= {"ownerIds": {"ann@example.com": True}}
BEFORE = [
    {"op": "put", "kind": "scene", "key": "cave", "rev": 1, "value": SCENE},
    {"op": "put", "kind": "token", "key": "hero", "rev": 1, "value": HERO},
    {"op": "put", "kind": "token", "key": "ogre", "rev": 1, "value": OGRE},
]
PLAYED = [
    [{"op": "put", "kind": "token", "key": "hero", "rev": 2, "value": HERO | {"x": 400}}],
    [{"op": "put", "kind": "token", "key": "hero", "rev": 3, "value": HERO | {"x": 400, "hp": 9}}],
    [{"op": "put", "kind": "token", "key": "ogre", "rev": 2, "value": OGRE | {"y": 600}}],
]
RECORD = ("--record", "evening.toml", "--session", "friday")


class Listening:
    """Tells when a client has got its snapshot."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    async def __call__(self, room: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            await send(message)
            if '"snapshot"' in message.get("text", ""):
                self.begun.set()

        await room(scope, receive, told)


@pytest.fixture(scope="module")
def server() -> Iterator[PythonRoom]:
    with python_room() as running:
        yield running


@pytest.fixture
def listening(server: PythonRoom, monkeypatch: pytest.MonkeyPatch) -> Listening:
    """A live session that somebody is about to listen to."""
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", PUBLISH_KEY)
    monkeypatch.setenv("VTTSYNC_TICKET_KEY", TICKET_KEY)
    listening = Listening()
    server.restart(Faults(twist=listening))
    publish(server, BEFORE)
    return listening


def publish(server: PythonRoom, changes: list[Value]) -> None:
    headers = {"authorization": f"Bearer {PUBLISH_KEY}"}
    with web.client(server.url, headers) as client:
        answer = client.post("/parties/session/friday/publish", json={"changes": changes})
    assert answer.status_code == 200


def recorded(server: PythonRoom, listening: Listening) -> tuple[int, str]:
    started = Started("--url", server.url, *RECORD)
    assert listening.begun.wait(PATIENCE)
    for changes in PLAYED:
        publish(server, changes)
    return started.end(signal.SIGINT)


def test_ctrl_c_ends_it_and_the_script_replays(
    server: PythonRoom, listening: Listening, cli: Cli
) -> None:
    code, told = recorded(server, listening)

    assert code == 0, told
    assert "3 publishes in" in told
    script, rows = Path("evening.toml").read_text(), Path("evening.rows.json").read_text()
    (ogre,) = [it["value"] for it in json.loads(rows)["rows"] if it["key"] == "ogre"]
    assert ogre["hidden"] is True
    assert 'move = "Hero"' in script
    assert 'hurt = "Hero"\nby = 11' in script
    assert 'move = "Grummok the Unseen"' in script
    assert "reveal" not in script
    assert (server.deleted, server.publishes) == ([], 1 + len(PLAYED))  # it has only listened
    replayed = cli("verify-broadcast", "--url", server.url, "--script", "evening.toml")
    assert replayed.code == 0, replayed.out
    assert list(server.sessions) == ["friday"]


@pytest.mark.usefixtures("listening")
def test_nothing_in_it_was_given_in_confidence(server: PythonRoom, listening: Listening) -> None:
    _, told = recorded(server, listening)

    files = "".join(path.read_text() for path in Path().glob("evening*"))
    for secret in (PUBLISH_KEY, TICKET_KEY, "eyJ", "ann@example.com"):
        assert secret not in files + told
    assert {path.stat().st_mode & 0o777 for path in Path().glob("evening*")} == {0o600}


@pytest.mark.usefixtures("listening")
def test_a_script_that_is_there_is_replaced_only_when_told(server: PythonRoom, cli: Cli) -> None:
    Path("evening.toml").write_text("mine")

    refused = cli("verify-broadcast", "--url", server.url, *RECORD, "--for", "0.1")
    empty = cli("verify-broadcast", "--url", server.url, *RECORD, "--force", "--for", "0.1")

    assert refused.code == 9
    assert "Say --force to replace it" in refused.err
    assert empty.code == 3
    assert "Nothing was published to friday" in empty.err
    assert Path("evening.toml").read_text() == "mine"
    assert [path.name for path in Path().iterdir()] == ["evening.toml"]


def test_told_to_it_replaces_a_script(server: PythonRoom, listening: Listening) -> None:
    Path("evening.toml").write_text("mine")
    started = Started("--url", server.url, *RECORD, "--force")
    assert listening.begun.wait(PATIENCE)
    publish(server, PLAYED[0])

    code, told = started.end(signal.SIGINT)

    assert code == 0, told
    assert 'move = "Hero"' in Path("evening.toml").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--record", "evening.toml"), "--record needs --session"),
        (("--session", "friday"), "go with --record"),
        ((*RECORD, "--sweep"), "--record and --sweep don't go together"),
        (("--record", "evening.toml", "--session", "a/b"), "No session can be called 'a/b'"),
    ],
)
def test_what_goes_together_is_told(cli: Cli, words: tuple[str, ...], told: str) -> None:
    ran = cli("verify-broadcast", "--url", "http://127.0.0.1:1", *words)

    assert ran.code == 2
    assert told in ran.err


@pytest.mark.usefixtures("listening")
def test_a_wrong_ticket_key_is_told(
    server: PythonRoom, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTTSYNC_TICKET_KEY", "another-key-that-is-long-enough-0123")

    ran = cli("verify-broadcast", "--url", server.url, *RECORD)

    assert ran.code == 4
    assert "does not accept the ticket key" in ran.err
    assert list(Path().iterdir()) == []
