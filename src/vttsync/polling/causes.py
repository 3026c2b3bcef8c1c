"""What brought a request on, read from the browser's stacks (CDP, Network.Initiator)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vttsync.polling.naming import bare
from vttsync.polling.rhythm import TIMERS
from vttsync.polling.seen import Cause, Place

META_REFRESH = "meta refresh"
_DEEPEST = 12


def cause(initiator: Mapping[str, Any]) -> Cause:
    """Read an initiator: its timer is the nearest one that is asynchronous above the request."""
    if initiator.get("type") != "script":
        url, line = initiator.get("url"), initiator.get("lineNumber", -1)
        return Cause(places=(Place(_named(url), line + 1),) if url and line >= 0 else ())
    places: list[Place] = []
    for description, frames in _stacks(initiator.get("stack")):
        found = [_place(frame) for frame in frames if frame["url"]]
        if description in TIMERS:
            return Cause(description, tuple(places), found[0] if found else None)
        places += found
    return Cause(places=tuple(places))


def _stacks(stack: Mapping[str, Any] | None) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """The stack, then those that it was called from asynchronously."""
    for _ in range(_DEEPEST):
        if not stack:
            return
        yield stack.get("description", ""), stack.get("callFrames", [])
        stack = stack.get("parent")


def _place(frame: Mapping[str, Any]) -> Place:
    line, column = frame["lineNumber"] + 1, frame.get("columnNumber", 0) + 1
    return Place(_named(frame["url"]), line, frame.get("functionName", ""), column)


def _named(url: str) -> str:
    return bare(url) if url.startswith(("http:", "https:")) else url.partition("?")[0]
