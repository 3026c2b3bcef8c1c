"""How to join and how to publish at each kind of server; all deliver frames of the same size."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
from picows import WSMsgType, WSTransport

from tests.benchmarks.fanout.crowd import Crowd, Listener, Stamp
from tests.benchmarks.fanout.post import Post
from tests.benchmarks.fanout.serving import PUBLISH_KEY, TICKET_KEY, Server

# Publishers never wait for each other: each moves a token of its own.
PUBLISHERS = 8
_SCENE = {"name": "Cave", "width": 4000, "height": 3000, "grid": {"type": "square", "size": 100}}


class Target:
    """A server that passes on the bytes it is given: the plain object, and `ws` on Node.

    Attributes:
        changes: how many one publish has.
    """

    changes = 1

    def __init__(self, server: Server) -> None:
        self.server = server
        self.name = server.name
        self.crowd = Crowd(self.unwrap)
        self._numbers = [0] * PUBLISHERS

    @staticmethod
    def unwrap(payload: bytes) -> bytes:
        """The JSON text of a frame."""
        return payload

    async def prepare(self) -> None:
        """Put what is published about where it belongs."""

    def listener(self, number: int) -> Listener:
        """The client with this number, not yet connected."""
        return Listener(self.crowd, f"ws://127.0.0.1:{self.server.port}/")

    def publisher(self) -> Post:
        """A connection to publish on."""
        return Post(self.server.port, "/", "none")

    async def publish(self, post: Post, who: int) -> Stamp:
        """Publish one change as the publisher `who`; what names it in the frames."""
        self._numbers[who] += 1
        # As long as the room's: an epoch of 36 characters, and one token moved.
        epoch, seq = f"publisher-{who}".ljust(36, "-"), self._numbers[who]
        patch = {"op": "patch", "kind": "token", "key": f"t{who}", "value": _step(seq)}
        frame = {"type": "delta", "epoch": epoch, "seq": seq, "changes": [patch]}
        await post.send(_text(frame))
        return epoch, seq


class SocketIo(Target):
    """A socket.io room; its clients speak just enough of Engine.IO 4 and Socket.IO 5."""

    _EVENT = b'42["delta",'

    @staticmethod
    def unwrap(payload: bytes) -> bytes:
        """The object that the event carries."""
        return payload.removeprefix(SocketIo._EVENT)[:-1]

    def listener(self, number: int) -> Listener:
        """The client with this number, not yet connected."""
        url = f"ws://127.0.0.1:{self.server.port}/socket.io/?EIO=4&transport=websocket"
        return _SocketIoListener(self.crowd, url)


class _SocketIoListener(Listener):
    def on_ws_connected(self, transport: WSTransport) -> None:
        """Not ready: the server says two things first."""

    def heard(self, transport: WSTransport, payload: bytes) -> bool:
        if payload.startswith(b"42"):
            return False
        if payload.startswith(b"0"):  # opened: join the default namespace
            transport.send(WSMsgType.TEXT, b"40")
        elif payload.startswith(b"40"):
            self.ready()
        elif payload == b"2":
            transport.send(WSMsgType.TEXT, b"3")
        return True


class Room(Target):
    """vttsync's session room: stores what is published, shows each audience what it may see."""

    def __init__(self, server: Server, session: str = "bench", name: str = "") -> None:
        super().__init__(server)
        self.name = name or server.name
        self.session = session
        self.epoch = ""
        self._revs = [1] * PUBLISHERS

    async def prepare(self) -> None:
        """Store the scene and the publishers' tokens."""
        names = [name for who in range(PUBLISHERS) for name in self._tokens(who)]
        tokens = [put(name, token(number)) for number, name in enumerate(names)]
        await self.store([put("cave", _SCENE, "scene"), *tokens])

    async def store(self, changes: list[dict[str, Any]]) -> dict[str, Any]:
        """Publish all of them, in as few requests as the protocol allows; the last answer."""
        answer = b"{}"
        async with self.publisher() as post:
            for start in range(0, len(changes), 500):
                answer = await post.send(_text({"changes": changes[start : start + 500]}))
        said: dict[str, Any] = json.loads(answer)
        return said

    def listener(self, number: int) -> Listener:
        """A player."""
        return RoomListener(self, number)

    def publisher(self) -> Post:
        """A connection to publish on."""
        return Post(self.server.port, f"/parties/session/{self.session}/publish", PUBLISH_KEY)

    async def publish(self, post: Post, who: int) -> Stamp:
        """Move the publisher's tokens one step; the answer tells the seq of the players' stream."""
        base = self._revs[who]
        self._revs[who] += 1
        patch = {"op": "patch", "kind": "token", "rev": base + 1, "base": base}
        steps = [{**patch, "key": name, "value": _step(base)} for name in self._tokens(who)]
        answer = json.loads(await post.send(_text({"changes": steps})))
        return self.epoch, answer["seq"]["player"]

    def _tokens(self, who: int) -> list[str]:
        """The tokens that a publisher moves, all in one publish."""
        return [f"t{who}-{number}" for number in range(self.changes)]


class RoomInTens(Room):
    """The room, told as an app server under load tells it: ten changes in one publish."""

    changes = 10


class RoomListener(Listener):
    """A player: ready when the last part of the snapshot is there."""

    def __init__(self, room: Room, number: int) -> None:
        path = f"/parties/session/{room.session}?ticket={_ticket(room.session, number)}"
        super().__init__(room.crowd, f"ws://127.0.0.1:{room.server.port}{path}")
        self.bytes = 0
        self._room = room
        self._resumes = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Not ready: hello and snapshot come first."""

    def heard(self, transport: WSTransport, payload: bytes) -> bool:
        frame: dict[str, Any] = json.loads(payload)
        self.bytes += len(payload)
        match frame["type"]:
            case "hello":
                self._room.epoch = frame["epoch"]
                # Only a room that tells its place in hello knows `resume`.
                self._resumes = "seq" in frame
            case "snapshot":
                last = self.crowd.last.setdefault(frame["epoch"], frame["seq"])
                if last != frame["seq"]:
                    self.crowd.fail(f"the snapshot has seq {frame['seq']}, the others {last}")
                if frame.get("part") == frame.get("parts"):
                    self.ready()
            case "delta":
                return False
            case other:
                self.crowd.fail(f"the room said {other}: {payload[:300]!r}")
        return True

    def acknowledge(self) -> None:
        """Resume from where this client is, which asks for nothing new."""
        if self._resumes and self.enough():
            epoch = self._room.epoch
            seq = self.crowd.last[epoch]
            self.send(_text({"type": "resume", "epoch": epoch, "seq": seq}).decode())


def put(key: str, value: dict[str, Any], kind: str = "token", rev: int = 1) -> dict[str, Any]:
    """A change that stores a whole row."""
    return {"op": "put", "kind": kind, "key": key, "rev": rev, "value": value}


def token(number: int) -> dict[str, Any]:
    """A token such as an app has them."""
    size = {"width": 1, "height": 1}
    look = {"disposition": -1, "texture": f"https://maps.example/tokens/{number}.webp"}
    place = {"x": number % 4000, "y": number // 4000 * 100}
    return {"sceneId": "cave", "name": f"Goblin {number}", **place, **size, **look, "hp": 7}


def _step(number: int) -> dict[str, int]:
    return {"x": 1000 + number}


def _ticket(session: str, number: int) -> str:
    now = int(time.time())
    claims = {"aud": "vttsync", "sid": session, "role": "player", "sub": f"user-{number}"}
    return jwt.encode({**claims, "iat": now, "exp": now + 600}, TICKET_KEY, algorithm="HS256")


def _text(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
