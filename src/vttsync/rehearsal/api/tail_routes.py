"""Routes about what a Worker does: a tail is made, listened to at its own address, and removed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel
from starlette.websockets import WebSocket, WebSocketDisconnect

from vttsync.rehearsal.api.answers import Answer, refusal
from vttsync.rehearsal.api.desk import Account, Ask, Handler
from vttsync.rehearsal.api.tails import Filter, Tail, Tails
from vttsync.rehearsal.edge.edge import BootError

PROTOCOL = "trace-v1"
SOCKET = "/tails/{tail}"
_LIFE = timedelta(hours=6)


class _Wanted(BaseModel):
    filters: list[Filter] = []


def _post_tail(account: Account, ask: Ask) -> Answer:
    worker = account.store.get(ask.name)
    wanted = ask.read(_Wanted) if ask.body else _Wanted()
    tail = Tail(worker.name, wanted.filters)

    def hear(text: str) -> None:
        found = account.store.find(worker.name)
        live = {"id": found.live.id} if found else None
        tail.hear({**json.loads(text), "scriptName": worker.name, "scriptVersion": live})

    try:
        tail.stop = account.edge.tail(worker.name, hear)
    except BootError as error:
        raise refusal(500, 10013, str(error)) from error
    name = account.tails.open(tail)
    url = f"ws://{ask.host}{ask.prefix}{SOCKET.format(tail=name)}"
    expires = datetime.now(UTC) + _LIFE
    return Answer({"id": name, "url": url, "expires_at": f"{expires:%Y-%m-%dT%H:%M:%SZ}"})


def _delete_tail(account: Account, ask: Ask) -> Answer:
    account.store.get(ask.name)
    if not account.tails.close(ask.params["tail"]):
        raise refusal(404, 10071, "No such tail.")  # the code stands in for an unpublished one
    return Answer()


def socket(tails: Tails) -> Callable[[WebSocket], Awaitable[None]]:
    """Make the endpoint that a tail's events come out of; whoever knows its id may listen."""

    async def listen(websocket: WebSocket) -> None:
        name = websocket.path_params["tail"]
        tail = tails.by_id.get(name)
        if tail is None or PROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.close()
            return
        await websocket.accept(PROTOCOL)
        events: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        tail.send = lambda text: loop.call_soon_threadsafe(events.put_nowait, text)
        reading = asyncio.ensure_future(_read(websocket, events))
        try:
            while (text := await events.get()) is not None:
                await websocket.send_text(text)
            with suppress(RuntimeError):  # it was the client who left
                await websocket.close()
        except WebSocketDisconnect:
            pass
        finally:
            reading.cancel()
            tail.send = lambda _text: None  # wrangler removes the tail itself, and may come back

    return listen


async def _read(websocket: WebSocket, events: asyncio.Queue[str | None]) -> None:
    """Take what the client says, which is only whether it wants debugging, until it leaves."""
    with suppress(WebSocketDisconnect):
        while True:
            await websocket.receive_text()
    events.put_nowait(None)


_T = "/accounts/{account}/workers/scripts/{name}/tails"
ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", _T, _post_tail),
    ("DELETE", f"{_T}/{{tail}}", _delete_tail),
]
