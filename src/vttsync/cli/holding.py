"""Commands that run until they are ended: Ctrl-C is the way to end them, and no failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vttsync.errors import VttsyncError

if TYPE_CHECKING:
    from vttsync.output.terminal import Terminal

_INTERVAL = 0.1  # seconds


def hold(
    terminal: Terminal, told: Callable[[], int], check: Callable[[], None] = lambda: None
) -> int:
    """Say that all is up, then wait until Ctrl-C; return the exit code.

    Args:
        terminal: whose command it is.
        told: says it, and hands back the exit code.
        check: asked again and again; raises VttsyncError when what runs has ended by itself.
    """
    import threading
    import time

    from vttsync.interrupts import interrupts
    from vttsync.output.terminal import Terminal as Plain

    ended = threading.Event()
    with interrupts.answered(ended.set):
        code = told()
        while not ended.is_set():
            try:
                check()
            except VttsyncError as error:
                if terminal.as_json:  # its one envelope has been printed
                    return Plain(terminal.command).fail(error)
                raise
            time.sleep(_INTERVAL)  # waiting for the event would keep Ctrl-C from it on Windows
    terminal.say("Stopped.")
    return code
