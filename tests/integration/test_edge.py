"""Uploads in real workerd, sent to the stand-in without wrangler."""

from __future__ import annotations

import json
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from vttsync import web
from vttsync.node import packages
from vttsync.rehearsal import StandIn
from vttsync.rehearsal.edge.clouds import Cloud, Haze

pytestmark = pytest.mark.slow

MODULE = "application/javascript+module"
CLASS = {"type": "durable_object_namespace", "name": "ROOM", "class_name": "Room"}
MIGRATION = {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Room"]}]}
BINDINGS = [
    CLASS,
    {"type": "version_metadata", "name": "VERSION"},
    {"type": "plain_text", "name": "WHO", "text": 'the "gm" ü'},
    {"type": "json", "name": "LIMITS", "json": {"rate": [1, 2]}},
]
SECRET = {"type": "secret_text", "name": "KEY", "text": "first"}
ROOM = """
import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {
  async fetch(request) {
    if (request.headers.get("upgrade")) {
      const { 0: client, 1: server } = new WebSocketPair();
      this.ctx.acceptWebSocket(server);
      return new Response(null, { status: 101, webSocket: client });
    }
    const sql = this.ctx.storage.sql;
    sql.exec("CREATE TABLE IF NOT EXISTS visits (at INTEGER)");
    sql.exec("INSERT INTO visits VALUES (1)");
    const visits = sql.exec("SELECT count(*) AS n FROM visits").one().n;
    const { VERSION, WHO, LIMITS, KEY } = this.env;
    return Response.json({ visits, version: VERSION, who: WHO, limits: LIMITS, key: KEY });
  }
}
export default {
  async fetch(request, env) {
    const out = new URL(request.url).searchParams.get("out");
    if (out) {
      return fetch(out).then(() => new Response("out"), (error) => new Response("held back"));
    }
    return env.ROOM.getByName("table").fetch(request);
  },
};
"""


class Account:
    """Calls to the stand-in with its own token."""

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in

    def __call__(self, method: str, path: str, **kwargs: Any) -> Any:
        headers = {"authorization": f"Bearer {self.stand_in.token}"}
        base = f"{self.stand_in.api_url}/accounts/{self.stand_in.account_id}/workers"
        with web.client(base, headers) as http:
            return http.request(method, path, **kwargs).json()

    def upload(self, code: str = ROOM, **metadata: object) -> Any:
        metadata = {
            "main_module": "room.js",
            "compatibility_date": "2026-09-01",
            "bindings": BINDINGS,
            "keep_bindings": ["secret_text"],
            **metadata,
        }
        files = [
            ("metadata", (None, json.dumps(metadata))),
            ("room.js", ("room.js", code, MODULE)),
        ]
        return self("PUT", "/scripts/room", files=files)

    def first_upload(self) -> str:
        """The room with its class and its secret; answers the version's id."""
        reply = self.upload(bindings=[*BINDINGS, SECRET], migrations=MIGRATION)
        assert reply["success"], reply
        return self.live()

    def live(self) -> str:
        boot = self.stand_in.running("room")
        assert boot
        return boot.version_id

    def visit(self, **query: str) -> Any:
        with web.client(self.stand_in.room_url("room")) as http:
            return http.get("/", params=query)


@pytest.fixture
def account(standin: StandIn) -> Account:
    return Account(standin)


@pytest.fixture
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def test_the_upload_runs_with_its_bindings(account: Account) -> None:
    version = account.first_upload()
    seen = account.visit().json()
    assert seen["version"].keys() == {"id", "tag", "timestamp"}
    assert seen["version"]["id"] == version
    assert (seen["who"], seen["limits"], seen["key"]) == ('the "gm" ü', {"rate": [1, 2]}, "first")
    boot = account.stand_in.running("room")
    assert boot
    assert boot.url == account.stand_in.room_url("room")
    assert boot.seconds > 0
    worker = account("GET", "/workers/room")["result"]
    assert worker["subdomain"]["url"] == boot.url


def test_versions_follow_each_other_at_one_address_and_keep_the_data(account: Account) -> None:
    first, url = account.first_upload(), account.stand_in.room_url("room")
    assert account.visit().json()["visits"] == 1
    assert account("PUT", "/scripts/room/secrets", json={"name": "KEY", "text": "2"})["success"]
    seen = account.visit().json()
    assert (seen["visits"], seen["key"], seen["version"]["id"]) == (2, "2", account.live())
    back = {"versions": [{"version_id": first, "percentage": 100}]}
    path = "/scripts/room/deployments"
    assert account("POST", path, json=back)["errors"][0]["code"] == 10220
    assert account("POST", path, json=back, params={"force": "true"})["success"]
    seen = account.visit().json()
    assert (seen["visits"], seen["key"], seen["version"]["id"]) == (3, "first", first)
    assert account.stand_in.room_url("room") == url
    assert [boot.url for boot in account.stand_in.boots()] == [url] * 3


def test_a_deployment_breaks_the_websockets_of_before(account: Account) -> None:
    account.first_upload()
    url = account.stand_in.room_url("room").replace("http", "ws", 1)
    with connect(url, proxy=None) as socket:
        account.upload()
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=30)


def test_a_script_that_throws_is_refused_with_its_message(account: Account) -> None:
    version = account.first_upload()
    reply = account.upload("throw new Error('no boot today');" + ROOM)
    (error,) = reply["errors"]
    assert error["code"] == 10021
    assert error["message"].startswith("Uncaught Error: no boot today")
    assert "room.js" in error["message"]
    assert account.visit().json()["version"]["id"] == version
    assert "no boot today" in account.stand_in.boots()[-1].error


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ({"bindings": [{"type": "kv_namespace", "name": "CACHE"}]}, "CACHE (kv_namespace)"),
        ({"compatibility_date": "2999-01-01", "bindings": []}, "compatibility"),
    ],
)
def test_what_workerd_can_not_run_is_named(
    account: Account, metadata: dict[str, Any], named: str
) -> None:
    reply = account.upload(**metadata)
    assert reply["errors"][0]["code"] == 10021
    assert named in reply["errors"][0]["message"]
    assert account.stand_in.running("room") is None


def test_nothing_gets_out(account: Account) -> None:
    account.first_upload()
    assert account.visit(out=account.stand_in.api_url).text == "held back"
    assert account.visit(out="http://127.0.0.1:1/").text == "held back"


def test_what_the_worker_prints_is_kept_in_bounds(account: Account) -> None:
    account.upload("for (let i = 0; i < 1000; i++) console.log('line ' + i);" + ROOM, bindings=[])
    lines = account.stand_in.output("room").splitlines()
    assert "line 999" in lines
    assert "line 0" not in lines


def test_a_stand_in_continues_in_its_folder(party: Path, tmp_path: Path, own_temp: Path) -> None:
    def stand_in() -> StandIn:
        return StandIn(tmp_path / "kept", workerd=lambda: packages.workerd_binary(party))

    with stand_in() as first:
        version = Account(first).first_upload()
        assert Account(first).visit().json()["visits"] == 1
    with stand_in() as second:
        assert Account(second).live() == version
        assert Account(second).visit().json()["visits"] == 2
        assert second.token != first.token
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700


def test_an_interrupt_stops_everything(party: Path, tmp_path: Path) -> None:
    stand_in = StandIn(tmp_path / "kept", workerd=lambda: packages.workerd_binary(party))
    urls: list[str] = []

    def interrupted() -> None:
        with stand_in:
            Account(stand_in).first_upload()
            urls.extend([stand_in.api_url, stand_in.room_url("room")])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    for closed in urls:
        with web.client(closed) as http, pytest.raises(web.TransportError):
            http.get("/")


def test_a_deleted_worker_stops(account: Account) -> None:
    account.first_upload()
    url = account.stand_in.room_url("room")
    assert account("DELETE", "/services/room")["success"]
    with web.client(url) as http, pytest.raises(web.TransportError):
        http.get("/")


def test_a_deployment_that_does_not_come_through(account: Account) -> None:
    first = account.first_upload()
    standin = account.stand_in
    standin.clouds += [Cloud(Haze.OLD, times=1), Cloud(Haze.SICK, times=1, after=1)]
    assert account.upload()["success"]
    second = standin.live("room")
    assert second != first
    assert account.visit().json()["version"]["id"] == first
    assert account.upload()["success"]
    assert account.visit().json()["version"]["id"] == standin.live("room") != second
    assert account.upload()["success"]
    assert account.visit().status_code == 503
    assert account.upload()["success"]
    assert account.visit().json()["visits"] == 3
