"""The app server's side of a replay: it publishes, asks for the digests, and removes the room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from vttsync import web
from vttsync.broadcast.actions import Publish
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seat import now
from vttsync.broadcast.replay.transcript import Answer, Digests
from vttsync.broadcast.replay.trouble import keys_refused, no_answer

_ANSWER_TIMEOUT = 30.0
_BRIEF_TIMEOUT = 10.0


class AppServer:
    """One that publishes to one room, and records what it answers."""

    def __init__(self, room: Room, http: web.AsyncClient) -> None:
        self._room = room
        self._http = http
        self.answers: list[Answer] = []
        self.room_exists = False

    @property
    def taken(self) -> int:
        """How many publishes the room took."""
        return sum(answer.status == 200 for answer in self.answers)

    async def publish(self, publish: Publish, due: float) -> bool:
        """Publish, and tell whether the room took it; `due` is when that should have been sent.

        Raises:
            VttsyncError: exit 6 when no answer comes, 4 when the room refuses the key.
        """
        body = {"changes": [change.body() for change in publish.changes]}
        sent = now()
        with web.reaching("The room", self._room.url):
            try:
                async with asyncio.timeout(_ANSWER_TIMEOUT):
                    response = await self._http.post(f"{self._room.path}/publish", json=body)
            except web.NotConnected:
                raise
            except TimeoutError:
                self.room_exists = True
                raise no_answer(publish, _ANSWER_TIMEOUT) from None
            except web.TransportError:
                self.room_exists = True  # it may: the publish was on its way
                raise
        self.room_exists = self.room_exists or response.status_code == 200
        if response.status_code == 401:
            raise keys_refused("publish key", "PUBLISH_KEY", "it answered 401 to a publish")
        self.answers.append(Answer(due, sent, response.status_code, response.text))
        return response.status_code == 200

    async def digests(self) -> Digests:
        """Ask what the views come to.

        Raises:
            VttsyncError: exit 6, when the room can't be reached.
        """
        with web.reaching("The room", self._room.url):
            try:
                async with asyncio.timeout(_BRIEF_TIMEOUT):
                    response = await self._http.get(f"{self._room.path}/digest")
            except TimeoutError:
                return Digests(0, f"no answer within {_BRIEF_TIMEOUT:g} s")
            return Digests(response.status_code, response.text)

    async def remove(self) -> str:
        """Remove the room; tell why that failed, or nothing."""
        try:
            async with asyncio.timeout(_BRIEF_TIMEOUT):
                response = await self._http.delete(self._room.path)
        except TimeoutError:
            return "no answer"
        except web.TransportError as error:
            return type(error).__name__
        return "" if response.status_code == 204 else f"it answered {response.status_code}"


@asynccontextmanager
async def app_server(room: Room) -> AsyncIterator[AppServer]:
    """Open an app server's connection to a room."""
    headers = {"Authorization": f"Bearer {room.publish_key.get_secret_value()}"}
    async with web.async_client(room.url.rstrip("/"), headers) as http:
        yield AppServer(room, http)
