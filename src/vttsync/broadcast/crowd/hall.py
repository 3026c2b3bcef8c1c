"""The parent's side of a process that reads a part of a crowd."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from vttsync.broadcast.crowd.worker import Begin, Finish, Progress, Ready, Result, Task, work
from vttsync.errors import Exit, VttsyncError

_STOP = 5.0  # seconds


class Hall:
    """A process, from its start to its result.

    Attributes:
        task: what it does.
        progress: how far it is.
        ready: done when all its clients are in.
        result: done when it has judged.
    """

    def __init__(self, task: Task) -> None:
        # A forked child would have this process's sockets, loop and signals.
        context = multiprocessing.get_context("spawn")
        self._loop = asyncio.get_running_loop()
        self.task = task
        self.progress = Progress(0, 0)
        self.ready: asyncio.Future[Ready] = self._loop.create_future()
        self.result: asyncio.Future[Result] = self._loop.create_future()
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, task), daemon=True)
        with _no_interrupt():
            self._process.start()
        theirs.close()
        threading.Thread(target=self._listen, args=(self._connection,), daemon=True).start()

    def tell(self, command: Begin | Finish) -> None:
        """Send it on to the next thing."""
        try:
            self._connection.send(command)
        except OSError:
            self._heard(_gone())

    async def stop(self) -> None:
        """End the process, whatever it does."""
        for outcome in (self.ready, self.result):
            if outcome.done() and not outcome.cancelled():
                outcome.exception()  # somebody was told of it, or nobody needs to be
            outcome.cancel()
        self._process.terminate()
        await asyncio.to_thread(self._process.join, _STOP)
        if self._process.exitcode is None:
            self._process.kill()
            await asyncio.to_thread(self._process.join)

    def _listen(self, connection: Connection) -> None:
        while True:
            try:
                told: object = connection.recv()
            except (EOFError, OSError):
                told = _gone()
            try:
                self._loop.call_soon_threadsafe(self._heard, told)
            except RuntimeError:  # the loop is closed: nobody listens any more
                return
            if isinstance(told, Result | VttsyncError):
                return

    def _heard(self, told: object) -> None:
        match told:
            case Progress():
                self.progress = told
            case Ready() if not self.ready.done():
                self.ready.set_result(told)
            case Result() if not self.result.done():
                self.result.set_result(told)
            case VttsyncError():
                for outcome in (self.ready, self.result):
                    if not outcome.done():
                        outcome.set_exception(told)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Let what is started in the block be deaf to Ctrl-C, which the whole terminal hears.

    It would end in the middle of its imports, with a traceback; its parent stops it anyway.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _gone() -> VttsyncError:
    return VttsyncError(
        "A process that reads clients has ended before its time.",
        why="It may have been killed, as when memory runs out.",
        fix="Ask for fewer --clients, or spread them over machines with --shard.",
        exit_code=Exit.MISSING,
    )
