"""The one place where a signal becomes an interrupt: once, so that cleaning up has its peace."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

_ResultT = TypeVar("_ResultT")
# A closed terminal and a cancelled pipeline end a command as Ctrl-C does. Windows has no SIGHUP.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_KILLS = 3


def _raise() -> None:
    raise KeyboardInterrupt


def _nothing() -> None:
    pass


class Interrupts:
    """What a signal does at this moment.

    The first one is answered. The second is not, as what was started is being stopped by then.
    The third kills.
    """

    def __init__(self) -> None:
        self.heard = 0
        self._answer: Callable[[], object] = _nothing
        self._held = 0
        self._waiting = False

    def listen(self) -> None:
        """Take over the signals; until `begin`, they are only counted."""
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            # nohup, and & in a script, start a command that is to ignore some.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self.hear)

    def hear(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        self.heard += 1
        if self.heard == 1 and self._held:
            self._waiting = True
        elif self.heard == 1:
            self._answer()
        elif self.heard >= _KILLS:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    def begin(self) -> None:
        """Let the first signal raise KeyboardInterrupt from now on.

        Raises:
            KeyboardInterrupt: it has come already.
        """
        self._answer = _raise
        if self.heard:
            _raise()

    def settle(self) -> None:
        """Let nothing be interrupted any more, as the outcome is being told."""
        if self._answer is _raise:
            self._answer = _nothing

    @contextmanager
    def answered(self, answer: Callable[[], object]) -> Iterator[None]:
        """Let the first signal call `answer` inside the block, instead of raising."""
        before, self._answer = self._answer, answer
        try:
            yield
        finally:
            self._answer = before

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the first signal wait until the block ends, or `released` inside it begins.

        For what is made, and must be known before it can be taken away again. Signals reach the
        main thread alone; on others nothing is held.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self._answer_late()

    @contextmanager
    def released(self) -> Iterator[None]:
        """Hear signals inside the block as they were before the `held` around it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._held -= 1
        try:
            self._answer_late()
            yield
        finally:
            self._held += 1

    def _answer_late(self) -> None:
        if self._waiting and not self._held:
            self._waiting = False
            self._answer()


interrupts = Interrupts()


def run(work: Coroutine[Any, Any, _ResultT]) -> _ResultT:
    """Run `work` as `asyncio.run` does; an interrupt cancels it, so that it can clean up.

    Raises:
        KeyboardInterrupt: it was interrupted, and has cleaned up.
    """
    import asyncio  # noqa: PLC0415  (not for commands that don't need it)

    async def cancellable() -> _ResultT:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        with interrupts.answered(lambda: loop.call_soon_threadsafe(task.cancel)):
            return await task

    try:
        result = asyncio.run(cancellable())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    if interrupts.heard:  # it came too late to cancel anything
        _raise()
    return result
