"""Commands about what is deployed, against the stand-in's API without workerd."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_httpx import HTTPXMock

from tests.runner import Cli
from tests.served import WORKER, Served, served
from tests.unit.rehearsal.cloud import secret
from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.dependents import count_rooms, users
from vttsync.cloudflare.token import read_token
from vttsync.rehearsal.api.auth import Persona

PROD = ("--env", "prod")
KEYS = (secret("PUBLISH_KEY", "p" * 40), secret("TICKET_KEY", "t" * 40))
CLASSES = {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Session"]}]}


@pytest.fixture
def empty(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A project, and an account without its Worker."""
    assert cli("init", "--name", "my-table").code == 0
    with served(tmp_path / "account") as cloud:
        for name, value in cloud.variables().items():
            monkeypatch.setenv(name, value)
        yield cloud


@pytest.fixture
def cloud(empty: Served) -> Served:
    """With its Worker, which another tool deployed."""
    empty.upload(to=WORKER, bindings=KEYS, migrations=CLASSES)
    return empty


def test_an_environment_that_was_never_deployed(cli: Cli, empty: Served) -> None:
    listed = cli("history", *PROD)
    assert (listed.code, listed.out) == (0, "")
    assert "Nothing of my-table-prod was deployed yet." in listed.err
    assert cli("history", *PROD, "--json").envelope["result"]["deployments"] == []
    ran = cli("status", *PROD)
    assert ran.code == 8
    assert "Nothing of my-table-prod is deployed." in ran.out
    assert cli("status", *PROD, "--json").envelope["result"]["live"] is None
    for command in ("open", "logs"):
        refused = cli(command, *PROD)
        assert refused.code == 3, refused.err
        assert "vttsync deploy --env prod" in refused.err
    assert cli("rollback", *PROD, "--no-proof").code == 7
    assert cli("destroy", *PROD).code == 0


def test_what_another_tool_deployed(cli: Cli, cloud: Served) -> None:
    cloud.edit_on_dashboard({"type": "plain_text", "name": "DAYS", "text": "1"})
    rows = cli("history", *PROD, "--json").envelope["result"]["deployments"]
    assert [(it["why"], it["commit"], it["live"]) for it in rows] == [
        ("api", "", True),
        ("upload", "", False),
    ]
    shown = cli("history", *PROD).out
    assert rows[0]["version_id"][:8] in shown
    ran = cli("status", *PROD, "--json")
    assert ran.code == 8  # nothing answers at the address that it has here
    drift = ran.envelope["result"]["drift"]
    assert [(it["kind"], it["name"], it["act"]) for it in drift] == [("variable", "DAYS", "add")]


def test_a_token_that_may_not_know(
    cli: Cli, cloud: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", cloud.tokens[Persona.OTHER_ACCOUNT])
    for command in ("history", "status", "logs", "destroy", "rollback"):
        words = ("--no-proof",) if command == "rollback" else ()
        ran = cli(command, *PROD, *words)
        assert ran.code == 4, f"{command}: {ran.err}"


def test_a_worker_is_not_destroyed_without_its_name(cli: Cli, cloud: Served) -> None:
    for words in ((), ("--yes-delete", "my-table"), ("--yes-delete", "my-table-staging")):
        ran = cli("destroy", *PROD, *words)
        assert ran.code == 9, ran.err
        assert f"--yes-delete {WORKER}" in ran.err
    told = cli("destroy", *PROD, "--json").envelope["error"]
    assert "No room has stored anything." in told["fix"]
    assert cloud.store.find(WORKER)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of its own")
def test_the_wrong_name_in_a_terminal(cloud: Served) -> None:
    main, terminal = pty.openpty()
    os.write(main, b"my-table\n")
    words = [sys.executable, "-m", "vttsync", "destroy", *PROD]
    try:
        ran = subprocess.run(
            words, stdin=terminal, stderr=terminal, stdout=subprocess.DEVNULL, check=False
        )
        said = os.read(main, 10_000).decode()
    finally:
        os.close(main)
        os.close(terminal)
    assert ran.returncode == 9
    assert "Type the Worker's name" in said
    assert "That is not its name." in said
    assert cloud.store.find(WORKER)


def test_rooms_are_counted(cloud: Served) -> None:
    worker = cloud.store.get(WORKER)
    folder = cloud.store.bundle(WORKER, worker.live).storage / worker.classes["Session"].unique_key
    folder.mkdir()
    for number in range(3):
        with closing(sqlite3.connect(folder / f"{number:064x}.sqlite")) as database:
            database.execute("CREATE TABLE _cf_KV (key TEXT)")
            if number:
                database.execute("CREATE TABLE rows (key TEXT)")
            database.commit()
    with CloudflareApi(cloud.url, read_token(cloud.token)) as api:
        account = cloud.variables()["CLOUDFLARE_ACCOUNT_ID"]
        assert count_rooms(api, account, WORKER) == 2
        assert count_rooms(api, account, "another") == 0
    with CloudflareApi(cloud.url, read_token(cloud.tokens[Persona.NO_WORKERS])) as api:
        assert count_rooms(api, account, WORKER) is None


def test_who_would_break_without_it(httpx_mock: HTTPXMock) -> None:
    """The shapes are those that wrangler 4.156 reads."""
    base = "https://api.example.test/client/v4"
    references = {
        "services": {"incoming": [{"service": "shop", "environment": "production"}]},
        "durable_objects": [{"service": WORKER}, {"service": "board"}],
        "dispatch_outbounds": [{"namespace": "tenants"}],
    }
    for path, result in (
        (f"scripts/{WORKER}/references", references),
        (f"tails/by-consumer/{WORKER}", [{"producer": {"script": "loud"}}]),
    ):
        told = {"success": True, "errors": [], "messages": [], "result": result}
        httpx_mock.add_response(url=f"{base}/accounts/a/workers/{path}", json=told)
    with CloudflareApi(base, read_token("cfut_" + "a" * 48)) as api:
        assert users(api, "a", WORKER) == ("board", "loud", "shop", "tenants")
