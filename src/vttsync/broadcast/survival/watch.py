"""Watch a room while something happens to it: in a thread, as a deploy has the main one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from vttsync.background import Started
from vttsync.broadcast.leftovers import noted
from vttsync.broadcast.replay.room import Observe
from vttsync.broadcast.survival.crew import Crew
from vttsync.broadcast.survival.judge import judge
from vttsync.broadcast.survival.survival import Survival
from vttsync.broadcast.survival.target import Target

_ResultT = TypeVar("_ResultT")
_GLANCE = 0.1  # seconds; Windows hears no Ctrl-C while it waits for a thread
_Do = Callable[[Coroutine[Any, Any, Any]], Any]


class Survivors:
    """Clients that are connected, and an app server that publishes to them."""

    def __init__(self, crew: Crew, do: _Do) -> None:
        self._crew = crew
        self._do = do

    def finish(
        self, patience: float, *, version: str | None = None, within: float | None = None
    ) -> Survival:
        """Wait until everyone is back and has all that was published, and judge; once.

        Args:
            patience: seconds to wait for that at most.
            version: the one that has to answer them; None: any.
            within: seconds in which everyone who was dropped had to be back; None: any time.
        """
        record = self._do(self._crew.finish(patience, version))
        return judge(record, version=version, within=within)


@contextmanager
def surviving(target: Target, observe: Observe) -> Iterator[Survivors]:
    """Connect a gm, two players and a spectator to a session of its own, and publish to them.

    Inside the block they go on in another thread, whatever happens to the room; behind it, all
    connections are closed and the session is removed.

    Args:
        target: the room; it has to be live already.
        observe: is told of progress, in that thread.

    Raises:
        VttsyncError: exit 4, when the room takes none of the keys; 6, when it does not answer as it
            should.
    """
    with noted(target.url, target.session) as note, _loop() as do:
        crew = Crew(target, observe, note)
        try:
            do(crew.join())
            yield Survivors(crew, do)
        finally:
            do(crew.leave())


@contextmanager
def _loop() -> Iterator[_Do]:
    """Run an event loop in a thread; hand out what runs a coroutine there and waits for it."""
    loop = asyncio.new_event_loop()
    thread = Started(loop.run_forever)

    def do(work: Coroutine[Any, Any, _ResultT]) -> _ResultT:
        return _result(asyncio.run_coroutine_threadsafe(work, loop))

    try:
        yield do
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.result()
        loop.close()


def _result(future: Future[_ResultT]) -> _ResultT:
    try:
        while True:
            try:
                return future.result(_GLANCE)
            except TimeoutError:
                if future.done():
                    raise
    except BaseException:
        future.cancel()
        raise
