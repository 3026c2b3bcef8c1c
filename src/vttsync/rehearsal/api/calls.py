"""The record of every API call: what a rehearsal shows, and what its tests look at."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Call:
    """One answered request.

    Attributes:
        path: without the API's prefix and without the query.
        codes: the error codes in the answer, in order.
        token: the first 12 hex digits of the bearer token's SHA-256; empty without a token.
        ms: milliseconds from the request's arrival to its answer.
    """

    method: str
    path: str
    status: int
    codes: tuple[int, ...]
    token: str
    ms: float


def fingerprint(authorization: str) -> str:
    """Tell tokens apart without keeping them: a prefix of the SHA-256, in hex."""
    _scheme, _space, token = authorization.partition(" ")
    return hashlib.sha256(token.encode()).hexdigest()[:12] if token else ""


class Recorder:
    """ASGI middleware that keeps a `Call` for every request, in the order of the answers."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix
        self.calls: list[Call] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one ASGI request on, and keep what was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0
        body = bytearray()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    self.calls.append(self._call(scope, status, bytes(body), started))
            await send(message)

        await self._app(scope, receive, watch)

    def _call(self, scope: Scope, status: int, body: bytes, started: float) -> Call:
        return Call(
            method=scope["method"],
            path=scope["path"].removeprefix(self._prefix),
            status=status,
            codes=tuple(error["code"] for error in json.loads(body)["errors"]),
            token=fingerprint(Headers(scope=scope).get("authorization", "")),
            ms=(time.perf_counter() - started) * 1000,
        )
