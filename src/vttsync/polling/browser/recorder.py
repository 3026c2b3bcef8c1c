"""What the browser says of its network, kept as what a page asked for and was told."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vttsync.polling import naming
from vttsync.polling.browser.cable import ATTEMPT, BROKEN, SENDS, is_dead
from vttsync.polling.causes import META_REFRESH, cause
from vttsync.polling.seen import Asked, Cause, Told, What

Params = Mapping[str, Any]
_FAILED = 400
_ANSWER = 1.0  # seconds
# Frames of the room that bring no news of what an app would ask for; "" is a pong.
_OF_THE_ROOM = frozenset({"", "hello", "snapshot", "delta", "presence", "error", "stale"})


@dataclass
class _Sent:
    """A request, or a message, as far as it is known by now."""

    at: float
    what: What
    cause: Cause
    ended: float | None = None
    failed: bool = False


@dataclass
class _Socket:
    url: str
    sent: list[_Sent] = field(default_factory=list)


class Recorder:
    """Listens to every target of a page.

    Attributes:
        hellos: when each room last said hello; a room is known by its address, as ws://host/path.
        closed: when the page was without a room: a socket was closed, or could not be opened.
        attempts: when the page tried to reach one that it knew.
        sockets: where else the page opened a websocket to, and how many messages came.
        maps: the source map of each script that names one.
    """

    def __init__(self) -> None:
        self.hellos: dict[str, float] = {}
        self.closed: list[float] = []
        self.attempts: list[float] = []
        self.sockets: dict[str, int] = {}
        self.maps: dict[str, str] = {}
        self._told: list[Told] = []
        self._sent: list[_Sent] = []
        self._requests: dict[tuple[int, str], _Sent] = {}
        self._sockets: dict[tuple[int, str], _Socket] = {}
        self._sends: dict[int, Cause] = {}  # of each target, the message that comes next
        self._refreshing: set[str] = set()  # frames
        self._since_1970 = 0.0  # what the browser's clock says less

    @property
    def rooms(self) -> tuple[str, ...]:
        """Those that said hello."""
        return tuple(self.hellos)

    def greeted(self, since: float) -> bool:
        """Whether every room has said hello since then."""
        return bool(self.hellos) and all(at >= since for at in self.hellos.values())

    def hear(self, target: object, method: str, params: Params) -> None:
        """Take an event of the browser's (CDP)."""
        key = id(target), str(params.get("requestId", ""))
        match method:
            case "Network.requestWillBeSent":
                self._request(key, params)
            case "Network.responseReceived":
                self._answered(key, failed=params["response"]["status"] >= _FAILED)
            case "Network.loadingFinished" | "Network.loadingFailed":
                self._ended(key, self._when(params), failed=method == "Network.loadingFailed")
            case _ if method.startswith("Network.webSocket"):
                self._hear_socket(key, method, params)
            case "Network.eventSourceMessageReceived":
                self._told.append(Told(self._when(params), delta=False))
            case "Runtime.consoleAPICalled" if params["args"]:
                self._said(id(target), params["args"][0].get("value"), params)
            case "Page.frameRequestedNavigation" if params["reason"] == "metaTagRefresh":
                self._refreshing.add(params["frameId"])
            case "Debugger.scriptParsed" if params.get("sourceMapURL"):
                self.maps[naming.bare(params["url"])] = params["sourceMapURL"]

    def _hear_socket(self, key: tuple[int, str], method: str, params: Params) -> None:
        match method:
            case "Network.webSocketCreated":
                self._opened(key, params["url"])
            case "Network.webSocketFrameSent":
                self._message(key, self._when(params), params["response"])
            case "Network.webSocketFrameReceived":
                self._heard(key, self._when(params), params["response"])
            case "Network.webSocketClosed":
                self._closed(key, self._when(params))

    def asked(self) -> tuple[Asked, ...]:
        """Everything that was asked for until now, in order."""
        known = [Asked(it.at, it.what, it.cause, it.ended, it.failed) for it in self._sent]
        return tuple(sorted(known, key=lambda it: it.at))

    def told(self) -> tuple[Told, ...]:
        """Every message that came until now."""
        return tuple(self._told)

    def _when(self, params: Params) -> float:
        return float(params["timestamp"]) + self._since_1970

    def _request(self, key: tuple[int, str], params: Params) -> None:
        if not self._since_1970:
            self._since_1970 = params["wallTime"] - params["timestamp"]
        asked, initiator = params["request"], params.get("initiator", {})
        page = params.get("type") == "Document"
        # What a page's markup brings along comes with the page.
        if params.get("redirectResponse") or (initiator.get("type") == "parser" and not page):
            return
        what = naming.request(
            asked["method"], asked["url"], params.get("type", "Other"), asked.get("postData", "")
        )
        if what:
            sent = _Sent(self._when(params), what, cause(initiator))
            if page and params.get("frameId") in self._refreshing:
                self._refreshing.discard(params["frameId"])
                sent.cause = Cause(META_REFRESH)
            self._requests[key] = sent
            self._sent.append(sent)

    def _answered(self, key: tuple[int, str], *, failed: bool) -> None:
        if sent := self._requests.get(key):
            sent.failed = failed

    def _ended(self, key: tuple[int, str], at: float, *, failed: bool) -> None:
        if sent := self._requests.pop(key, None):
            sent.ended, sent.failed = at, sent.failed or failed

    def _opened(self, key: tuple[int, str], url: str) -> None:
        if is_dead(url):
            return
        where = naming.bare(url)
        if where in self.hellos:
            self.attempts.append(time.time())
        self._sockets[key] = _Socket(where)
        self.sockets.setdefault(where, 0)

    def _message(self, key: tuple[int, str], at: float, frame: Params) -> None:
        socket = self._sockets.get(key)
        by = self._sends.pop(key[0], Cause())
        what = naming.message(socket.url, frame["payloadData"]) if socket else None
        if socket and what and frame["opcode"] == 1:
            socket.sent.append(_Sent(at, what, by))

    def _heard(self, key: tuple[int, str], at: float, frame: Params) -> None:
        socket = self._sockets.get(key)
        if not socket:
            return
        self.sockets[socket.url] += 1
        kind = _kind(frame["payloadData"]) if frame["opcode"] == 1 else ""
        if kind == "hello":
            self.hellos[socket.url] = at
        # A message that is answered asks for something; one that isn't only tells.
        answered = [it for it in socket.sent if at - it.at <= _ANSWER]
        socket.sent.clear()
        self._sent += answered
        of_a_room = socket.url in self.hellos
        if kind not in _OF_THE_ROOM if of_a_room else not answered:
            self._told.append(Told(at, delta=False))
        elif of_a_room and kind == "delta":
            self._told.append(Told(at, delta=True))

    def _said(self, target: int, text: object, params: Params) -> None:
        at = params["timestamp"] / 1000
        if text == ATTEMPT:
            self.attempts.append(at)
            self.closed.append(at)  # a page that was loading had nothing to close
        elif text == BROKEN:
            self.closed.append(at)
        elif text == SENDS:
            stack = {"type": "script", "stack": params.get("stackTrace")}
            self._sends[target] = cause(stack)

    def _closed(self, key: tuple[int, str], at: float) -> None:
        socket = self._sockets.pop(key, None)
        if socket and socket.url in self.hellos:
            self.closed.append(at)


def _kind(text: str) -> str:
    """The type of a frame of the room's (docs/protocol.md); empty where it is none."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict) or not isinstance(told.get("type"), str):
        return ""
    if told["type"] == "hello" and not {"protocol", "epoch", "audience"} <= told.keys():
        return ""
    kind: str = told["type"]
    return kind
