"""From the outbox to the rooms: finds sessions that wait, and runs a lane for each."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from vttsync_publisher.answers import Published
from vttsync_publisher.errors import KeyRefusedError, Refusal
from vttsync_publisher.lane import Lane, Source, Waiting, log
from vttsync_publisher.outbox import Outbox, Refused
from vttsync_publisher.pace import Pace

P = ParamSpec("P")
T = TypeVar("T")

OnRefused = Callable[[Refused], "Awaitable[None] | None"]
"""Told of a publish that was set aside."""


class Delivery:
    """Delivers what an outbox holds; several processes may, each session is one's at a time.

    Args:
        outbox: what to deliver.
        lane: makes a lane for a session and a source.
        pace: how long to wait.
        on_refused: told what was set aside.
    """

    def __init__(
        self,
        outbox: Outbox,
        lane: Callable[[str, Source], Lane],
        pace: Pace,
        on_refused: OnRefused | None,
    ) -> None:
        self._outbox = outbox
        self._lane = lane
        self._pace = pace
        self._on_refused = on_refused
        self._holder = secrets.token_hex(8)
        # One thread: SQLite lets one write at a time anyway.
        self._thread = ThreadPoolExecutor(1, "vttsync-outbox")
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._awake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """Look at the outbox now. From any thread: servers run ordinary functions in others."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._awake.set)

    async def run(self) -> None:
        """Deliver until cancelled.

        Raises:
            KeyRefusedError: the room doesn't take the publish key.
        """
        failures = 0
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                self._awake.clear()
                try:
                    await self._start_lanes()
                    failures, pause = 0, self._pace.poll
                except KeyRefusedError:
                    raise
                except Exception:
                    log.exception("the outbox can't be read")
                    failures, pause = failures + 1, self._pace.wait(failures)
                await self._sleep(pause)
        finally:
            await self._end_lanes()

    async def deliver(self) -> int:
        """Try once to deliver all that waits; return how many sessions still have some.

        Raises:
            KeyRefusedError: the room doesn't take the publish key.
        """
        sessions = await self.ask(self._outbox.sessions)
        tries = (self._deliver(session, patient=False) for session in sessions)
        for end in await asyncio.gather(*tries, return_exceptions=True):
            if isinstance(end, BaseException):
                raise end
        return len(await self.ask(self._outbox.sessions))

    async def ask(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function of the outbox in its thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: function(*args, **kwargs))

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False)

    async def _sleep(self, seconds: float) -> None:
        # Not wait_for: until Python 3.12 it loses a cancellation that comes along with the event.
        timer = asyncio.get_running_loop().call_later(seconds, self._awake.set)
        try:
            await self._awake.wait()
        finally:
            timer.cancel()

    async def _start_lanes(self) -> None:
        for session, task in list(self._lanes.items()):
            if task.done():
                del self._lanes[session]
                task.result()
        for session in await self.ask(self._outbox.sessions):
            if session not in self._lanes:
                self._lanes[session] = asyncio.create_task(self._kept_lane(session))

    async def _kept_lane(self, session: str) -> None:
        try:
            held = await self._deliver(session, patient=True)
            # What was committed while this process held the session may wait unnoticed.
            if held:
                self.wake()
        except KeyRefusedError:
            self.wake()
            raise
        except Exception:
            log.exception("%s: the outbox failed; again soon", session)

    async def _deliver(self, session: str, *, patient: bool) -> bool:
        """Deliver a session's publishes; False when another process has the session."""
        source = _OutboxSource(self, self._outbox, session, self._holder, self._pace.lease)
        try:
            await self._lane(session, source).run(patient=patient)
        finally:
            # Also when cancelled, even while asking for the lease: whoever comes next needn't
            # wait for it to run out.
            await asyncio.shield(self.ask(self._outbox.release, session, self._holder))
        return source.held

    async def _end_lanes(self) -> None:
        for task in self._lanes.values():
            task.cancel()
        await asyncio.gather(*self._lanes.values(), return_exceptions=True)
        self._lanes.clear()

    async def told(self, refused: Refused) -> None:
        """Tell the app of what was set aside; its own failures are its own."""
        if self._on_refused is None:
            return
        try:
            told = await asyncio.to_thread(self._on_refused, refused)
            if told is not None:
                await told
        except Exception:
            log.exception("on_refused failed")


class _OutboxSource:
    """One session's part of the outbox, while this process holds it: a `Source`."""

    def __init__(
        self, delivery: Delivery, outbox: Outbox, session: str, holder: str, lease: float
    ) -> None:
        self._delivery = delivery
        self._outbox = outbox
        self._session = session
        self._holder = holder
        self._lease = lease
        self.held = False

    async def take(self) -> list[Waiting]:
        if not await self.still_mine():
            return []
        return await self._delivery.ask(self._outbox.first, self._session)

    async def still_mine(self) -> bool:
        hold = self._outbox.hold
        mine = await self._delivery.ask(hold, self._session, self._holder, self._lease)
        self.held = self.held or mine
        return mine

    async def done(self, publishes: Sequence[Waiting], results: Sequence[Published]) -> None:  # noqa: ARG002
        await self._delivery.ask(self._outbox.done, [publish.id for publish in publishes])

    async def set_aside(self, publish: Waiting, refusal: Refusal) -> None:
        await self._delivery.ask(self._outbox.set_aside, publish.id, refusal)
        await self._delivery.told(Refused(publish.id, self._session, publish.changes, refusal))
