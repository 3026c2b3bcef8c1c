"""What can happen to a call on its way: limits, failures, firewalls, slowness, cut connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from enum import StrEnum
from math import inf

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vttsync.rehearsal.api.answers import failure, refusal

RAY = "8f0000000000cafe-REH"
_BLOCKED = "<!DOCTYPE html><title>Attention Required! | Cloudflare</title><h1>Blocked</h1>"


class Trouble(StrEnum):
    """What befalls a call."""

    LIMITED = "429, with Retry-After"
    FAILING = "500"
    BLOCKED = "a firewall's page, in HTML"
    CUT = "the connection ends in the middle of the answer"


@dataclass
class Storm:
    """One trouble.

    Attributes:
        path: only calls whose path contains it are hit.
        method: only calls of this method; "": of any.
        times: how many calls are hit before it has passed.
        seconds: what Retry-After says.
    """

    trouble: Trouble
    path: str = ""
    method: str = ""
    times: float = inf
    seconds: int = 0


class Weather:
    """ASGI middleware between callers and the API.

    Args:
        storms: the first that fits a call hits it; more may be added while it serves.
        latency: seconds that every answer takes longer.
        ahead: seconds by which the service's clock is ahead of this machine's.
    """

    def __init__(
        self, storms: Iterable[Storm] = (), *, latency: float = 0.0, ahead: float = 0.0
    ) -> None:
        self.storms = list(storms)
        self._latency = latency
        self._ahead = ahead

    async def pass_on(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one call through to `app`, or answer in its place."""
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        await asyncio.sleep(self._latency)

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(time.time() + self._ahead, usegmt=True)
                headers = [(b"date", date.encode()), (b"cf-ray", RAY.encode())]
                message = {**message, "headers": [*message["headers"], *headers]}
            await send(message)

        storm = self._hitting(scope["method"], scope["path"])
        if storm is None:
            await app(scope, receive, dated)
        elif storm.trouble is Trouble.CUT:
            # The server closes the connection, as a byte is missing.
            await dated({"type": "http.response.start", "status": 200,
                         "headers": [(b"content-length", b"1")]})  # fmt: skip
        else:
            await _instead(storm)(scope, receive, dated)

    def _hitting(self, method: str, path: str) -> Storm | None:
        for storm in self.storms:
            if storm.path in path and storm.method in ("", method) and storm.times > 0:
                storm.times -= 1
                return storm
        return None


def _instead(storm: Storm) -> Response:
    match storm.trouble:
        case Trouble.LIMITED:
            body = failure(refusal(429, 971, "Please wait and consider throttling your requests"))
            return JSONResponse(body, 429, headers={"retry-after": str(storm.seconds)})
        case Trouble.FAILING:
            return JSONResponse(failure(refusal(500, 10013, "Unknown error")), 500)
        case _:
            return HTMLResponse(_BLOCKED, 403)
