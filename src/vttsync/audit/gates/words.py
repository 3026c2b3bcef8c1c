"""Names and words that tell whether realtime is up."""

from __future__ import annotations

import re

from vttsync.audit.code import tree

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_UP = frozenset({"connected", "live", "realtime", "subscribed", "streaming"})
_DOWN = frozenset({"disconnected", "fallback", "unreachable", "reconnecting", "unsubscribed"})
_SUBJECT = tree.named(
    """ws socket websocket sse stream rt realtime conn connection connected session channel room
    party live io pusher ably supabase readystate ready network transport partysocket"""
)
_UP_VALUES = frozenset({"connected", "open", "live", "subscribed", "joined", "1", "up"})
_DOWN_VALUES = tree.named(
    """disconnected closed close offline fallback error connecting reconnecting closing
    channel_error timed_out errored 0 2 3 down polling"""
)
_CERTAIN = frozenset({"connected", "disconnected", "subscribed", "reconnecting", "fallback"})
_UP_EVENT = re.compile(
    r"^(?:on)?_?(?:open|connect|connected|reconnect|reconnected|hello|resume|up)$", re.I
)
_DOWN_EVENT = re.compile(
    r"^(?:on)?_?(?:close|closed|error|disconnect|disconnected|connect_error|connectError|"
    r"reconnect_attempt|reconnecting|reconnect_failed|down|lost|end)$",
    re.I,
)


def words(name: str) -> list[str]:
    """`isWsConnected` → is, ws, connected."""
    return [word.lower() for word in _WORD.findall(name)]


def says(name: str) -> bool | None:
    """What a flag of this name says while realtime is up; None when it is about something else.

    Names of polls (`isPolling`) are no gates: they say what somebody wants, not what is.
    """
    found = words(name)
    if not found or "poll" in found or "polling" in found or "was" in found:
        return None
    told = _UP_OR_DOWN.get(found[-1])
    if told is None and found[-1] in ("open", "ready", "active", "alive", "up"):
        told = True if _SUBJECT & set(found[:-1]) else None
    if told is None and found[-1] in ("down", "closed", "lost", "error", "failed"):
        told = False if _SUBJECT & set(found[:-1]) else None
    if told is None:
        return None
    negated = len({"not", "no", "un", "non"} & set(found)) % 2 == 1
    return told is not negated


_UP_OR_DOWN = dict.fromkeys(_UP, True) | dict.fromkeys(_DOWN, False)


def equals(subject: str, value: str) -> bool | None:
    """Whether `subject === value` holds while realtime is up; None when that isn't what it asks."""
    plain = value.rsplit(".", 1)[-1].strip("'\"`").lower()
    about = set(words(subject))
    certain = plain in _CERTAIN or value.endswith((".OPEN", ".CLOSED"))
    if not (about & _SUBJECT or {"ready", "state"} <= about or certain):
        return None
    if plain in _UP_VALUES:
        return True
    return False if plain in _DOWN_VALUES else None


def event(name: str) -> bool | None:
    """Whether a handler of this event runs as realtime comes up (True) or goes down (False)."""
    if _UP_EVENT.match(name):
        return True
    return False if _DOWN_EVENT.match(name) else None
