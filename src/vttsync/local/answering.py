"""Waiting for a server on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable

from vttsync import web

_INTERVAL = 0.05  # seconds


def answers(url: str, path: str, alive: Callable[[], bool], patience: float) -> bool:
    """Ask `url` for `path` until it says 200; False when it dies or `patience` seconds pass."""
    deadline = time.monotonic() + patience
    with web.client(url) as client:
        while alive() and time.monotonic() < deadline:
            try:
                if client.get(path).status_code == 200:
                    return True
            except web.TransportError:
                pass
            time.sleep(_INTERVAL)
    return False
