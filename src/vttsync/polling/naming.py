"""What a request or a message asks for: the same key for the same thing, and no secret."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote_plus, urlsplit

from vttsync.polling.seen import What

# Streams, what a style sheet brings along, and what only tells: none of it is a poll.
_BESIDE = frozenset(
    {"CSPViolationReport", "EventSource", "FedCM", "Font", "Manifest", "Media", "Ping", "Prefetch"}
    | {"Preflight", "SignedExchange", "Stylesheet", "TextTrack", "WebSocket"}
)
# A query's parts that differ from one poll to the next: against caches, or where to go on.
_PASSING = re.compile(
    r"_+|_?t|_?ts|time(stamp)?|now|date|cb|(cache|no)[_-]?(bust(er)?|cache|buster)|rnd?|rand(om)?"
    r"|nonce|r|v|since|after|before|until|cursor|offset|from|seq|rev|version|etag"
    r"|(last|since|after|min|next)[_-]?\w+|\w*ticket|\w*token",
    re.IGNORECASE,
)
_LIKE_TIME_OR_CHANCE = re.compile(r"\d{10,}(\.\d+)?|0\.\d{6,}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LONG = 32
_OPERATION = re.compile(r"\s*(?:(query|mutation|subscription)\b\s*(\w*)|(\{))")
_EVENT = re.compile(r"^\d+(?:/[^,]*,)?\d*(\[.*)$", re.DOTALL)  # engine.io, as socket.io has it
_KINDS = ("type", "event", "op", "action", "cmd", "command", "method", "kind", "t")
_NAME = re.compile(r"[A-Za-z][A-Za-z:._/-]{0,38}\d?")
# What keeps a connection, or shows where somebody is.
_ALIVE = re.compile(
    r"(ping|pong|heart|keep|presence|cursor|typing|pointer|drag|ruler|ack|hello|auth)",
    re.IGNORECASE,
)


def request(method: str, url: str, kind: str, body: str = "") -> What | None:
    """What an HTTP request asks for; None where it is nothing that could be a poll.

    `kind` is the browser's word for it (CDP, Network.ResourceType); `body` is a POST's.
    """
    parts = urlsplit(url)
    if kind in _BESIDE or parts.scheme not in ("http", "https"):
        return None
    query = [it for it in parse_qsl(parts.query, keep_blank_values=True) if not _passes(*it)]
    operation, reads = _graphql(body) if method == "POST" else ("", False)
    key = json.dumps([method, bare(url), sorted(query), operation])
    told = " ".join(filter(None, [method, label(url), operation and f"({operation})"]))
    names = tuple(filter(None, (bare(url), operation.rpartition(" ")[2])))
    return What(key, told, names, reads or method in ("GET", "HEAD"), page=kind == "Document")


def message(url: str, text: str) -> What | None:
    """What a message over a websocket asks for; None for a sign of life, or presence."""
    name = _message_name(text)
    if name is None or _ALIVE.search(name):
        return None
    told = f"SEND {label(url)}{f' ({name})' if name else ''}"
    return What(f"{told} {bare(url)}", told, tuple(filter(None, (bare(url), name))))


def bare(url: str) -> str:
    """An address without user, query and fragment."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{_host(parts)}{parts.path}"


def label(url: str) -> str:
    """An address for people: the host, the path, and of the query only the names."""
    parts = urlsplit(url)
    path = "/".join(_segment(part) for part in parts.path.split("/"))
    query = "&".join(dict.fromkeys(map(_name_only, filter(None, parts.query.split("&")))))
    return f"{_host(parts)}{path}{f'?{query}' if query else ''}"


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _segment(text: str) -> str:
    """A part of a path, unless it may be a secret: long, and no UUID."""
    return "…" if len(text) >= _LONG and not _UUID.fullmatch(text) else text


def _name_only(part: str) -> str:
    """A part of a query; what has no name is all value."""
    name, named, _ = part.partition("=")
    return f"{_segment(unquote_plus(name))}=…" if named else "…"


def _passes(name: str, value: str) -> bool:
    return bool(_PASSING.fullmatch(name) or _LIKE_TIME_OR_CHANCE.fullmatch(value or name))


def _graphql(body: str) -> tuple[str, bool]:
    """The operations of a GraphQL request, and whether all of them only read."""
    told = _json(body)
    found = [_operation(it) for it in (told if isinstance(told, list) else [told])]
    known = [it for it in found if it]
    reads = bool(known) and all(it.startswith("query") for it in known)
    return ", ".join(known), reads


def _operation(told: Any) -> str:  # noqa: ANN401  (whatever the page sent)
    if not isinstance(told, dict) or not isinstance(told.get("query"), str):
        return ""
    found = _OPERATION.match(told["query"])
    if not found:
        return ""
    name = told.get("operationName")
    return f"{found[1] or 'query'} {name if isinstance(name, str) else found[2] or ''}".strip()


def _message_name(text: str) -> str | None:
    """The name of a message, empty where it has none; None where it is only a sign of life."""
    if event := _EVENT.match(text):
        text = event[1]
    told = _json(text)
    if isinstance(told, list):
        return _words(told[0]) if told and isinstance(told[0], str) else ""
    if isinstance(told, dict):
        return _words(next((told[key] for key in _KINDS if isinstance(told.get(key), str)), ""))
    return None if len(text) <= 1 or text.isdigit() else _words(text)


def _words(text: str) -> str:
    """The name that `text` is; nothing where it may be a secret, or content."""
    return text if _NAME.fullmatch(text) else ""


def _json(text: str) -> Any:  # noqa: ANN401  (whatever the page sent)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
