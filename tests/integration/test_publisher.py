"""Both publishers with real parts: workerd, SQLite files, PostgreSQL, killed processes."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from websockets.sync.client import ClientConnection, connect

import vttsync_publisher as vp
from tests.model.rig import PUBLISH_KEY, TICKET_KEY, Rig, make_bundle
from tests.publisher.databases import Database, PostgresDatabase, SqliteDatabase
from tests.publisher.doorway import Doorway, doorway
from tests.publisher.postgres import Server, server
from vttsync.node import process
from vttsync.node.runtime import Node
from vttsync.project.templates import template_files

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "publisher" / "programs"
PATIENCE = 60


class Run(Protocol):
    """Starts a program of a language with these words; standard input gets the key."""

    def __call__(self, name: str, *words: str) -> subprocess.Popen[str]: ...


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture(scope="module")
def rig(
    node: Node, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("publisher")
    cache = Path(pytestconfig.cache.mkdir("vttsync-room")) if pytestconfig.cache else None
    bundle = make_bundle(node, folder, cache or folder / "cache")
    with Rig(bundle, folder / "storage") as running:
        yield running


@pytest.fixture
def door(rig: Rig) -> Iterator[Doorway]:
    if not rig.alive():
        rig.start()
    with doorway() as door:
        door.port = rig.port
        yield door


@pytest.fixture(scope="module")
def package(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the TypeScript publisher with its packages, and the programs in its tests."""
    folder = tmp_path_factory.mktemp("app") / "party-publisher"
    for path, content in template_files("publisher"):
        language, _, rest = path.partition("/")
        place = {"typescript": rest, "vectors": path}.get(language)
        if place:
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(content)
    page = (ROOT / "docs" / "publisher.md").read_text("utf-8")
    shown = re.findall(r"```ts\n(.*?)```", page, re.DOTALL)
    (folder / "test" / "page.ts").write_text("\n".join(shown), "utf-8")  # checked with the rest
    for program in PROGRAMS.glob("*.ts"):
        (folder / "test" / program.name).write_bytes(program.read_bytes())
    _npm(node, folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    return folder


def _npm(node: Node, folder: Path, *words: str, **variables: str) -> str:
    npm_settings = [name for name in os.environ if name.lower().startswith("npm_config_")]
    own = {**node.variables(), "CI": "1", **variables}
    env = process.clean_environment(own, also=[*process.NETWORK, *npm_settings])
    done = process.run([*node.npm, *words], cwd=folder, env=env, timeout=600)
    assert done.code == 0, f"npm {' '.join(words)}\n{done.stdout[-6000:]}{done.stderr[-4000:]}"
    return done.stdout


def test_npm_installs_what_node_can_run(node: Node, package: Path, tmp_path: Path) -> None:
    """As `vttsync init` says: copied, not linked, and Node strips no types in node_modules."""
    (tmp_path / "package.json").write_text('{"private": true, "type": "module"}')
    (tmp_path / ".npmrc").write_text("install-links=true\n")
    _npm(node, tmp_path, "install", "--ignore-scripts", "--prefer-offline", str(package))
    program = tmp_path / "server.js"
    program.write_text('import { put } from "vttsync-publisher"; put("token", "hero", 1, {});')
    subprocess.run([str(node.binary), str(program)], check=True, timeout=60)
    assert (tmp_path / "node_modules/vttsync-publisher/sql/sqlite.sql").is_file()


@pytest.fixture(params=["python", "typescript"])
def run(request: pytest.FixtureRequest, node: Node) -> Iterator[Run]:
    started: list[subprocess.Popen[str]] = []

    def start(name: str, *words: str) -> subprocess.Popen[str]:
        if request.param == "python":
            program = [sys.executable, "-m", f"tests.publisher.programs.{name}"]
        else:
            folder = request.getfixturevalue("package")
            program = [str(node.binary), "--experimental-strip-types", "--no-warnings"]
            program.append(str(folder / "test" / f"{name}.ts"))
        env = os.environ | {
            "PYTHONPATH": f"{ROOT}:{ROOT / 'templates' / 'publisher' / 'python' / 'src'}"
        }
        child = subprocess.Popen(
            [*program, *words], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env
        )
        assert child.stdin
        child.stdin.write(f"{PUBLISH_KEY}\n{TICKET_KEY}\n")
        child.stdin.close()
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.wait()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path / "app.db")
    return PostgresDatabase(request.getfixturevalue("postgres").database())


class Witness:
    """A game master's websocket: the keys of what the room puts, in the order it tells them."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        socket.send("ping")
        while json.loads(socket.recv(PATIENCE))["type"] != "snapshot":
            pass

    def told(self, count: int) -> list[str]:
        """The next so many keys, or more if they come together."""
        keys: list[str] = []
        while len(keys) < count:
            text = self._socket.recv(PATIENCE)
            if text != "pong":
                frame = json.loads(text)
                assert frame["type"] == "delta", frame
                keys += [change["key"] for change in frame["changes"]]
        return keys


@contextmanager
def watching(rig: Rig, session: str) -> Iterator[Witness]:
    ticket = vp.mint_ticket(TICKET_KEY, session=session, role="gm", user="gm")
    url = f"ws://127.0.0.1:{rig.port}/parties/session/{session}?ticket={ticket}"
    with connect(url, max_size=2**21, max_queue=None) as socket:
        yield Witness(socket)


def wait(holds: Callable[[], bool]) -> None:
    """Look until it holds."""
    tick = threading.Event()
    for _ in range(PATIENCE * 100):
        if holds():
            return
        tick.wait(0.01)
    raise AssertionError("it never came to hold")


def names(count: int) -> list[str]:
    return [f"n{number}" for number in range(count)]


def fill(database: Database, session: str, count: int) -> None:
    """Commit as `count` transactions do, in one: the outbox has as many publishes."""
    with database.transaction() as connection, database.at_once(connection):
        for key in names(count):
            note = vp.put("note", key, 1, {"name": key.upper()})
            database.outbox.add(connection, session, [note])


def test_the_typescript_package_passes_its_own_tests(
    node: Node, package: Path, postgres: Server
) -> None:
    _npm(node, package, "run", "typecheck")
    printed = _npm(node, package, "test", VTTSYNC_TEST_POSTGRES=postgres.database())
    assert "names no database" not in printed
    assert "PostgreSQL" in printed


def test_both_packages_have_the_same_tables() -> None:
    folder = ROOT / "templates" / "publisher"
    for name in ("sqlite", "postgres"):
        theirs = (folder / "typescript" / "sql" / f"{name}.sql").read_text("utf-8")
        assert theirs == vp.schema(name)


def test_killed_between_commit_and_publish(
    run: Run, database: Database, rig: Rig, door: Doorway
) -> None:
    session = fresh()
    for first in ("0", "20"):
        ended = run("commit", database.dsn, session, first, "20").wait(PATIENCE)
        assert ended == -signal.SIGKILL
    assert database.pending(session) == 40
    with watching(rig, session) as witness:
        run("deliver", database.dsn, door.url)
        assert witness.told(40) == names(40)
    wait(lambda: database.pending(session) == 0)


def test_killed_in_the_middle_of_publishing(
    run: Run, database: Database, rig: Rig, door: Doorway
) -> None:
    session, count = fresh(), 4000
    fill(database, session, count)
    with watching(rig, session) as witness:
        for left in (3100, 2200, 1300):
            door.losing = 1  # applied, but the publisher dies without knowing
            child = run("deliver", database.dsn, door.url)
            wait(functools.partial(lambda most: database.pending(session) <= most, left))
            child.send_signal(signal.SIGKILL)
            child.wait()
        assert database.pending(session) > 0
        run("deliver", database.dsn, door.url)
        assert witness.told(count) == names(count)
    wait(lambda: database.pending(session) == 0)
    assert door.lost == 3


def test_ten_thousand_changes_while_the_room_is_down(
    run: Run, database: Database, rig: Rig, door: Doorway
) -> None:
    session, count = fresh(), 10_000
    rig.kill()
    door.port = 0
    fill(database, session, count)
    run("deliver", database.dsn, door.url)
    wait(lambda: door.turned_away >= 3)
    rig.start()
    with watching(rig, session) as witness:
        door.port = rig.port
        assert witness.told(count) == names(count)
    wait(lambda: database.pending(session) == 0)


def test_answers_that_are_lost(run: Run, database: Database, rig: Rig, door: Doorway) -> None:
    session = fresh()
    fill(database, session, 1200)
    door.losing = 3
    with watching(rig, session) as witness:
        run("deliver", database.dsn, door.url)
        assert witness.told(1200) == names(1200)
    wait(lambda: database.pending(session) == 0)
    assert door.lost == 3


def test_two_processes_on_one_outbox(run: Run, database: Database, rig: Rig, door: Doorway) -> None:
    sessions = [fresh() for _ in range(3)]
    with ExitStack() as stack:
        witnesses = [stack.enter_context(watching(rig, session)) for session in sessions]
        for _ in range(2):
            run("deliver", database.dsn, door.url)
        for key in names(200):
            for session in sessions:
                database.save(session, vp.put("note", key, 1, {"name": key}))
        for witness in witnesses:
            assert witness.told(200) == names(200)
    wait(lambda: not any(database.pending(session) for session in sessions))


def test_an_unknown_kind_is_set_aside(
    run: Run, database: Database, rig: Rig, door: Doorway
) -> None:
    session = fresh()
    database.save(session, vp.put("note", "n0", 1, {"name": "A"}))
    database.save(session, vp.put("dragon", "smaug", 1, {}), vp.put("note", "x", 1, {"name": "X"}))
    database.save(session, vp.put("note", "n1", 1, {"name": "B"}))
    with watching(rig, session) as witness:
        run("deliver", database.dsn, door.url)
        assert witness.told(2) == names(2)
    wait(lambda: database.pending(session) == 0)
    (refused,) = database.refused()
    assert refused.refusal.code == "bad_change"
    assert "unknown kind; this room knows session, scene, token" in refused.refusal.message


def test_a_real_room_takes_all_that_python_asks(door: Doorway) -> None:
    async def main() -> None:
        row = 3, {"name": "A", "text": "three"}
        async with vp.Publisher(door.url, PUBLISH_KEY, whole_row=lambda *_: row) as publisher:
            told = await publisher.publish(
                "py", [vp.put("note", "a", 1, {"name": "Ä", "text": None})]
            )
            assert told.applied == [{"kind": "note", "key": "a", "rev": 1}]
            await publisher.publish("py", [vp.patch("note", "a", 3, 2, {"text": "three"})])
            expected = vp.put("note", "a", 4, {"name": "B"}, expect={"name": "Z"})
            with pytest.raises(vp.RefusedError) as refused:
                await publisher.publish("py", [expected])
            assert refused.value.refusal.found == {"name": "A"}
            notes = [vp.put("note", "b", 1, {"name": "B"})]
            assert await publisher.republish_if_new("py", lambda: notes)
            assert not await publisher.republish_if_new("py", list)
            assert await publisher.kick("py", user="żółw") == 0
            before = await publisher.health("py")
            assert before.seq["gm"] == 3
            await publisher.forget("py")
            assert (await publisher.health("py")).epoch != before.epoch

    asyncio.run(main())


def test_a_real_room_takes_all_that_typescript_asks(
    node: Node, package: Path, door: Doorway
) -> None:
    script = package / "test" / "meet.ts"
    done = subprocess.run(
        [node.binary, "--experimental-strip-types", "--no-warnings", script, door.url],
        input=f"{PUBLISH_KEY}\n{TICKET_KEY}\n", capture_output=True, text=True, check=False,
        timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def fresh() -> str:
    return f"evening-{secrets.token_hex(6)}"
