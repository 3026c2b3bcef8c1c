"""Work in threads that can be abandoned: neither Ctrl-C nor the end of vttsync waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

_ResultT = TypeVar("_ResultT")
_GLANCE = 0.1  # seconds; Windows hears no Ctrl-C while it waits for a thread


class Started(Generic[_ResultT]):
    """Work under way in a daemon thread."""

    def __init__(self, work: Callable[[], _ResultT]) -> None:
        self._work = work
        self._results: list[_ResultT] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:  # noqa: BLE001, RUF100  (raised again where it is awaited)
            self._error = error

    def result(self, seconds: float = float("inf")) -> _ResultT:
        """Wait for the result; what the work raised is raised again.

        Raises:
            TimeoutError: it isn't done after `seconds`; it goes on, unheard.
        """
        until = time.monotonic() + seconds
        while self._thread.is_alive() and (left := until - time.monotonic()) > 0:
            self._thread.join(min(left, _GLANCE))
        if self._thread.is_alive():
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._results[0]


def together(works: Sequence[Callable[[], _ResultT]]) -> list[_ResultT]:
    """Do all of `works` at once; the results in their order.

    The first one's error is raised, if any fails, when all before it are done.
    """
    started = [Started(work) for work in works]
    return [it.result() for it in started]
