"""All who watch one room, in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from vttsync import web
from vttsync.broadcast.leftovers import Note, not_removed
from vttsync.broadcast.replay.room import Joined, LeftBehind, Observe, Waiting
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.survival.publisher import Publisher
from vttsync.broadcast.survival.record import Record
from vttsync.broadcast.survival.story import CAST
from vttsync.broadcast.survival.survivor import Survivor
from vttsync.broadcast.survival.target import Target
from vttsync.errors import Exit, VttsyncError

_JOIN_WITHIN = 20.0
_PONG_WITHIN = 5.0
_ANSWER = 6.0  # somewhat longer than a publish waits


class Crew:
    """The clients and the app server of one watch; all of it is for the loop that it joins in."""

    def __init__(self, target: Target, observe: Observe, note: Note) -> None:
        self._target = target
        self._note = note
        self._observe = observe
        self._news = asyncio.Event()
        self._survivors = [Survivor(client, target, self._news.set) for client in CAST]
        self._http = web.async_client(target.url.rstrip("/"))
        self._publisher = Publisher(target, self._http, self._news.set)
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self) -> None:
        """Lay out the scene, connect everyone, and begin to publish.

        Raises:
            VttsyncError: exit 4, when the room takes none of the keys; 6, when it does not answer
                as it should.
        """
        if not await self._publisher.publish(0):
            raise self._not_begun(self._publisher.refusal, keys=self._publisher.unauthorized)
        for survivor in self._survivors:
            self._start(survivor.stay())
        await self._until(
            lambda: all(it.here or it.unauthorized for it in self._survivors), _JOIN_WITHIN
        )
        for survivor in self._survivors:
            if not survivor.here:
                raise self._not_begun(survivor.why_away, keys=survivor.unauthorized)
        self._observe(Joined(len(self._survivors), len(self._survivors)))
        self._start(self._publisher.go_on())

    async def finish(self, patience: float, version: str | None) -> Record:
        """Wait until everyone is back and has all, for so many seconds at most; tell all of it."""
        until = now() + patience
        await self._until(lambda: all(it.settled(version, 0) for it in self._survivors), patience)
        last = self._publisher.finish()
        lacking = [it for it in self._survivors if not it.settled(version, last)]
        self._observe(Waiting(len(lacking), until - now()))
        await self._until(
            lambda: all(it.settled(version, last) for it in self._survivors), until - now()
        )
        publisher = self._publisher
        await self._until(lambda: publisher.taken >= last or bool(publisher.refusal), _ANSWER)
        await self._fence()
        trails = tuple(survivor.trail() for survivor in self._survivors)
        return Record(
            trails,
            publisher.taken,
            publisher.tried,
            publisher.refusal,
            publisher.stall,
            until=now(),
        )

    async def leave(self) -> None:
        """Close every connection and remove the room, whatever happened before."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # Whoever was never answered may have made a room all the same.
        problem = await self._publisher.remove()
        await self._http.aclose()
        if problem and self._publisher.taken >= 0:
            self._observe(LeftBehind(not_removed(self._target.session, problem, self._note)))
        else:
            self._note.removed()

    async def _fence(self) -> None:
        """Make sure that nothing is still under way to those who are here."""
        await asyncio.gather(*(it.ping() for it in self._survivors))
        await self._until(lambda: all(it.answered for it in self._survivors), _PONG_WITHIN)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._news.set())
        self._tasks.append(task)

    async def _until(self, enough: Callable[[], bool], seconds: float) -> None:
        """Wait until there is enough, or time is up."""
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                while not enough():
                    for task in self._tasks:
                        if task.done():
                            task.result()  # raises what ended it, if anything did
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass  # what is missing is the judge's to tell

    def _not_begun(self, why: str, *, keys: bool) -> VttsyncError:
        return VttsyncError(
            "Nobody could be connected to stay through the deploy.",
            why=f"{self._target.url}: {why}.",
            fix="The keys here are not those of the room that is live: say --no-survive."
            if keys
            else "See what is live first, or say --no-survive.",
            exit_code=Exit.CREDENTIALS if keys else Exit.UNREACHABLE,
        )
