"""What lies between clients and a server: every connection seen, counted, cut or left dead.

Taking a page offline in its browser tells it so; a cable that is cut does not. This is the cable.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Self, TypeVar
from urllib.parse import parse_qs, urlsplit

import jwt

_PATIENCE = 30.0  # seconds for what a test waits for
_CHUNK = 65536

T = TypeVar("T")


class Fate(Enum):
    """What becomes of a connection."""

    PASS = auto()
    REFUSE = auto()
    """It is reset, and so is whoever tries again."""
    DEAD = auto()
    """It stays open, and nothing comes through any more: a laptop carried out of the house."""


@dataclass(eq=False)
class Line:
    """One connection.

    Attributes:
        websocket: whether it asked to become one.
        path: of its first request, without the query.
        user: whose ticket its first request carried, as "role:user"; empty without one.
        up: bytes from the client so far, headers included.
        down: bytes to the client so far.
        dead: nothing comes through, and never will again.
    """

    websocket: bool = False
    path: str = ""
    user: str = ""
    up: int = 0
    down: int = 0
    open: bool = True
    dead: bool = False
    ends: list[asyncio.StreamWriter] = field(default_factory=list, repr=False)

    def read_head(self, head: bytes) -> None:
        """Learn from the first request what this is."""
        request, *headers = head.decode("latin-1").split("\r\n")
        url = urlsplit(request.split(" ")[1])
        self.path = url.path
        self.websocket = any(
            header.lower().replace(" ", "") == "upgrade:websocket" for header in headers
        )
        for ticket in parse_qs(url.query).get("ticket", []):
            try:
                claims = jwt.decode(ticket, options={"verify_signature": False})
            except jwt.InvalidTokenError:
                continue
            self.user = f"{claims['role']}:{claims['sub']}"


Rule = Callable[[Line], Fate]


def everything(_line: Line) -> Fate:
    """Let all pass."""
    return Fate.PASS


class Wire:
    """Passes connections on to `target`, on a free port of 127.0.0.1, in a thread of its own.

    Args:
        target: the port on 127.0.0.1 that is behind it, asked anew for every connection.
        segment: bytes that are passed on at once, at most.
    """

    def __init__(self, target: Callable[[], int], *, segment: int = _CHUNK) -> None:
        self._target = target
        self._segment = segment
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._changed = threading.Condition()
        self._rule: Rule = everything
        self._lines: list[Line] = []
        self._server: asyncio.Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """Where clients reach what is behind it."""
        return f"http://127.0.0.1:{self.port}"

    def lines(self) -> list[Line]:
        """Every connection so far, in order."""
        with self._changed:
            return list(self._lines)

    def sockets(self, user: str = "") -> list[Line]:
        """The websockets that work now, of all or of one "role:user"."""
        return [
            line
            for line in self.lines()
            if line.websocket and line.open and not line.dead and user in ("", line.user)
        ]

    def rule(self, rule: Rule) -> None:
        """Decide anew over every connection, present and to come. A dead one stays dead."""
        self._do(self._apply(rule))

    def restore(self) -> None:
        """Let all that comes from now on pass."""
        self.rule(everything)

    def wait(self, until: Callable[[], bool], what: str) -> None:
        """Return once `until` holds of the lines; fail after 30 s, saying `what` did not happen."""
        with self._changed:
            if not self._changed.wait_for(until, _PATIENCE):
                raise TimeoutError(f"{what} did not happen; there are: {self._lines}")

    def _do(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _close(self) -> None:
        assert self._server
        self._server.close()
        for line in self._lines:
            _cut(line)
        ours = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*ours, return_exceptions=True)

    async def _apply(self, rule: Rule) -> None:
        self._rule = rule
        for line in self._lines:
            if line.open:
                self._judge(line)
        self._tell()

    def _judge(self, line: Line) -> None:
        fate = self._rule(line)
        if fate is Fate.REFUSE:
            _cut(line)
        elif fate is Fate.DEAD:
            line.dead = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(ends=[writer])
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            line.read_head(head)
            with self._changed:
                self._lines.append(line)
            self._judge(line)
            self._tell()
            if line.dead:
                await reader.read(-1)
            elif not writer.is_closing():
                await self._join(line, head, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client, or what is behind, is gone
        finally:
            line.open = False
            _cut(line)
            self._tell()

    async def _join(
        self, line: Line, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._target())
        line.ends.append(forth)
        line.up += len(head)
        forth.write(head)

        async def up() -> None:
            while data := await reader.read(self._segment):
                line.up += len(data)
                await _pass_on(line, data, forth)
            line.open = False
            self._tell()
            await _pass_on(line, b"", forth)

        async def down() -> None:
            while data := await back.read(self._segment):
                line.down += len(data)
                await _pass_on(line, data, writer)
            await _pass_on(line, b"", writer)

        await asyncio.gather(up(), down())


async def _pass_on(line: Line, data: bytes, end: asyncio.StreamWriter) -> None:
    if line.dead:
        return
    if data:
        end.write(data)
        await end.drain()
    else:
        end.close()


def _cut(line: Line) -> None:
    line.open = False
    for end in line.ends:
        end.transport.abort()
