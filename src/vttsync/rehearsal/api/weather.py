"""What can happen to a call on its way: limits, failures, firewalls, slowness, cut connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from math import inf
from threading import Event

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vttsync.rehearsal.api import line
from vttsync.rehearsal.api.answers import failure, refusal

RAY = "8f0000000000cafe-REH"
_BEHIND = 0.5  # seconds
_BLOCKED = "<!DOCTYPE html><title>Attention Required! | Cloudflare</title><h1>Blocked</h1>"


class Trouble(StrEnum):
    """What befalls a call; LOST, LATE, BEHIND and a HELD one that is let go take effect."""

    LIMITED = "429, with Retry-After"
    FAILING = "500"
    BLOCKED = "a firewall's page, in HTML"
    CUT = "the connection ends in the middle of the answer"
    RESET = "the connection is reset in the middle of the request"
    LOST = "the connection is reset before the answer, which took effect"
    HELD = "nothing happens until the storm lets go or the caller does"
    LATE = "it took effect, and no answer comes until the storm lets go or the caller does"
    BEHIND = "it takes effect half a second after the caller has given up"


@dataclass
class Storm:
    """One trouble.

    Attributes:
        path: only calls whose path contains it are hit.
        method: only calls of this method; "": of any.
        times: how many calls are hit before it has passed.
        after: how many calls that fit get through first.
        seconds: what Retry-After says; None: nothing, but for LIMITED.
        struck: set when a call is hit; LATE and LOST: when it has taken effect.
        released: to be set to let go of what is held.
    """

    trouble: Trouble
    path: str = ""
    method: str = ""
    times: float = inf
    after: int = 0
    seconds: int | None = None
    struck: Event = field(default_factory=Event, repr=False)
    released: Event = field(default_factory=Event, repr=False)


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
        elif storm.trouble in (Trouble.LOST, Trouble.LATE):
            await _taking_effect(storm, app, scope, receive, dated)
        else:
            storm.struck.set()
            await _hit(storm, app, scope, receive, dated)

    def _hitting(self, method: str, path: str) -> Storm | None:
        for storm in self.storms:
            if storm.path in path and storm.method in ("", method) and storm.times > 0:
                if storm.after > 0:
                    storm.after -= 1
                    continue
                storm.times -= 1
                return storm
        return None


async def _hit(storm: Storm, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    match storm.trouble:
        case Trouble.CUT:
            # The server closes the connection, as a byte is missing.
            await send({"type": "http.response.start", "status": 200,
                        "headers": [(b"content-length", b"1")]})  # fmt: skip
        case Trouble.RESET:
            await receive()  # the beginning of the body
            await line.reset(scope)
        case Trouble.HELD:
            request = await line.request(receive)
            if await line.holds(storm.released, receive):
                await app(scope, line.replayed(request, receive), send)
        case Trouble.BEHIND:
            request = await line.request(receive)
            await line.holds(storm.released, receive)
            await asyncio.sleep(_BEHIND)
            await app(scope, line.replayed(request, receive), _unheard)
        case _:
            await _instead(storm)(scope, receive, send)


async def _unheard(_message: Message) -> None:
    pass


async def _taking_effect(
    storm: Storm, app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    answer: list[Message] = []

    async def keep(message: Message) -> None:
        answer.append(message)

    request = await line.request(receive)
    await app(scope, line.replayed(request, receive), keep)
    storm.struck.set()
    if storm.trouble is Trouble.LOST:
        await line.reset(scope)
    elif await line.holds(storm.released, receive):
        for message in answer:
            await send(message)


def _instead(storm: Storm) -> Response:
    match storm.trouble:
        case Trouble.LIMITED:
            body = failure(refusal(429, 971, "Please wait and consider throttling your requests"))
            return JSONResponse(body, 429, headers={"retry-after": str(storm.seconds or 0)})
        case Trouble.FAILING:
            body = failure(refusal(500, 10013, "Unknown error"))
            told = storm.seconds is not None
            return JSONResponse(body, 500, {"retry-after": str(storm.seconds)} if told else None)
        case _:
            return HTMLResponse(_BLOCKED, 403)
