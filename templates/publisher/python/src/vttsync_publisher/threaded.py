"""The publisher for synchronous servers: Flask, Django, and anything else without a loop."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from vttsync_publisher.answers import Published
from vttsync_publisher.changes import Change
from vttsync_publisher.publisher import Health, Publisher, Rows

T = TypeVar("T")
log = logging.getLogger("vttsync_publisher")


class ThreadedPublisher:
    """A `Publisher` in a thread of its own, started when it is first used, in each process anew.

    All methods may be called from any thread, and from processes that were forked after this
    was made (gunicorn, uWSGI).

    Args:
        make: makes the publisher, such as `lambda: Publisher(url, key, outbox=outbox)`.
    """

    def __init__(self, make: Callable[[], Publisher]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._loop: _Loop | None = None

    def start(self) -> None:
        """Deliver from now on what the outbox holds, also what another process left there."""
        self._running()

    def wake(self) -> None:
        """Say that something was committed to the outbox; starts the thread if need be."""
        running = self._running()
        running.loop.call_soon_threadsafe(running.publisher.wake)

    def publish(
        self, session: str, changes: Sequence[Change], timeout: float | None = None
    ) -> Published:
        """As `Publisher.publish`; waits for the room.

        Raises:
            TimeoutError: not within so many seconds; if it was tried by then, it may yet arrive.
        """
        return self._wait(lambda it: it.publish(session, changes), timeout)

    def deliver(self) -> int:
        """As `Publisher.deliver`."""
        return self._wait(lambda it: it.deliver())

    def kick(self, session: str, *, user: str | None = None, everyone: bool = False) -> int:
        """As `Publisher.kick`."""
        return self._wait(lambda it: it.kick(session, user=user, everyone=everyone))

    def forget(self, session: str) -> None:
        """As `Publisher.forget`."""
        self._wait(lambda it: it.forget(session))

    def health(self, session: str) -> Health:
        """As `Publisher.health`."""
        return self._wait(lambda it: it.health(session))

    def republish(self, session: str, rows: Iterable[Change]) -> None:
        """As `Publisher.republish`."""
        self._wait(lambda it: it.republish(session, rows))

    def republish_if_new(self, session: str, rows: Rows) -> bool:
        """As `Publisher.republish_if_new`."""
        return self._wait(lambda it: it.republish_if_new(session, rows))

    def close(self) -> None:
        """Stop, and end the thread. An outbox loses nothing."""
        with self._lock:
            running, self._loop = self._loop, None
        if running and running.process == os.getpid():
            running.stop()

    def _wait(
        self, ask: Callable[[Publisher], Coroutine[Any, Any, T]], timeout: float | None = None
    ) -> T:
        running = self._running()
        asked: Future[T] = asyncio.run_coroutine_threadsafe(
            _limited(ask(running.publisher), timeout), running.loop
        )
        return asked.result()

    def _running(self) -> _Loop:
        with self._lock:
            # A forked child has the object, but not the thread.
            if self._loop is None or self._loop.process != os.getpid():
                self._loop = _Loop(self._make)
            return self._loop


async def _limited(answer: Coroutine[Any, Any, T], seconds: float | None) -> T:
    try:
        return await asyncio.wait_for(answer, seconds)
    except asyncio.TimeoutError:
        raise TimeoutError(f"not delivered within {seconds} s") from None


class _Loop:
    """The thread, its event loop and the publisher in it."""

    def __init__(self, make: Callable[[], Publisher]) -> None:
        self.process = os.getpid()
        self._ready: Future[Publisher] = Future()
        self._stop = asyncio.Event()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._run, args=(make,), name="vttsync-publisher", daemon=True
        )
        self._thread.start()
        self.publisher = self._ready.result()

    def _run(self, make: Callable[[], Publisher]) -> None:
        try:
            self.loop.run_until_complete(self._live(make))
        finally:
            self.loop.close()

    async def _live(self, make: Callable[[], Publisher]) -> None:
        try:
            publisher = make()
        except BaseException as error:
            self._ready.set_exception(error)
            return
        async with publisher:
            self._ready.set_result(publisher)
            delivering = asyncio.create_task(self._deliver(publisher))
            await self._stop.wait()
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)

    async def _deliver(self, publisher: Publisher) -> None:
        try:
            if publisher.has_outbox:
                await publisher.run()
        except Exception:
            log.critical("the outbox is no longer delivered", exc_info=True)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
