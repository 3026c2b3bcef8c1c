"""What stands between clients and rooms: it passes everything on as its meddlers will have it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.mutants.mutant import Close, Hold, Late, Meddler, Out
from vttsync import web
from vttsync.broadcast.replay.seconds import now

_NEXT_DOOR = "/vttsync-beside-"
_PASSED_ON = ("authorization", "content-type", "idempotency-key", "if-none-match")


@dataclass
class _Door:
    """One way to a room, with what stands in it."""

    meddler: Meddler
    port: Callable[[], int]
    asked: Counter[str] = field(default_factory=Counter)


class Proxy:
    """Doors by name: `url/name` leads through one to a room."""

    def __init__(self) -> None:
        self.url = ""
        self._doors: dict[str, _Door] = {}

    def door(self, name: str, meddler: Meddler, port: Callable[[], int]) -> str:
        """Open a door, and give its address."""
        self._doors[name] = _Door(meddler, port)
        return f"{self.url}/{name}"

    def app(self) -> Starlette:
        methods = ["GET", "POST", "DELETE"]
        return Starlette(
            routes=[
                WebSocketRoute("/{door}/{path:path}", self._join),
                Route("/{door}/{path:path}", self._ask, methods=methods),
            ]
        )

    async def _ask(self, request: Request) -> Response:
        door, path = self._doors[request.path_params["door"]], request.path_params["path"]
        place = path.rsplit("/", 1)[-1] if request.method != "DELETE" else "delete"
        place += " next door" if _NEXT_DOOR in path else ""
        number = door.asked[place]
        door.asked[place] += 1
        times = door.meddler.publishes(number) if place == "publish" else 1
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        body, answer = await request.body(), None
        async with web.async_client(f"http://127.0.0.1:{door.port()}", headers) as room:
            for _ in range(times):
                answer = await room.request(
                    request.method, f"/{path}", content=body, params=request.query_params
                )
        status, text = (answer.status_code, answer.text) if answer else (200, "{}")
        if status == 200:
            status, text = door.meddler.answers(place, number, text)
        return Response(text, status, media_type="application/json")

    async def _join(self, client: WebSocket) -> None:
        door, path = self._doors[client.path_params["door"]], client.path_params["path"]
        address = f"ws://127.0.0.1:{door.port()}/{path}?{client.url.query}"
        ticket = client.query_params.get("ticket", "")
        who = jwt.decode(ticket, options={"verify_signature": False})["sub"]
        async with connect(address, compression=None, max_size=None, proxy=None) as room:
            await client.accept()
            with contextlib.suppress(WebSocketDisconnect, ConnectionClosed, RuntimeError):
                await _give(client, door.meddler.joins(who))
                await _first(_up(client, room, door, who), _down(client, room, door, who))


async def _first(*ways: Coroutine[object, object, None]) -> None:
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _up(client: WebSocket, room: ClientConnection, door: _Door, who: str) -> None:
    while True:
        text = await client.receive_text()
        for out in [text] if text == "ping" else door.meddler.up(who, text):
            await room.send(out)


async def _down(client: WebSocket, room: ClientConnection, door: _Door, who: str) -> None:
    """Pass on in order what comes, each when it is due."""
    queue: asyncio.Queue[tuple[float, list[Out]] | ConnectionClosed] = asyncio.Queue()
    taking = asyncio.create_task(_take(room, door, who, queue))
    try:
        while not isinstance(next_ := await queue.get(), ConnectionClosed):
            await _give(client, next_[1], next_[0])
        last = next_.rcvd
        await client.close(last.code if last else 1011, last.reason if last else "")
    finally:
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)


async def _take(
    room: ClientConnection,
    door: _Door,
    who: str,
    queue: asyncio.Queue[tuple[float, list[Out]] | ConnectionClosed],
) -> None:
    try:
        async for data in _all(room):
            queue.put_nowait((now(), door.meddler.down(who, data)))
    except ConnectionClosed as error:
        queue.put_nowait(error)


async def _all(room: ClientConnection) -> AsyncIterator[str]:
    while True:
        data = await room.recv()
        assert isinstance(data, str)
        yield data


async def _give(client: WebSocket, outs: list[Out], came: float = 0.0) -> None:
    for out in outs:
        match out:
            case str():
                await client.send_text(out)
            case bytes():
                await client.send_bytes(out)
            case Hold():
                await asyncio.sleep(out.seconds)
            case Late():
                await asyncio.sleep(came + out.seconds - now())
            case Close():
                await client.close(out.code, out.reason)
                raise WebSocketDisconnect(out.code)


@contextmanager
def running() -> Iterator[Proxy]:
    """Run a proxy on a free port of this machine, in a thread of its own."""
    proxy = Proxy()
    # asyncio turns Nagle's delay off only where the socket names its protocol.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        proxy.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            proxy.app(), log_config=None, lifespan="off", ws="websockets-sansio",
            ws_ping_interval=None, timeout_keep_alive=120,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield proxy
        finally:
            server.should_exit = True
            thread.join()
