"""What an app's server calls."""

from __future__ import annotations

import asyncio
import inspect
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from vttsync_publisher.answers import Answer, NoAnswer, Published, error_of
from vttsync_publisher.changes import Change, changes_text, check_session, in_publishes
from vttsync_publisher.delivery import Delivery, OnRefused
from vttsync_publisher.encoding import json_text
from vttsync_publisher.errors import (
    KeyRefusedError,
    PublisherError,
    Refusal,
    RefusedError,
    StoppedError,
    UnreachableError,
)
from vttsync_publisher.lane import Lane, Source, WholeRow
from vttsync_publisher.memory import MemoryQueue
from vttsync_publisher.outbox import Outbox
from vttsync_publisher.pace import Pace
from vttsync_publisher.room import Room

_QUEUE_BYTES = 32 * 1024 * 1024
_TRIES = 3

Rows = Callable[[], "Iterable[Change] | Awaitable[Iterable[Change]]"]
"""Gives a put for every row of a session. An ordinary function is run in a thread."""


@dataclass(frozen=True)
class Health:
    """A room from inside.

    Attributes:
        epoch: the room's life: another one after it forgot everything, and after a deploy.
        seq: where each audience's stream stands.
        version: the deployed version that the room runs.
        counters: what it counted since it woke.
    """

    epoch: str
    seq: dict[str, int]
    version: str
    counters: dict[str, Any] = field(default_factory=dict)


class Publisher:
    """Tells rooms what was committed.

    Use it in one event loop; from synchronous code, use `ThreadedPublisher`.

    Args:
        url: the room's Worker, such as `https://table.example.workers.dev`.
        publish_key: its `PUBLISH_KEY`.
        outbox: what `run` and `deliver` deliver.
        whole_row: gives the row as committed when the room can't apply a patch; without it,
            such a patch is refused.
        on_refused: told of each publish of the outbox that was set aside.
        queue_bytes: how much of `publish` may wait in memory.
        pace: how long to wait for what.
        client: used for requests in the place of an own one, and not closed.

    Raises:
        ValueError: that is no address, or no key.
    """

    def __init__(
        self,
        url: str,
        publish_key: str,
        *,
        outbox: Outbox | None = None,
        whole_row: WholeRow | None = None,
        on_refused: OnRefused | None = None,
        queue_bytes: int = _QUEUE_BYTES,
        pace: Pace | None = None,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._pace = pace or Pace()
        self._room = Room(url, publish_key, self._pace.timeout, client)
        self._whole_row = whole_row
        self._outbox = outbox
        self._delivery = Delivery(outbox, self._lane, self._pace, on_refused) if outbox else None
        self._queue = MemoryQueue(queue_bytes)
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._epochs: dict[str, str | None] = {}

    async def publish(self, session: str, changes: Sequence[Change]) -> Published:
        """Publish without an outbox; return when the room has it.

        Publishes of a session arrive in the order of these calls; sessions don't wait for one
        another. While the room can't be reached, it waits and tries again: cancel it (or put it
        under a timeout) to give up. What was cancelled before it was first tried is never sent;
        after that, it may yet arrive.

        Raises:
            RefusedError: the room won't have it; `expect_mismatch` among other reasons.
            KeyRefusedError: the room doesn't take the publish key.
            QueueFullError: too much waits already; nothing was queued.
            TooLargeError: more than one publish may have; see `in_publishes`.
            StoppedError: the publisher was closed first.
            ValueError, TypeError: the room could never take this.
        """
        end = self._queue.add(check_session(session), changes_text(changes))
        if session not in self._lanes:
            self._lanes[session] = asyncio.create_task(self._run_lane(session))
        return await end

    async def run(self) -> None:
        """Deliver the outbox until cancelled, each session's publishes in order.

        Several processes may run this on one outbox: a session is delivered by one at a time.

        Raises:
            KeyRefusedError: the room doesn't take the publish key. Nothing is lost.
        """
        await self._delivered().run()

    async def deliver(self) -> int:
        """Try once to deliver the outbox; return how many sessions still have publishes waiting.

        For cron jobs and places where nothing runs between requests.

        Raises:
            KeyRefusedError: the room doesn't take the publish key. Nothing is lost.
        """
        return await self._delivered().deliver()

    @property
    def has_outbox(self) -> bool:
        """Whether there is one to deliver."""
        return self._outbox is not None

    def wake(self) -> None:
        """Say that something was committed to the outbox: `run` looks now, not within a second.

        From any thread.
        """
        if self._delivery:
            self._delivery.wake()

    async def kick(self, session: str, *, user: str | None = None, everyone: bool = False) -> int:
        """Close a user's (or everyone's) sockets and refuse their tickets of up to this second.

        Returns:
            How many sockets were closed.

        Raises:
            UnreachableError, KeyRefusedError, RefusedError: it may not have been done.
        """
        if (user is None) != everyone:
            raise ValueError("say either user=… or everyone=True")
        body = json_text({"all": True} if everyone else {"user": user}).encode()
        answer = await self._ask("POST", f"{check_session(session)}/kick", body)
        return int(answer.body["closed"])

    async def forget(self, session: str) -> None:
        """Delete all that the room has: its rows, and who was kicked; sockets are closed.

        Raises:
            UnreachableError, KeyRefusedError, RefusedError: it may not have been done.
        """
        await self._ask("DELETE", check_session(session))
        await self._remember(session, None)

    async def health(self, session: str) -> Health:
        """Look at the room from inside.

        Raises:
            UnreachableError, KeyRefusedError, RefusedError: it can't be seen.
        """
        answer = await self._ask("GET", f"{check_session(session)}/health")
        body = answer.body
        return Health(body["epoch"], body["seq"], body["version"], body.get("counters", {}))

    async def republish(self, session: str, rows: Iterable[Change]) -> None:
        """Tell the room every row, in as many publishes as that takes.

        What it has already does nothing.

        Raises:
            as `publish`.
        """
        for part in in_publishes(rows):
            await self.publish(session, part)

    async def republish_if_new(self, session: str, rows: Rows) -> bool:
        """Tell the room every row if it is another than the one that was told: it may be empty.

        A room forgets itself after 30 days without a publish or a client. Call this when somebody
        asks for a ticket: it costs one request while nothing happened.

        Returns:
            Whether it was told.

        Raises:
            as `health` and `publish`.
        """
        epoch = (await self.health(session)).epoch
        if epoch == await self._remembered(session):
            return False
        found = await asyncio.to_thread(rows)
        await self.republish(session, await found if inspect.isawaitable(found) else found)
        await self._remember(session, epoch)
        return True

    async def close(self) -> None:
        """Stop. What `publish` still waits for ends with StoppedError; an outbox loses nothing."""
        tasks = list(self._lanes.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for session in self._queue.sessions():
            self._queue.fail(session, StoppedError("the publisher was closed"))
        if self._delivery:
            self._delivery.close()
        await self._room.close()

    async def __aenter__(self) -> Publisher:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _lane(self, session: str, source: Source) -> Lane:
        return Lane(session, source, self._room, self._pace, self._whole_row)

    async def _run_lane(self, session: str) -> None:
        try:
            await self._lane(session, self._queue.source(session)).run()
        except Exception as error:
            self._queue.fail(session, error)
        finally:
            # In the same step as the last look at the queue: no publish falls in between.
            del self._lanes[session]

    def _delivered(self) -> Delivery:
        if self._delivery is None:
            raise PublisherError("there is no outbox to deliver: give Publisher one")
        return self._delivery

    async def _remembered(self, session: str) -> str | None:
        if self._outbox and self._delivery:
            return await self._delivery.ask(self._outbox.epoch, session)
        return self._epochs.get(session)

    async def _remember(self, session: str, epoch: str | None) -> None:
        if self._outbox and self._delivery:
            await self._delivery.ask(self._outbox.remember, session, epoch)
        else:
            self._epochs[session] = epoch

    async def _ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Ask up to three times; all that is asked here may be repeated."""
        failures = 0
        while True:
            answer = await self._room.ask(method, path, body)
            reason = _unheard(answer)
            if isinstance(answer, Answer) and not reason:
                return _accepted(answer)
            failures += 1
            if failures == _TRIES:
                raise UnreachableError(f"the room did not answer as it should: {reason}")
            await asyncio.sleep(random.random() * self._pace.wait(failures))  # noqa: S311


def _unheard(answer: Answer | NoAnswer) -> str:
    """Why this is no answer of the room's; "" when it is one."""
    if isinstance(answer, NoAnswer):
        return answer.reason
    if answer.status in (200, 204, 401, 403):
        return ""
    return "" if answer.status < 500 and error_of(answer) else f"status {answer.status}"


def _accepted(answer: Answer) -> Answer:
    error = error_of(answer)
    if answer.status in (401, 403):
        code = error.get("code", "")
        raise KeyRefusedError(f"the room refused the publish key ({answer.status} {code})".strip())
    if error:
        message = str(error.get("message", ""))
        raise RefusedError(Refusal(answer.status, error["code"], message))
    return answer
