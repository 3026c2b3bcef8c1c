"""What a local room and its wrangler print, as a person wants to read it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable

from vttsync.errors import VttsyncError

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_INFO = "[wrangler:info] "
_TABLE = "Your Worker has access to the following bindings:"
# What vttsync says itself, or has no use for a reader.
_NOISE = (
    "Using secrets defined in",
    "⎔ Starting local server",
    "If you think this is a bug",
    "🪵",
    "Ready on http",
    "GET /health 200",
)


class RoomLog:
    """Holds lines back until `open`, then says each as it comes; for any thread.

    Args:
        say: prints one line.
    """

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._held: list[str] | None = []
        self._in_table = False
        self._failed: VttsyncError | None = None

    def hear(self, line: str) -> None:
        """Take a line as it was printed."""
        with self._lock:
            text = self._readable(line)
            if text and self._held is not None:
                self._held.append(text)
            elif text:
                self._tell(text)

    def open(self) -> None:
        """Say what was held back, and no longer hold anything back."""
        with self._lock:
            held, self._held = self._held or [], None
            for text in held:
                self._tell(text)

    def check(self) -> None:
        """See that what was said got out; raises what `say` raised on another thread."""
        if self._failed:
            raise self._failed

    def _tell(self, text: str) -> None:
        try:
            self._say(text)
        except VttsyncError as error:
            self._failed = error

    def _readable(self, line: str) -> str:
        text = _COLOUR.sub("", line).rstrip().removeprefix(_INFO)
        if text == _TABLE or not text:
            self._in_table = text == _TABLE
            return ""
        if self._in_table or text.lstrip().startswith(_NOISE):
            return ""
        return _event(text) or text


def _event(text: str) -> str:
    """A line of the room's own log (`src/log.ts`): the event, then its fields."""
    try:
        fields = json.loads(text)
        event = fields.pop("event")
    except (ValueError, TypeError, AttributeError, KeyError):
        return ""
    return " ".join([f"{event}:", *(f"{name}={value}" for name, value in fields.items())])
