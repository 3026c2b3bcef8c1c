"""A small room in Python that speaks the protocol, with faults to switch on.

It runs in this process and answers real HTTP and websocket connections, so that a replay can be
tested without Node. What it shows to whom comes from `vttsync.broadcast.view`: the TypeScript
room is what holds that module honest, not this one.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from vttsync.broadcast.actions import Audience, Entity, Value
from vttsync.broadcast.plan.view import AUDIENCES, State, view
from vttsync.broadcast.values import difference, merged

PUBLISH_KEY = "publish-key-of-at-least-32-characters"
TICKET_KEY = "ticket-key-of-at-least-32-characters!"

Harm = Callable[[str, int, str], list[str | bytes]]
"""Told who gets which of their messages (from 0), decides what goes out instead of it."""


def unharmed(who: str, number: int, text: str) -> list[str | bytes]:
    return [text]


@dataclass
class Faults:
    """What the room does wrong; by default nothing."""

    harm: Harm = unharmed
    version: str = "version-1"
    publish_key: str = PUBLISH_KEY
    ticket_key: str = TICKET_KEY
    refused: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    afterthoughts: dict[str, str] = field(default_factory=dict)
    closes: dict[str, int] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    join_status: int = 0
    delete_status: int = 204


class PythonRoom:
    """All sessions of one Worker; `url` is where it answers."""

    def __init__(self, faults: Faults) -> None:
        self.url = ""
        self.restart(faults)

    def restart(self, faults: Faults) -> None:
        """Forget everything, and do wrong what the faults say from now on."""
        self.faults = faults
        self.sessions: dict[str, _Session] = {}
        self.deleted: list[str] = []
        self.publishes = 0

    def app(self) -> Starlette:
        path = "/parties/session/{session}"
        return Starlette(
            routes=[
                Route(f"{path}/publish", self._publish, methods=["POST"]),
                Route(path, self._delete, methods=["DELETE"]),
                WebSocketRoute(path, self._join),
            ]
        )

    async def _publish(self, request: Request) -> Response:
        number, self.publishes = self.publishes, self.publishes + 1
        if request.headers.get("authorization") != f"Bearer {self.faults.publish_key}":
            return _error(401, "unauthorized")
        if number in self.faults.statuses:
            return _error(self.faults.statuses[number], "internal")
        session = self.sessions.setdefault(request.path_params["session"], _Session(self.faults))
        return JSONResponse(await session.publish((await request.json())["changes"]))

    async def _delete(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.faults.publish_key}":
            return _error(401, "unauthorized")
        name = request.path_params["session"]
        self.deleted.append(name)
        self.sessions.pop(name, None)
        return Response(status_code=self.faults.delete_status)

    async def _join(self, client: WebSocket) -> None:
        if self.faults.join_status:
            await client.send_denial_response(Response(status_code=self.faults.join_status))
            return
        await client.accept()
        try:
            claims = jwt.decode(
                client.query_params.get("ticket", ""),
                self.faults.ticket_key,
                ["HS256"],
                audience="vttsync",
            )
        except jwt.InvalidTokenError:
            claims = {"sub": ""}
        if claims["sub"] in self.faults.refused | {""}:
            await client.send_text(
                json.dumps({"type": "error", "code": "bad_ticket", "message": "x"})
            )
            await client.close(4401)
            return
        await self.sessions[claims["sid"]].welcome(client, claims["sub"], claims["role"])


class _Session:
    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._rows: State = {}
        self._revs: dict[Entity, int] = {}
        self._seq: dict[Audience, int] = dict.fromkeys(AUDIENCES, 0)
        self._sockets: dict[WebSocket, tuple[str, Audience]] = {}
        self._sent: dict[str, int] = defaultdict(int)

    async def publish(self, changes: list[Value]) -> Value:
        before, rows = self._rows, dict(self._rows)
        applied, duplicates = [], []
        for change in changes:
            entity = change["kind"], change["key"]
            ref = {"kind": change["kind"], "key": change["key"], "rev": change["rev"]}
            if change["rev"] <= self._revs.get(entity, -1):
                duplicates.append(ref)
                continue
            applied.append(ref)
            self._revs[entity] = change["rev"]
            _apply(rows, change)
        self._rows = rows
        for audience in AUDIENCES:
            if told := _told(view(before, audience), view(rows, audience)):
                self._seq[audience] += 1
                await self._broadcast(audience, told)
        return {"applied": applied, "duplicates": duplicates, "seq": self._seq}

    async def _broadcast(self, audience: Audience, changes: list[Value]) -> None:
        delta = {"type": "delta", "epoch": "e1", "seq": self._seq[audience], "changes": changes}
        for client, (who, theirs) in list(self._sockets.items()):
            if theirs == audience:
                await self._send(client, who, delta)

    async def welcome(self, client: WebSocket, who: str, audience: Audience) -> None:
        version = self._faults.version
        hello = {"type": "hello", "protocol": 1, "version": version, "epoch": "e1"}
        await self._send(client, who, hello | {"audience": audience})
        rows = sorted(view(self._rows, audience).items())
        entities = [{"kind": kind, "key": key, "value": row} for (kind, key), row in rows]
        snapshot = {"type": "snapshot", "epoch": "e1", "seq": self._seq[audience]}
        self._sockets[client] = who, audience
        await self._send(client, who, snapshot | {"entities": entities})
        try:
            while await client.receive_text() == "ping":
                if who in self._faults.afterthoughts:
                    await client.send_text(self._faults.afterthoughts[who])
                await client.send_text("pong")
        except WebSocketDisconnect:
            self._sockets.pop(client, None)

    async def _send(self, client: WebSocket, who: str, message: Value) -> None:
        number, self._sent[who] = self._sent[who], self._sent[who] + 1
        if self._faults.closes.get(who) == number:
            self._sockets.pop(client, None)
            await client.close(1011)
        elif who not in self._faults.silent and client.application_state.name == "CONNECTED":
            for data in self._faults.harm(who, number, json.dumps(message)):
                await (client.send_text(data) if isinstance(data, str) else client.send_bytes(data))


def _apply(rows: dict[Entity, Value], change: Value) -> None:
    entity = change["kind"], change["key"]
    if change["op"] == "del":
        rows.pop(entity, None)
        for other in [other for other, row in rows.items() if row.get("tokenId") == change["key"]]:
            if change["kind"] == "token":
                del rows[other]
    elif change["op"] == "put":
        rows[entity] = change["value"]
    else:
        rows[entity] = merged(rows[entity], change["value"])


def _told(before: State, now: State) -> list[Value]:
    changes: list[Value] = []
    for kind, key in {**before, **now}:
        change = {"kind": kind, "key": key}
        old, new = before.get((kind, key)), now.get((kind, key))
        if new is None:
            changes.append({"op": "del", **change})
        elif old is None:
            changes.append({"op": "put", **change, "value": new})
        elif patch := difference(old, new):
            changes.append({"op": "patch", **change, "value": patch})
    return changes


def _error(status: int, code: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": "no"}}, status_code=status)


@contextmanager
def python_room(faults: Faults | None = None) -> Iterator[PythonRoom]:
    """Run a room on a free port of this machine."""
    room = PythonRoom(faults or Faults())
    # asyncio turns Nagle's delay off only where the socket names its protocol.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        # Listens before the server runs: connections wait in the socket's queue until it does.
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        room.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            room.app(),
            log_config=None,
            lifespan="off",
            ws="websockets-sansio",
            ws_ping_interval=None,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield room
        finally:
            server.should_exit = True
            thread.join()
