"""A small room in Python that speaks the protocol, with faults to switch on.

It runs in this process and answers real HTTP and websocket connections, so that a replay can be
tested without Node. What it shows to whom comes from `vttsync.broadcast.plan.view`: the
TypeScript room is what holds that module honest, not this one.
"""

from __future__ import annotations

import asyncio
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

from vttsync.broadcast.actions import Audience, Entity, Role, Value
from vttsync.broadcast.judge.answers import digest
from vttsync.broadcast.plan.view import AUDIENCES, State, audience_of, user_audiences, view
from vttsync.broadcast.values import difference, merged

PUBLISH_KEY = "publish-key-of-at-least-32-characters"
TICKET_KEY = "ticket-key-of-at-least-32-characters!"

Harm = Callable[[str, int, str], list[str | bytes]]
"""Told who gets which of their messages (from 0), decides what goes out instead of it."""


Look = Callable[[State, Audience], State]
"""What an audience sees of the rows."""


def unharmed(who: str, number: int, text: str) -> list[str | bytes]:
    return [text]


@dataclass
class Faults:
    """What the room does wrong, by default nothing; and how it does what is its to choose.

    Attributes:
        hold: seconds that deltas are held back, to be told together (no fault).
        part: entities in each part of a snapshot (no fault).
        look: a wrong statement of who sees what.
        wrong_digests: audiences whose digest is of something else.
        shared_epoch: all streams have one epoch.
        forgets: nothing is kept for those who come back.
        closes: clients by name, and the number of the message in whose place they are closed.
        close_code: with what.
        resumes: whoever comes back gets so many deltas more (or less) than they missed.
    """

    harm: Harm = unharmed
    hold: float = 0
    part: int = 1000
    look: Look = view
    wrong_digests: frozenset[Audience] = frozenset()
    shared_epoch: bool = False
    forgets: bool = False
    resumes: int = 0
    digest_status: int = 200
    version: str = "version-1"
    publish_key: str = PUBLISH_KEY
    ticket_key: str = TICKET_KEY
    refused: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    afterthoughts: dict[str, str] = field(default_factory=dict)
    closes: dict[str, int] = field(default_factory=dict)
    close_code: int = 1011
    statuses: dict[int, int] = field(default_factory=dict)
    join_status: int = 0
    delete_status: int = 204


class PythonRoom:
    """All sessions of one Worker; `url` is where it answers."""

    def __init__(self, faults: Faults) -> None:
        self.url = ""
        self._came = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.restart(faults)

    def restart(self, faults: Faults) -> None:
        """Forget everything, and do wrong what the faults say from now on."""
        self.faults = faults
        self.sessions: dict[str, _Session] = {}
        self.deleted: list[str] = []
        self.publishes = 0

    def wait_for_publishes(self, count: int) -> None:
        """Wait, in another thread, until so many have come since the restart."""
        with self._came:
            self._came.wait_for(lambda: self.publishes >= count)

    def redeploy(self, faults: Faults, *, forgets: bool = False, loses: int = 0) -> None:
        """Break every connection and go on with these faults, from another thread.

        Args:
            faults: from now on; with another version, all streams begin anew.
            forgets: they do so with the same version too.
            loses: so many of the newest notes are gone.
        """

        async def move() -> None:
            renews = forgets or faults.version != self.faults.version
            self.faults = faults
            for session in self.sessions.values():
                await session.restart(faults, renews=renews, loses=loses)

        assert self._loop
        asyncio.run_coroutine_threadsafe(move(), self._loop).result()

    def app(self) -> Starlette:
        path = "/parties/session/{session}"
        return Starlette(
            routes=[
                Route(f"{path}/publish", self._publish, methods=["POST"]),
                Route(f"{path}/digest", self._digest, methods=["GET"]),
                Route(path, self._delete, methods=["DELETE"]),
                WebSocketRoute(path, self._join),
            ]
        )

    async def _publish(self, request: Request) -> Response:
        self._loop = asyncio.get_running_loop()
        number = -1
        if not _is_next_door(request):
            with self._came:
                number, self.publishes = self.publishes, self.publishes + 1
                self._came.notify_all()
        if request.headers.get("authorization") != f"Bearer {self.faults.publish_key}":
            return _error(401, "unauthorized")
        if number in self.faults.statuses:
            return _error(self.faults.statuses[number], "internal")
        session = self.sessions.setdefault(request.path_params["session"], _Session(self.faults))
        return JSONResponse(await session.publish((await request.json())["changes"]))

    async def _digest(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.faults.publish_key}":
            return _error(401, "unauthorized")
        if self.faults.digest_status != 200:
            return _error(self.faults.digest_status, "internal")
        session = self.sessions.setdefault(request.path_params["session"], _Session(self.faults))
        return JSONResponse(session.digests())

    async def _delete(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.faults.publish_key}":
            return _error(401, "unauthorized")
        name = request.path_params["session"]
        if not _is_next_door(request):
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
        session = self.sessions[claims["sid"]]
        await session.welcome(_Seat(client, claims["sub"], claims["role"]))


def _is_next_door(request: Request) -> bool:
    name: str = request.path_params["session"]
    return name.startswith("vttsync-beside-")


@dataclass(eq=False)
class _Seat:
    socket: WebSocket
    user: str
    role: Role
    audience: Audience = ""


class _Session:
    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._life = 1
        self._rows: State = {}
        self._revs: dict[Entity, int] = {}
        self._seq: dict[Audience, int] = defaultdict(int)
        self._ring: dict[Audience, list[Value]] = defaultdict(list)
        self._held: dict[Audience, tuple[int, State]] = {}
        self._flushing: asyncio.Task[None] | None = None
        self._seats: list[_Seat] = []
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
        existed, self._rows = self._existing(), rows
        if moved := existed ^ self._existing():
            await self._flush()
        for audience in moved:
            self._seq[audience] += 1
        for seat in self._seats:
            if seat.audience != audience_of(seat.user, seat.role, self._existing()):
                seat.audience = ""  # neither stream tells who moves from one to the other
        for audience in existed & self._existing():
            await self._tell(audience, self._faults.look(before, audience))
        await self._move()
        seq = {audience: self._seq[audience] for audience in self._existing()}
        return {"applied": applied, "duplicates": duplicates, "seq": seq}

    def digests(self) -> Value:
        digests = {}
        for audience in self._existing():
            wrong = self._rows and audience in self._faults.wrong_digests
            seen = {} if wrong else view(self._rows, audience)
            digests[audience] = {"seq": self._seq[audience], "sha256": digest(seen)}
        return {"epoch": f"e{self._life}", "digests": digests}

    async def restart(self, faults: Faults, *, renews: bool, loses: int) -> None:
        self._faults = faults
        if renews:
            self._life += 1
            self._seq.clear()
            self._ring.clear()
        notes = sorted((e for e in self._rows if e[0] == "note"), key=lambda it: int(it[1]))
        gone = notes[len(notes) - loses :]
        self._rows = {entity: row for entity, row in self._rows.items() if entity not in gone}
        seats, self._seats = self._seats, []
        for seat in seats:
            await seat.socket.close(1012)

    def _existing(self) -> set[Audience]:
        return {*AUDIENCES, *user_audiences(self._rows)}

    def _stream(self, audience: Audience) -> Value:
        life = f"e{self._life}"
        epoch = life if self._faults.shared_epoch else f"{life}.{audience}"
        return {"epoch": epoch, "seq": self._seq[audience]}

    async def _tell(self, audience: Audience, before: State) -> None:
        changes = _told(before, self._faults.look(self._rows, audience))
        if not changes:
            return
        self._seq[audience] += 1
        delta = {"type": "delta", **self._stream(audience), "changes": changes}
        self._ring[audience].append(delta)
        if self._faults.hold:
            self._held.setdefault(audience, (self._seq[audience], before))
            self._flushing = self._flushing or asyncio.create_task(self._flush_soon())
        else:
            await self._broadcast(audience, delta)

    async def _flush_soon(self) -> None:
        await asyncio.sleep(self._faults.hold)
        self._flushing = None
        await self._flush()

    async def _flush(self) -> None:
        held, self._held = self._held, {}
        for audience, (first, before) in held.items():
            delta = {"type": "delta", **self._stream(audience)}
            if first != delta["seq"]:
                delta["from"] = first
            changes = _told(before, self._faults.look(self._rows, audience))
            await self._broadcast(audience, delta | {"changes": changes})

    async def _broadcast(self, audience: Audience, delta: Value) -> None:
        for seat in [seat for seat in self._seats if seat.audience == audience]:
            await self._send(seat, delta)

    async def _move(self) -> None:
        """Greet those anew who came to own something, or own nothing any more."""
        for seat in list(self._seats):
            if seat.audience != audience_of(seat.user, seat.role, self._existing()):
                await self._greet(seat)

    async def welcome(self, seat: _Seat) -> None:
        await self._flush()
        query = seat.socket.query_params
        await self._greet(seat, query.get("epoch", ""), int(query.get("seq", 0)))
        try:
            while (text := await seat.socket.receive_text()) is not None:
                if text != "ping":
                    await self._hear(seat, json.loads(text))
                    continue
                if seat.user in self._faults.afterthoughts:
                    await seat.socket.send_text(self._faults.afterthoughts[seat.user])
                await seat.socket.send_text("pong")
        except WebSocketDisconnect:
            self._drop(seat)

    async def _hear(self, seat: _Seat, message: Value) -> None:
        if message["type"] == "resume":
            await self._resume(seat, message)
            return
        item = {"user": seat.user, "role": seat.role, "kind": message["kind"], "ttl": 5000}
        items = [item | {"value": message["value"]}]
        for other in self._seats:
            await self._send(other, {"type": "presence", "items": items})

    async def _resume(self, seat: _Seat, cursor: Value) -> None:
        stream = self._stream(seat.audience)
        for delta in self._missed(seat.audience, cursor["epoch"], cursor["seq"], stream):
            await self._send(seat, delta)

    def _drop(self, seat: _Seat) -> None:
        if seat in self._seats:
            self._seats.remove(seat)

    async def _greet(self, seat: _Seat, epoch: str = "", known: int = 0) -> None:
        seat.audience = audience_of(seat.user, seat.role, self._existing())
        stream = self._stream(seat.audience)
        hello = {"type": "hello", "protocol": 1, "version": self._faults.version, **stream}
        frames = [hello | {"audience": seat.audience}]
        frames += self._missed(seat.audience, epoch, known, stream)
        if seat not in self._seats:
            self._seats.append(seat)
        for frame in frames:
            await self._send(seat, frame)

    def _missed(self, audience: Audience, epoch: str, known: int, stream: Value) -> list[Value]:
        if epoch != stream["epoch"] or self._faults.forgets:
            return self._snapshot(audience, stream)
        known -= self._faults.resumes
        return [delta for delta in self._ring[audience] if delta["seq"] > known]

    def _snapshot(self, audience: Audience, stream: Value) -> list[Value]:
        rows = sorted(self._faults.look(self._rows, audience).items())
        entities = [{"kind": kind, "key": key, "value": row} for (kind, key), row in rows]
        size = self._faults.part
        parts = [entities[place : place + size] for place in range(0, len(entities), size)]
        return [
            {"type": "snapshot", **stream, "part": n, "parts": len(parts), "entities": part}
            for n, part in enumerate(parts, 1)
        ]

    async def _send(self, seat: _Seat, message: Value) -> None:
        who, socket = seat.user, seat.socket
        number, self._sent[who] = self._sent[who], self._sent[who] + 1
        if self._faults.closes.get(who) == number:
            self._drop(seat)
            await socket.close(self._faults.close_code)
        elif who not in self._faults.silent and socket.application_state.name == "CONNECTED":
            try:
                for data in self._faults.harm(who, number, json.dumps(message)):
                    if isinstance(data, str):
                        await socket.send_text(data)
                    else:
                        await socket.send_bytes(data)
            except WebSocketDisconnect:  # as when the client is gone without a goodbye
                self._drop(seat)


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
