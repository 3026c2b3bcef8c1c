"""Publishes that wait in this process's memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import count, islice

from vttsync_publisher.answers import Published
from vttsync_publisher.errors import QueueFullError, Refusal, RefusedError
from vttsync_publisher.lane import Waiting

_LOOKAHEAD = 500


class MemoryQueue:
    """Publishes of all sessions, each with someone who waits for its end.

    Args:
        most: bytes that may wait, over all sessions.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._ids = count()
        self._lines: dict[str, deque[Waiting]] = {}
        self._ends: dict[int, asyncio.Future[Published]] = {}

    def add(self, session: str, text: str) -> asyncio.Future[Published]:
        """Queue a publish.

        Raises:
            QueueFullError: nothing was queued.
        """
        size = len(text.encode())
        if self._size + size > self._most:
            raise QueueFullError(
                f"{self._size} bytes of publishes wait for the room, at most {self._most} may; "
                "this one was not queued"
            )
        publish = Waiting.of(next(self._ids), text)
        end: asyncio.Future[Published] = asyncio.get_running_loop().create_future()
        self._size += size
        self._ends[publish.id] = end
        self._lines.setdefault(session, deque()).append(publish)
        return end

    def source(self, session: str) -> MemorySource:
        """The publishes of one session."""
        return MemorySource(self, session)

    def first(self, session: str) -> list[Waiting]:
        """The first publishes of a session; those that nobody waits for any more are dropped."""
        line = self._lines.get(session, deque())
        while line and self._ends[line[0].id].done():
            self._drop(session)
        return [it for it in islice(line, _LOOKAHEAD) if not self._ends[it.id].done()]

    def settle(self, session: str, publish: Waiting, end: Published | Exception) -> None:
        """Tell whoever waits."""
        future = self._ends[publish.id]
        if future.done():  # the caller went away in the meantime
            pass
        elif isinstance(end, Exception):
            future.set_exception(end)
        else:
            future.set_result(end)
        self.first(session)

    def fail(self, session: str, error: Exception) -> None:
        """Tell everyone who waits for this session that it won't be delivered."""
        for publish in list(self._lines.get(session, ())):
            self.settle(session, publish, error)

    def sessions(self) -> list[str]:
        """Those with publishes that wait."""
        return list(self._lines)

    def _drop(self, session: str) -> None:
        line = self._lines[session]
        publish = line.popleft()
        self._size -= len(publish.text.encode())
        del self._ends[publish.id]
        if not line:
            del self._lines[session]


class MemorySource:
    """One session's part of a `MemoryQueue`: a `Source`."""

    def __init__(self, queue: MemoryQueue, session: str) -> None:
        self._queue = queue
        self._session = session

    async def take(self) -> list[Waiting]:
        """The first that wait."""
        return self._queue.first(self._session)

    async def still_mine(self) -> bool:
        """Nobody else has this memory."""
        return True

    async def done(self, publishes: Sequence[Waiting], results: Sequence[Published]) -> None:
        """Give each caller their result."""
        for publish, result in zip(publishes, results, strict=True):
            self._queue.settle(self._session, publish, result)

    async def set_aside(self, publish: Waiting, refusal: Refusal) -> None:
        """Give the caller the refusal."""
        self._queue.settle(self._session, publish, RefusedError(refusal))
