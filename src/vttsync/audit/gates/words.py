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
# What makes a name that says nothing by itself one of realtime's: `{ isOpen } = useRoomSocket()`.
_ORIGINS = tree.named(
    """ws socket websocket sse stream rt realtime conn connection connected pusher ably supabase
    partysocket room echo eventsource"""
)
_PARTS_OF_A_PAGE = tree.named("modal dialog drawer menu popover panel tooltip sidebar dropdown")
_UP_VALUES = frozenset({"connected", "open", "live", "subscribed", "joined", "1", "up"})
_DOWN_VALUES = tree.named(
    """disconnected closed close offline fallback error connecting reconnecting closing
    channel_error timed_out errored 0 2 3 down polling"""
)
_LAST = re.compile(r"^(.*)[:/.](?=[^:/.]*$)", re.S)
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


def says(name: str, about: frozenset[str] = frozenset()) -> bool | None:
    """What a flag of this name says while realtime is up; None when it is about something else.

    Names of polls (`isPolling`) are no gates: they say what somebody wants, not what is.

    Args:
        name: the flag's.
        about: the words of where it comes from.
    """
    found = words(name)
    if not found or "poll" in found or "polling" in found or "was" in found:
        return None
    told = _UP_OR_DOWN.get(found[-1])
    is_about = _is_about(set(found[:-1]), about)
    if told is None and found[-1] in _UP_WITH_SUBJECT:
        told = True if is_about else None
    if told is None and found[-1] in _DOWN_WITH_SUBJECT:
        told = False if is_about else None
    if told is None:
        return None
    negated = len({"not", "no", "un", "non"} & set(found)) % 2 == 1
    return told is not negated


def _is_about(own: set[str], about: frozenset[str]) -> bool:
    return bool(_SUBJECT & own or (_ORIGINS & about and not _PARTS_OF_A_PAGE & about))


_UP_WITH_SUBJECT = frozenset({"open", "opened", "ready", "active", "alive", "up", "online"})
_DOWN_WITH_SUBJECT = frozenset({"down", "closed", "lost", "error", "failed", "offline"})
_UP_OR_DOWN = dict.fromkeys(_UP, True) | dict.fromkeys(_DOWN, False)


def equals(subject: str, value: str, origin: frozenset[str] = frozenset()) -> bool | None:
    """Whether `subject === value` holds while realtime is up; None when that isn't what it asks.

    Args:
        subject: what is compared, as written.
        value: with what.
        origin: the words of where the subject comes from.
    """
    plain = value.rsplit(".", 1)[-1].strip("'\"`").lower()
    about = set(words(subject))
    certain = plain in _CERTAIN or value.endswith((".OPEN", ".CLOSED"))
    if not (_is_about(about, origin) or {"ready", "state"} <= about or certain):
        return None
    if plain in _UP_VALUES:
        return True
    return False if plain in _DOWN_VALUES else None


def event(name: str) -> bool | None:
    """Whether a handler of this event runs as realtime comes up (True) or goes down (False)."""
    subject, _, name = _LAST.sub(r"\1 ", name).rpartition(" ")  # `room:down`, `socket/closed`
    if subject and not _SUBJECT & set(words(subject)):
        return None
    if _UP_EVENT.match(name):
        return True
    return False if _DOWN_EVENT.match(name) else None
