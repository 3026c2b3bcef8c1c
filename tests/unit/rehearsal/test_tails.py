"""Listening to a Worker on the stand-in: what gets through, to whom, and until when."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import websockets
from websockets.typing import Subprotocol

from tests.unit.rehearsal.cloud import ACCOUNT, Cloud
from vttsync.rehearsal.api.server import Server
from vttsync.rehearsal.api.tails import Filter

EVENT = {
    "outcome": "ok",
    "logs": [{"message": ["a dragon"], "level": "log"}],
    "event": {"request": {"method": "GET", "headers": {"x-table": "friday"}}},
    "scriptVersion": {"id": "v"},
}


@pytest.mark.parametrize(
    ("given", "passes"),
    [
        ({}, True),
        ({"outcome": ["ok"]}, True),
        ({"outcome": ["exception"]}, False),
        ({"method": ["POST", "GET"]}, True),
        ({"method": ["POST"]}, False),
        ({"header": {"key": "X-Table"}}, True),
        ({"header": {"key": "x-table", "query": "fri"}}, True),
        ({"header": {"key": "x-table", "query": "sun"}}, False),
        ({"header": {"key": "x-other"}}, False),
        ({"client_ip": ["self"]}, True),
        ({"client_ip": ["203.0.113.9"]}, False),
        ({"query": "dragon"}, True),
        ({"query": "knight"}, False),
        ({"scriptVersion": "v"}, True),
        ({"scriptVersion": "w"}, False),
        ({"sampling_rate": 1.0}, True),
        ({"sampling_rate": 0.0}, False),
    ],
)
def test_what_a_filter_lets_through(given: dict[str, object], passes: bool) -> None:
    assert Filter.model_validate(given).passes(EVENT) is passes


def test_an_event_without_a_request_has_no_method() -> None:
    assert not Filter(method=["GET"]).passes({"outcome": "ok", "event": None})
    assert Filter(outcome=["ok"]).passes({"outcome": "ok", "event": None})


@pytest.fixture
def url(cloud: Cloud) -> Iterator[str]:
    """The address of the API, with the Worker called room."""
    cloud.upload()
    with Server(cloud.api) as server:
        yield server.url


def begin(cloud: Cloud, url: str, *filters: object) -> dict[str, str]:
    base = url.removesuffix("/client/v4")
    made = cloud.script("POST", "/tails", json={"filters": filters}, headers={"host": base[7:]})
    told: dict[str, str] = made.result
    return told


def test_events_come_with_the_workers_name_and_its_version(cloud: Cloud, url: str) -> None:
    tail = begin(cloud, url, {"outcome": ["ok"]})
    (hear,) = cloud.edge.ears

    async def listen() -> tuple[dict[str, object], int | None]:
        async with websockets.connect(
            tail["url"], subprotocols=[Subprotocol("trace-v1")], proxy=None
        ) as socket:
            # Until the stand-in has taken it up, what is said goes nowhere.
            await (await socket.ping())
            hear(json.dumps({**EVENT, "outcome": "exception"}))
            hear(json.dumps(EVENT))
            first = json.loads(await socket.recv())
            removed = await asyncio.to_thread(cloud.script, "DELETE", f"/tails/{tail['id']}")
            assert removed.status == 200
            await socket.wait_closed()
            return first, socket.close_code

    event, code = asyncio.run(listen())
    assert event["outcome"] == "ok"
    assert event["scriptName"] == "room"
    assert event["scriptVersion"] == {"id": cloud.store.get("room").live.id}
    assert code == 1000
    assert cloud.edge.ears == []
    assert cloud.script("DELETE", f"/tails/{tail['id']}").status == 404


@pytest.mark.parametrize("change", ["no protocol", "no tail"])
def test_nobody_else_is_let_in(cloud: Cloud, url: str, change: str) -> None:
    tail = begin(cloud, url)
    address = tail["url"] if change == "no protocol" else tail["url"] + "0"
    protocols = [] if change == "no protocol" else [Subprotocol("trace-v1")]

    async def knock() -> None:
        async with websockets.connect(address, subprotocols=protocols, proxy=None):
            pass

    with pytest.raises(websockets.InvalidStatus):
        asyncio.run(knock())


def test_a_worker_that_is_not_there(cloud: Cloud) -> None:
    made = cloud("POST", cloud.at("scripts/none/tails"), json={"filters": []})
    assert made.codes == [10007]


def test_the_objects_of_a_class_in_pages(cloud: Cloud) -> None:
    migrations = {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Session"]}]}
    cloud.upload(migrations=migrations)
    worker = cloud.store.get("room")
    key = worker.classes["Session"].unique_key
    folder = cloud.store.bundle("room", worker.live).storage / key
    folder.mkdir()
    names = [f"{number:064x}" for number in range(12)]
    for name in names:
        (folder / f"{name}.sqlite").touch()
    Path(folder / "metadata.sqlite").touch()
    path = f"/accounts/{ACCOUNT}/workers/durable_objects/namespaces/{key}/objects"
    first = cloud("GET", path, params={"limit": "10"})
    assert [it["id"] for it in first.result] == names[:10]
    assert not any(it["hasStoredData"] for it in first.result)
    cursor = first.body["result_info"]["cursor"]
    rest = cloud("GET", path, params={"limit": "10", "cursor": cursor})
    assert [it["id"] for it in rest.result] == names[10:]
    assert rest.body["result_info"]["cursor"] == ""
    assert cloud("GET", path.replace(key, "none")).status == 404
    assert cloud("GET", path, params={"limit": "many"}).status == 400


def test_wrangler_begins_with_a_frame_that_has_no_mask(cloud: Cloud, url: str) -> None:
    """`mask: false` in its `src/tail/createTail.ts`; a server should refuse that (RFC 6455)."""
    tail = begin(cloud, url)
    (hear,) = cloud.edge.ears
    host, _, path = tail["url"].removeprefix("ws://").partition("/")
    name, _, port = host.partition(":")
    head = (
        f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: trace-v1\r\n\r\n"
    )
    said = b'{"debug":false}'

    async def speak() -> bytes:
        reader, writer = await asyncio.open_connection(name, int(port))
        writer.write(head.encode())
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        writer.write(bytes([0x81, len(said)]) + said)
        writer.write(bytes([0x89, 0x80, 0, 0, 0, 0]))  # a ping, whose answer comes after
        assert await reader.readexactly(2) == bytes([0x8A, 0])
        hear(json.dumps(EVENT))
        first = await reader.readexactly(1)
        writer.close()
        return first

    assert asyncio.run(speak()) == b"\x81"
