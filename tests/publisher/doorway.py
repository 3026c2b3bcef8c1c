"""A door before the room: it keeps its address while the room is killed, and loses answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_HEAD_END = b"\r\n\r\n"


class Doorway:
    """Forwards connections to a port of this machine.

    Attributes:
        port: where the room listens now; 0 while it is down.
        losing: so many of the next answers to publishes are not let through.
        lost: so many were not.
        turned_away: so many connections came while the room was down.
    """

    def __init__(self) -> None:
        self.port = 0
        self.losing = 0
        self.lost = 0
        self.turned_away = 0
        self.url = ""
        self._passing: set[asyncio.Task[None]] = set()

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._enter, "127.0.0.1", 0, limit=2**21)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await stop.wait()
        server.close()
        for passing in list(self._passing):
            passing.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passing = asyncio.ensure_future(self._pass(reader, writer))
        self._passing.add(passing)
        passing.add_done_callback(self._passing.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request for each connection: simple, and every answer can be lost by itself."""
        try:
            with suppress(OSError, EOFError):  # whoever hangs up
                await self._exchange(reader, writer)
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.port:
            self.turned_away += 1
            return
        head = await reader.readuntil(_HEAD_END)
        body = await reader.readexactly(_length(head))
        room, inward = await asyncio.open_connection("127.0.0.1", self.port, limit=2**21)
        try:
            inward.write(head.replace(_HEAD_END, b"\r\nConnection: close" + _HEAD_END) + body)
            answer = await room.read(-1)
        finally:
            inward.close()
        if b"/publish " in head and self.losing:
            self.losing -= 1
            self.lost += 1
        else:
            writer.write(answer)
            await writer.drain()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


@contextmanager
def doorway() -> Iterator[Doorway]:
    """Run one in a thread."""
    door, ready, loop, stop = (
        Doorway(),
        threading.Event(),
        asyncio.new_event_loop(),
        asyncio.Event(),
    )
    thread = threading.Thread(target=loop.run_until_complete, args=(door.serve(ready, stop),))
    thread.start()
    ready.wait()
    try:
        yield door
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
