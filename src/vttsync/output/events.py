"""What a deployed Worker does, as a person wants to read it, and as a line of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from rich.text import Text

from vttsync.output.room_log import event_line

Event = Mapping[str, Any]
_TICKET = re.compile(r"(ticket=)[^&\s\"\\]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LEVELS = {"warn": "yellow", "error": "red"}
_OK = 400  # statuses from here on are somebody's fault
# Cloudflare's outcomes (Workers trace events), in words.
_OUTCOMES = {
    "exception": "exception",
    "exceededCpu": "took too much CPU time",
    "exceededMemory": "took too much memory",
    "canceled": "client gone",
    "unknown": "unknown outcome",
}


def event_json(event: Event) -> str:
    """The event in one line, without the tickets in its addresses; ASCII, for any encoding."""
    return _TICKET.sub(r"\1***", json.dumps(event, separators=(",", ":")))


def event_text(event: Event) -> Text:
    """The event as a line, and below it what was logged and thrown."""
    text = Text.assemble((_time(event), "dim"), f"  {_place(event):<6}  ", _what(event))
    ended = _ended(event)
    if ended:
        text.append(f"  {ended}", "red" if ended != _OUTCOMES["canceled"] else "dim")
    for style, line in _below(event):
        text.append(f"\n  {line}", style)
    return text


def _time(event: Event) -> str:
    stamp = event.get("eventTimestamp")
    if not isinstance(stamp, int | float):
        return "--:--:--"
    return f"{datetime.fromtimestamp(stamp / 1000).astimezone():%H:%M:%S}"


def _place(event: Event) -> str:
    return "room" if event.get("executionModel") == "durableObject" else "worker"


def _what(event: Event) -> Text:
    told: Event = event.get("event") or {}
    if "request" in told:
        return _request(told)
    if "getWebSocketEvent" in told:
        socket: Event = told["getWebSocketEvent"] or {}
        code = f" {socket['code']}" if "code" in socket else ""
        return Text(f"websocket {_clean(socket.get('webSocketEventType', 'event'))}{code}")
    if "rpcMethod" in told:
        return Text(f"{_clean(event.get('entrypoint') or '')}.{_clean(told['rpcMethod'])}()")
    if "scheduledTime" in told:
        return Text("alarm" if "cron" not in told else f"cron {_clean(told['cron'])}")
    if "message" in told:  # Cloudflare on the tail itself: too much happens for it
        return Text(_clean(told["message"]), "yellow")
    return Text("event")


def _request(told: Event) -> Text:
    request: Event = told.get("request") or {}
    url = urlsplit(str(request.get("url", "")))
    path = f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"
    text = Text(f"{_clean(request.get('method', ''))} {_clean(path)}")
    status = (told.get("response") or {}).get("status")
    if status is not None:
        text.append(f"  {status}", "green" if int(status) < _OK else "yellow")
    return text


def _ended(event: Event) -> str:
    outcome = str(event.get("outcome", "ok"))
    return "" if outcome == "ok" else _OUTCOMES.get(outcome, _clean(outcome))


def _below(event: Event) -> Iterator[tuple[str, str]]:
    for entry in event.get("logs") or ():
        level = str(entry.get("level", "log"))
        message = entry.get("message")
        words = message if isinstance(message, list) else [message]
        said = " ".join(it if isinstance(it, str) else json.dumps(it) for it in words)
        line = _clean(event_line(said) or said)
        yield _LEVELS.get(level, ""), line if level == "log" else f"{level}  {line}"
    for error in event.get("exceptions") or ():
        yield "red", f"{_clean(error.get('name', 'Error'))}: {_clean(error.get('message', ''))}"
        for line in str(error.get("stack") or "").splitlines():
            yield "dim", f"  {_clean(line.strip())}"


def _clean(value: object) -> str:
    """Without tickets, and without what would steer the terminal: it comes from anybody."""
    shown = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", str(value))
    return _TICKET.sub(r"\1***", shown)
