"""Which port of 127.0.0.1 a local room answers at."""

from __future__ import annotations

import socket
import sys

from vttsync.errors import Exit, VttsyncError

USUAL = 8787
"""wrangler's own choice. It stays the same from run to run, so that apps needn't start anew."""


def choose(wanted: int | None) -> int:
    """The port that was asked for, else the usual one, else a free one.

    Raises:
        VttsyncError: exit 5, when the one that was asked for can't be had.
    """
    if wanted is None:
        return USUAL if _taken(USUAL) is None else free()
    why = _taken(wanted)
    if why is None:
        return wanted
    raise VttsyncError(
        f"Port {wanted} of 127.0.0.1 can't be used.",
        why=f"{why}.",
        fix="Leave --port out for a free one, or end what listens there.",
        exit_code=Exit.MISSING,
    )


def free() -> int:
    """A port that nothing listens on at this moment."""
    with _listener() as listener:
        listener.bind(("127.0.0.1", 0))
        number: int = listener.getsockname()[1]
        return number


def _taken(number: int) -> str | None:
    """Why `number` can't be listened on; None when it can."""
    with _listener() as listener:
        try:
            listener.bind(("127.0.0.1", number))
        except OSError as error:
            return error.strerror or str(error)
    return None


def _listener() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there, it would share a port with whoever listens on it
        # What has just been closed counts as free, as it does for workerd.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener
