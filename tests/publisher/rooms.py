"""A room in memory behind httpx, which loses, refuses and delays what a test tells it to."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from vttsync.broadcast.values import merged

URL = "http://127.0.0.1:1"
KEY = "publish-key-of-at-least-32-characters"

Fault = Literal["", "refused", "lost", "503", "429", "500", "garbage", "forgets"]
"""What happens to a request: not heard; heard, but the answer is lost; …"""

Entity = tuple[str, str]


@dataclass
class Session:
    """What one room has."""

    rows: dict[Entity, dict[str, Any]] = field(default_factory=dict)
    revs: dict[Entity, int] = field(default_factory=dict)
    answers: dict[str, tuple[bytes, dict[str, Any]]] = field(default_factory=dict)
    seq: int = 0
    applied: list[dict[str, Any]] = field(default_factory=list)


class RefusesError(Exception):
    def __init__(self, status: int, **error: object) -> None:
        self.status = status
        self.error = error


class FakeRoom(httpx.AsyncBaseTransport):
    """Rooms of all sessions.

    Args:
        faults: what happens to the first, second, … request; afterwards all goes well.
        key: the publish key that is taken.
    """

    def __init__(self, faults: Sequence[Fault] = (), key: str = KEY) -> None:
        self.faults = iter(faults)
        self.key = key
        self.kinds: tuple[str, ...] = ("scene", "token", "combat")
        self.sessions: dict[str, Session] = defaultdict(Session)
        self.epochs: dict[str, int] = defaultdict(int)
        self.requests: list[httpx.Request] = []
        self._asked = asyncio.Event()
        self.held: Callable[[str], asyncio.Event | None] = lambda _session: None

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self._asked.set()
        _, _, _, session, *tail = request.url.path.split("/")
        if event := self.held(session):
            await event.wait()
        fault = next(self.faults, "")
        if fault == "refused":
            raise httpx.ConnectError("refused")
        if fault == "forgets":
            self.forget(session)
        if fault in ("429", "500", "503"):
            return httpx.Response(int(fault), headers={"retry-after": "0"}, text="<html>")
        response = self._answer(request, session, "".join(tail))
        if fault == "lost":
            raise httpx.ReadError("reset")
        if fault == "garbage":
            return httpx.Response(200, text='{"applied":[')
        return response

    async def asked(self, times: int) -> None:
        """Wait until so many requests have come."""
        while len(self.requests) < times:
            self._asked.clear()
            await self._asked.wait()

    def forget(self, session: str) -> None:
        self.sessions.pop(session, None)
        self.epochs[session] += 1

    def bodies(self, session: str) -> list[bytes]:
        path = f"/parties/session/{session}/publish"
        return [request.content for request in self.requests if request.url.path == path]

    def _answer(self, request: httpx.Request, session: str, tail: str) -> httpx.Response:
        if request.headers["authorization"] != f"Bearer {self.key}":
            return _error(401, code="unauthorized", message="no")
        if request.method == "DELETE":
            self.forget(session)
            return httpx.Response(204)
        if tail == "health":
            epoch = f"{session}-{self.epochs[session]}"
            return httpx.Response(200, json={"epoch": epoch, "seq": {}, "version": "v1"})
        if tail == "kick":
            return httpx.Response(200, json={"closed": 1})
        try:
            return self._publish(request, self.sessions[session])
        except RefusesError as refusal:
            return _error(refusal.status, message="no", **refusal.error)

    def _publish(self, request: httpx.Request, session: Session) -> httpx.Response:
        name = request.headers["idempotency-key"]
        if name in session.answers:
            body, answer = session.answers[name]
            if body != request.content:
                raise RefusesError(422, code="idempotency_mismatch")
            return httpx.Response(200, json=answer, headers={"idempotency-replayed": "true"})
        rows, revs = dict(session.rows), dict(session.revs)
        changes = json.loads(request.content)["changes"]
        assert 1 <= len(changes) <= 500
        assert len(request.content) <= 1024 * 1024
        applied: list[dict[str, Any]] = []
        duplicates: list[dict[str, Any]] = []
        for number, change in enumerate(changes):
            ref = {name: change[name] for name in ("kind", "key", "rev")}
            if change["kind"] not in self.kinds:
                path = f"/changes/{number}/kind"
                raise RefusesError(400, code="bad_change", change=number, path=path)
            (applied if _apply(rows, revs, number, change) else duplicates).append(ref)
        session.rows, session.revs = rows, revs
        session.applied += applied
        session.seq += bool(applied)
        answer = {"applied": applied, "duplicates": duplicates, "seq": {"gm": session.seq}}
        session.answers[name] = request.content, answer
        return httpx.Response(200, json=answer)


def _apply(
    rows: dict[Entity, dict[str, Any]],
    revs: dict[Entity, int],
    number: int,
    change: dict[str, Any],
) -> bool:
    entity = change["kind"], change["key"]
    if change["rev"] <= revs.get(entity, -1):
        return False
    row = rows.get(entity)
    expect = change.get("expect", {})
    found = {name: (row or {}).get(name) for name in expect}
    if found != expect:
        raise RefusesError(409, code="expect_mismatch", change=number, found=found)
    if change["op"] == "patch" and (row is None or revs[entity] != change["base"]):
        stored = None if row is None else revs[entity]
        raise RefusesError(409, code="base_mismatch", change=number, stored=stored)
    revs[entity] = change["rev"]
    if change["op"] == "del":
        rows.pop(entity, None)
    else:
        rows[entity] = change["value"] if row is None else _after(row, change)
    return True


def _after(row: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = change["value"]
    return value if change["op"] == "put" else merged(row, value)


def _error(status: int, **error: object) -> httpx.Response:
    return httpx.Response(status, json={"error": error})
