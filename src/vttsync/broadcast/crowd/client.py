"""One client of a crowd: a websocket, and where it stands in the tree of what its group got."""

from __future__ import annotations

import json

from picows import WSFrame, WSListener, WSMsgType, WSTransport

from vttsync.broadcast.actions import Client
from vttsync.broadcast.crowd.paths import Bound, Message
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.replay.transcript import Closed

_TEXT = WSMsgType.TEXT
_PONG = b"pong"
_NO_CODE = 1005  # RFC 6455 §7.1.5
_FLOODED = Closed(1008, "vttsync hung up: the room sends without end")


class Listener(WSListener):
    """A client that compares what it gets with what others of its group got.

    Attributes:
        client: who.
        at: the last message that it got.
        closed: how the connection ended, if it did before it was over.
        refused: why there was no connection at all, or an empty string.
        fenced: whether a pong came to the last ping.
    """

    def __init__(self, client: Client, start: Message, bound: Bound) -> None:
        self.client = client
        self._bound = bound
        self.at = start
        self.closed: Closed | None = None
        self.refused = ""
        self.fenced = False
        self.transport: WSTransport | None = None
        self._leaving = False
        self._parts: list[bytes] = []
        self._text = False

    @property
    def over(self) -> bool:
        """Whether nothing more can come."""
        return self.closed is not None or bool(self.refused)

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Keep the way to answer."""
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Go on along the tree; the way that most messages take is kept short."""
        following = self.at.following
        if (
            following is not None
            and following.data == frame.get_payload_as_bytes()
            and frame.msg_type is _TEXT
            and frame.fin
            and following.text
            and not self._parts
        ):
            self.at = following
            following.note(now())
            if following.stale:
                self._keep_up()
        else:
            self._other(transport, frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002 - picows' name
        """Record how the connection ended, if nobody here meant it to."""
        if self._leaving or self.closed:
            return
        self.closed = Closed(1006, "")

    def fence(self) -> None:
        """Ask for a pong: all that the room sent before it has come then."""
        self.fenced = False
        if self.transport and not self.over:
            self.transport.send(WSMsgType.TEXT, b"ping")

    def leave(self) -> None:
        """Close the connection, without waiting for a goodbye."""
        self._leaving = True
        if self.transport:
            self.transport.disconnect(graceful=False)

    def _other(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind is WSMsgType.CLOSE:
            told = frame.get_payload_as_bytes()
            code = int.from_bytes(told[:2], "big") or _NO_CODE
            self.closed = self.closed or Closed(code, told[2:].decode(errors="replace"))
            transport.send_close()
            transport.disconnect()
        elif kind is not WSMsgType.PONG:
            if not self._parts:
                self._text = kind is _TEXT
            self._parts.append(frame.get_payload_as_bytes())
            if frame.fin:
                data, self._parts = b"".join(self._parts), []
                self._got(data)

    def _got(self, data: bytes) -> None:
        if data == _PONG and self._text:
            self.fenced = True
            return
        following = self.at.known(data, text=self._text)
        if following is None and not self._bound.takes(self.at, data):
            self.closed = self.closed or _FLOODED
            self.leave()
            return
        self.at = following or self.at.begin(data, text=self._text)
        self.at.note(now())
        if self.at.stale:
            self._keep_up()

    def _keep_up(self) -> None:
        place = self.at.place
        if self.transport and place.seq is not None:
            resume = {"type": "resume", "epoch": place.epoch, "seq": place.seq}
            self.transport.send(WSMsgType.TEXT, json.dumps(resume).encode())
