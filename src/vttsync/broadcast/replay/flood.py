"""A bound on what a replay listens to: a room that never stops must not fill the memory."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from vttsync.errors import Exit, VttsyncError

_MESSAGES = 50_000
_BYTES = 16 * 1024 * 1024
_TIMES = 4


class Flood:
    """Counts what all clients of a replay get.

    Args:
        messages: how many the script should bring about.
        size: about how many bytes these have.
    """

    def __init__(self, messages: int, size: int) -> None:
        self._expected = messages
        self._most = _MESSAGES + _TIMES * messages
        self._most_bytes = _BYTES + _TIMES * size
        self._messages = 0
        self._bytes = 0
        self._over = asyncio.Event()

    def take(self, data: str | bytes) -> None:
        """Count a message."""
        self._messages += 1
        self._bytes += len(data)
        if self._messages > self._most or self._bytes > self._most_bytes:
            self._over.set()

    async def guard(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work`, unless it is flooded meanwhile.

        Raises:
            VttsyncError: exit 8, when it is.
        """
        working = asyncio.ensure_future(work)
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait({working, over}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise self._flooded()
            working.result()
        finally:
            working.cancel()
            over.cancel()
            await asyncio.gather(working, over, return_exceptions=True)

    def _flooded(self) -> VttsyncError:
        return VttsyncError(
            f"The room floods its clients: {self._messages:,} messages, {self._bytes:,} bytes.",
            why=f"The script should bring about {self._expected:,} messages.",
            fix="Something in the room sends without end; its logs, or `--script` with a shorter "
            "script, show what begins it.",
            exit_code=Exit.VERIFY_FAILED,
        )
