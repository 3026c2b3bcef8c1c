"""`verify-broadcast` as it is run on production: what it leaves, and never touches."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.integration.test_replay import SCRIPT
from tests.room.room import PUBLISH_KEY, TICKET_KEY, Faults, PythonRoom, python_room
from tests.runner import Cli
from vttsync import web
from vttsync.broadcast import leftovers

pytestmark = pytest.mark.slow

PATIENCE = 60.0  # seconds for what a test waits for
LONG = SCRIPT + '\n[[step]]\npause = 60\n\n[[step]]\nhurt = "Sir Aldric"\nby = 1\n'
SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture(scope="module")
def server() -> Iterator[PythonRoom]:
    with python_room() as running:
        yield running


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", PUBLISH_KEY)
    monkeypatch.setenv("VTTSYNC_TICKET_KEY", TICKET_KEY)


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


class Started:
    """vttsync in a process of its own."""

    def __init__(self, *words: str, begin: str = "") -> None:
        code = f"import sys\n{begin}\nfrom vttsync.__main__ import main\nsys.exit(main())"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "verify-broadcast", *words],
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def end(self, number: int | None = None) -> tuple[int, str]:
        """Send it a signal, if any; its exit code, and all that it said."""
        if number is not None:
            self.process.send_signal(number)
        try:
            out, err = self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()
        return self.process.returncode, out + err


class Held:
    """Lets the request wait that `stop` picks, until whoever asked goes away."""

    def __init__(self, stop: Callable[[Scope], bool]) -> None:
        self._stop = stop
        self.reached = threading.Event()

    async def __call__(self, room: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if self._stop(scope) and not self.reached.is_set():
            self.reached.set()
            while (await receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
                pass
            return
        await room(scope, receive, send)


def at(end: str, method: str = "") -> Callable[[Scope], bool]:
    def stop(scope: Scope) -> bool:
        return bool(scope["path"].endswith(end) and scope.get("method", "") == method)

    return stop


def a_client_joins(scope: Scope) -> bool:
    return bool(scope["type"] == "websocket")


@pytest.mark.parametrize(
    ("stop", "made"),
    [
        (at("/health", "GET"), False),
        (at("/digest", "GET"), False),
        (at("/publish", "POST"), True),
        (a_client_joins, True),
    ],
    ids=["before anything", "is it new", "publish", "join"],
)
def test_ctrl_c_leaves_nothing(
    server: PythonRoom, stop: Callable[[Scope], bool], made: bool
) -> None:
    held = Held(stop)
    server.restart(Faults(twist=held))
    started = Started("--url", server.url, "--script", write("long.toml", LONG))

    assert held.reached.wait(PATIENCE)
    code, told = started.end(signal.SIGINT)

    assert code == 130, told
    assert server.sessions == {}
    assert len(server.deleted) == made
    assert list(leftovers.notes_folder().glob("*")) == []


def test_ctrl_c_in_the_middle_removes_the_room(server: PythonRoom) -> None:
    server.restart(Faults())
    started = Started("--url", server.url, "--script", write("long.toml", LONG))

    server.wait_for_publishes(9)
    code, told = started.end(signal.SIGINT)

    assert code == 130, told
    assert len(server.deleted) == 1
    assert server.sessions == {}
    assert list(leftovers.notes_folder().glob("*")) == []


def test_ctrl_c_while_the_room_is_removed_lets_it_be_removed(server: PythonRoom) -> None:
    removing, go_on = threading.Event(), threading.Event()

    async def slow(room: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if at("", "DELETE")(scope):
            removing.set()
            go_on.wait(PATIENCE)
        await room(scope, receive, send)

    server.restart(Faults(twist=slow))
    started = Started("--url", server.url, "--script", write("fight.toml", SCRIPT))

    assert removing.wait(PATIENCE)
    started.process.send_signal(signal.SIGINT)
    go_on.set()
    code, told = started.end()

    assert code == 130, told
    assert len(server.deleted) == 1
    assert server.sessions == {}


@pytest.fixture
def killed(server: PythonRoom) -> list[str]:
    """The sessions of a proof that was killed in the middle."""
    server.restart(Faults())
    started = Started("--url", server.url, "--script", write("long.toml", LONG))
    server.wait_for_publishes(9)
    started.end(signal.SIGKILL)
    return sorted(server.sessions)


def test_what_a_killed_proof_left_is_swept(server: PythonRoom, killed: list[str], cli: Cli) -> None:
    for note in leftovers.notes_folder().glob("*"):
        assert PUBLISH_KEY not in note.read_text()

    swept = cli("verify-broadcast", "--url", server.url, "--sweep", "--json")
    again = cli("verify-broadcast", "--url", server.url, "--sweep", "--json")

    assert swept.code == 0
    assert sorted(swept.envelope["result"]["removed"]) == killed
    assert server.sessions == {}
    assert again.envelope["result"]["removed"] == []


def test_a_sweep_removes_nothing_that_is_in_use_or_not_ours(
    server: PythonRoom, killed: list[str], cli: Cli
) -> None:
    note = next(leftovers.notes_folder().glob("*"))
    forged = {**json.loads(note.read_text()), "session": "friday"}
    (note.parent / "friday.json").write_text(json.dumps(forged))
    with leftovers.noted(server.url, "vttsync-verify-0123456789abcdef"):
        swept = cli("verify-broadcast", "--url", server.url, "--sweep", "--json")

    assert sorted(swept.envelope["result"]["removed"]) == killed
    assert server.sessions == {}


def test_a_sweep_tells_what_is_still_there(server: PythonRoom, killed: list[str], cli: Cli) -> None:
    server.faults.delete_status = 500

    swept = cli("verify-broadcast", "--url", server.url, "--sweep")

    assert swept.code == 6
    for session in killed:
        assert f"{session} is still there: it answered 500" in swept.err
    assert sorted(note.session for note in leftovers.leftovers()) == killed


@pytest.mark.usefixtures("killed")
def test_a_sweep_with_a_wrong_key_says_so(
    server: PythonRoom, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", "another-key-that-is-long-enough-0123")

    swept = cli("verify-broadcast", "--url", server.url, "--sweep")

    assert swept.code == 4
    assert "does not accept the publish key" in swept.err
    assert len(leftovers.leftovers()) == 2


@pytest.mark.usefixtures("killed")
def test_what_another_address_has_is_told_not_touched(server: PythonRoom, cli: Cli) -> None:
    with python_room() as other:
        swept = cli("verify-broadcast", "--url", other.url, "--sweep")

    assert swept.code == 0
    assert f"Noted, too: 2 rooms of {server.url}" in swept.err
    assert server.deleted == []


class Limits:
    """Answers 429 to the first so many requests that `which` picks."""

    def __init__(self, which: Callable[[Scope], bool], times: int, after: str) -> None:
        self._which, self._left, self._after = which, times, after

    async def __call__(self, room: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if not (self._which(scope) and self._left):
            await room(scope, receive, send)
            return
        self._left -= 1
        kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
        headers = [(b"retry-after", self._after.encode())]
        await send({"type": f"{kind}.start", "status": 429, "headers": headers})
        await send({"type": f"{kind}.body", "body": b""})


@pytest.mark.parametrize(
    "which",
    [at("/digest", "GET"), at("/publish", "POST"), a_client_joins],
    ids=["digest", "publish", "join"],
)
def test_a_room_that_is_asked_too_often_is_waited_for(
    server: PythonRoom, cli: Cli, which: Callable[[Scope], bool]
) -> None:
    server.restart(Faults(twist=Limits(which, 1, "0")))

    ran = cli("verify-broadcast", "--url", server.url, "--script", write("f.toml", SCRIPT))

    assert ran.code == 0, ran.err
    assert "limited how often it may be asked (once 429)" in ran.err


def test_a_room_that_says_for_long_that_it_is_asked_too_often_ends_it(
    server: PythonRoom, cli: Cli
) -> None:
    server.restart(Faults(twist=Limits(at("/publish", "POST"), 1000, "3600")))

    ran = cli("verify-broadcast", "--url", server.url, "--script", write("f.toml", SCRIPT))

    assert ran.code == 6
    assert "got 429, for another 3600 s" in ran.err
    assert "try again in 3600 s" in ran.err
    assert server.sessions == {}


def test_it_says_beforehand_what_it_sends_and_costs(server: PythonRoom, cli: Cli) -> None:
    server.restart(Faults(join_status=500))

    ran = cli("verify-broadcast", "--url", server.url, "--script", write("f.toml", SCRIPT))

    told = ran.err[: ran.err.index("verify broadcast")]
    assert "Sends 9 publishes" in told
    assert "connects 8 clients" in told
    assert "$" in told


def test_a_session_that_has_content_is_not_touched(server: PythonRoom, cli: Cli) -> None:
    async def all_in_one(room: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """One session for all names."""
        parts = scope["path"].split("/")
        if parts[1:3] == ["parties", "session"]:
            scope = {**scope, "path": "/".join([*parts[:3], "friday", *parts[4:]])}
        await room(scope, receive, send)

    server.restart(Faults(twist=all_in_one))
    note = {"op": "put", "kind": "note", "key": "n", "rev": 1, "value": {"name": "Ours"}}
    headers = {"authorization": f"Bearer {PUBLISH_KEY}"}
    with web.client(server.url, headers) as client:
        client.post("/parties/session/friday/publish", json={"changes": [note]})

    ran = cli("verify-broadcast", "--url", server.url, "--script", write("f.toml", SCRIPT))

    assert ran.code == 8
    assert "is not new, so nothing was sent to it" in ran.err
    assert (server.publishes, server.deleted) == (1, [])
    assert list(server.sessions) == ["friday"]
