"""The app server's side of a replay: it publishes, asks for the digests, and removes the room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.utils import parsedate_to_datetime

from vttsync import web
from vttsync.broadcast.actions import Publish
from vttsync.broadcast.replay.fresh import check_fresh
from vttsync.broadcast.replay.limited import Limited, wait_after
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.replay.transcript import Answer, Digests
from vttsync.broadcast.replay.trouble import keys_refused, no_answer

_ANSWER_TIMEOUT = 30.0
_BRIEF_TIMEOUT = 10.0
_REMOVALS = 3


class AppServer:
    """One that publishes to one room, and records what it answers.

    Attributes:
        answers: to its publishes, in order.
        room_exists: whether there is a room that this made, or may be.
    """

    def __init__(self, room: Room, http: web.AsyncClient, limited: Limited) -> None:
        self._room = room
        self._http = http
        self._limited = limited
        self.answers: list[Answer] = []
        self.room_exists = False
        self._begun = False
        self._room_clock: tuple[float, float] | None = None

    @property
    def taken(self) -> int:
        """How many publishes the room took."""
        return sum(answer.status == 200 for answer in self.answers)

    @property
    def ahead(self) -> float:
        """Seconds that this machine's clock is ahead of the room's; 0 before that has told."""
        if self._room_clock is None:
            return 0.0
        told, at = self._room_clock
        return time.time() - told - (now() - at)

    async def begin(self) -> None:
        """See that nobody has used the room.

        Raises:
            VttsyncError: exit 8, when somebody has; 6, when it can't be reached, or says for long
                that it is asked too often; 4, when it refuses the key.
        """
        with web.reaching("The room", self._room.url):
            try:
                response = await self._ask("GET", "digest", "its digest", _ANSWER_TIMEOUT)
            except TimeoutError:
                raise no_answer("its digest", _ANSWER_TIMEOUT) from None
        if response.status_code == 401:
            raise _publish_key_refused("its digest")
        # A room that tells of no digest is told so at the end: its name is random enough.
        if response.status_code == 200:
            check_fresh(self._room, response.text)
            self.room_exists = True
        self._begun = True

    async def publish(self, publish: Publish, due: float) -> bool:
        """Publish, and tell whether the room took it; `due` is when that should have been sent.

        Raises:
            VttsyncError: exit 6 when no answer comes, or the room says for long that it is asked
                too often; 4 when it refuses the key.
        """
        body = {"changes": [change.body() for change in publish.changes]}
        sent = now()
        with web.reaching("The room", self._room.url):
            response = await self._publish(body, publish.label)
        self.room_exists = self.room_exists or response.status_code == 200
        if response.status_code == 401:
            raise _publish_key_refused("a publish")
        self.answers.append(Answer(due, sent, response.status_code, response.text))
        return response.status_code == 200

    async def digests(self) -> Digests:
        """Ask what the views come to.

        Raises:
            VttsyncError: exit 6, when the room can't be reached, or is asked too often for long.
        """
        with web.reaching("The room", self._room.url):
            try:
                response = await self._ask("GET", "digest", "its digest", _BRIEF_TIMEOUT)
            except TimeoutError:
                return Digests(0, f"no answer within {_BRIEF_TIMEOUT:g} s")
            return Digests(response.status_code, response.text)

    async def remove(self) -> str:
        """Remove the room, if it is this one's; tell why that failed, or nothing."""
        if not self._begun:
            return ""  # at most it was asked whether it is new: nothing is in it
        problem, attempt = "no answer", 0
        try:
            async with asyncio.timeout(_BRIEF_TIMEOUT):
                while attempt < _REMOVALS:
                    attempt += 1
                    try:
                        response = await self._http.delete(self._room.path)
                    except web.TransportError as error:
                        problem = type(error).__name__
                        continue
                    problem = f"it answered {response.status_code}"
                    if response.status_code != 429:
                        return "" if response.status_code == 204 else problem
                    await asyncio.sleep(wait_after(response.headers, attempt))
        except TimeoutError:
            pass
        return problem

    async def _publish(self, body: object, what: str) -> web.Response:
        try:
            return await self._ask("POST", "publish", what, _ANSWER_TIMEOUT, body)
        except web.NotConnected:
            raise
        except TimeoutError:
            self.room_exists = True
            raise no_answer(what, _ANSWER_TIMEOUT) from None
        except web.TransportError:
            self.room_exists = True  # it may: the publish was on its way
            raise

    async def _ask(
        self, method: str, route: str, what: str, seconds: float, body: object = None
    ) -> web.Response:
        """Ask, and again whenever the room says that it is asked too often."""
        attempt = 0
        while True:
            async with asyncio.timeout(seconds):
                response = await self._http.request(method, f"{self._room.path}/{route}", json=body)
            self._note_clock(response.headers.get("date", ""))
            if response.status_code != 429:
                return response
            attempt += 1
            await self._limited.wait(what, response.headers, attempt)

    def _note_clock(self, date: str) -> None:
        with suppress(ValueError, TypeError, OverflowError, OSError):
            self._room_clock = parsedate_to_datetime(date).timestamp(), now()


def _publish_key_refused(what: str) -> Exception:
    return keys_refused("publish key", "PUBLISH_KEY", f"it answered 401 to {what}")


@asynccontextmanager
async def app_server(room: Room, limited: Limited) -> AsyncIterator[AppServer]:
    """Open an app server's connection to a room."""
    headers = {"Authorization": f"Bearer {room.publish_key.get_secret_value()}"}
    async with web.async_client(room.url.rstrip("/"), headers) as http:
        yield AppServer(room, http, limited)
