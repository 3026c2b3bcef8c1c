"""The app server of the watch: one numbered publish after the other, each until it is answered."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from vttsync import web
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.survival.story import changes
from vttsync.broadcast.survival.target import Keys, Target
from vttsync.broadcast.survival.waits import backoff

_EVERY = 0.25
_ANSWER_WITHIN = 5.0
_BRIEF = 10.0


class Publisher:
    """What was published so far.

    Args:
        target: where.
        http: how to get there.
        changed: called after every answer, or lack of one.

    Attributes:
        taken: the last number that was answered; -1 before the scene was.
        tried: the last number that was sent.
        refusal: why the last attempt failed; empty when it did not.
        stall: the longest time from a number being due to its answer, in seconds.
        unauthorized: whether every key was refused last.
    """

    def __init__(self, target: Target, http: web.AsyncClient, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._path = target.room(target.ticket_keys[0]).path
        self._http = http
        self._keys = Keys(target.publish_keys)
        self._last: int | None = None
        self.taken = -1
        self.tried = -1
        self.refusal = ""
        self.stall = 0.0
        self.unauthorized = False

    async def go_on(self) -> None:
        """Publish number after number until `finish`, or for ever."""
        due = now()
        while self._last is None or self.taken < self._last:
            await asyncio.sleep(due - now())
            began, attempts = now(), 0
            while not await self.publish(self.taken + 1):
                attempts += 1
                await asyncio.sleep(backoff(attempts, random.random()))  # noqa: S311
            self.stall = max(self.stall, now() - began)
            due = max(now(), due + _EVERY)

    def finish(self) -> int:
        """Say which number is the last, and tell it: one that was not sent before now."""
        self._last = self.tried + 1
        return self._last

    async def publish(self, number: int) -> bool:
        """Send `number` once, with another key where one is refused; tell whether it was taken."""
        self.tried = number
        body = {"changes": [change.body() for change in changes(number)]}
        while True:
            status = await self._post(body)
            self.unauthorized = status == 401
            if not (self.unauthorized and self._keys.refused()):
                break
        if status == 200:
            self._keys.taken()
            self.taken, self.refusal = number, ""
        self._changed()
        return status == 200

    async def remove(self) -> str:
        """Remove the room; tell why that failed, or nothing."""
        problem = ""
        for _ in range(2):
            try:
                async with asyncio.timeout(_BRIEF):
                    answer = await self._http.delete(self._path, headers=self._headers())
            except (TimeoutError, web.TransportError) as error:
                return f"no answer ({type(error).__name__})"
            if answer.status_code == 204:
                return ""
            problem = f"it answered {answer.status_code}"
            if answer.status_code != 401 or not self._keys.refused():
                break
        return problem

    async def _post(self, body: object) -> int:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                answer = await self._http.post(
                    f"{self._path}/publish", json=body, headers=self._headers()
                )
        except (TimeoutError, web.TransportError) as error:
            self.refusal = f"no answer ({type(error).__name__})"
            return 0
        self.refusal = f"it answered {answer.status_code}"
        return answer.status_code

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._keys.now.get_secret_value()}"}
