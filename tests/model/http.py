"""HTTP/1.1 by hand: kept alive, pipelined, and as malformed as a test likes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

_PATIENCE = 30.0
_IDLE = 2.0
"""Seconds; workerd closes connections that are idle for 5."""


class BrokenOffError(Exception):
    """The other side closed the connection before an answer was complete."""


@dataclass(frozen=True)
class Answer:
    """What came back; header names are lowercase."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Wire:
    """One connection to the room."""

    port: int
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    _used: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def request(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Ask for something, and wait for the answer.

        Raises:
            BrokenOffError: the room went away first.
        """
        async with self._lock:
            try:
                await self.write(request(method, target, headers, body))
                return await asyncio.wait_for(self.read(method), _PATIENCE)
            except (OSError, EOFError) as error:
                self.close()
                raise BrokenOffError(str(error)) from error
            except BaseException:
                self.close()
                raise

    async def write(self, data: bytes) -> None:
        """Send bytes as they are; connects where there is no connection."""
        if time.monotonic() - self._used > _IDLE:
            self.close()
        self._used = time.monotonic()
        if self._writer is None or self._writer.is_closing():
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self.port, limit=4 * 1024 * 1024
            )
        self._writer.write(data)
        await self._writer.drain()

    def end(self) -> None:
        """Say that nothing more is sent; what the room still answers can be read."""
        if self._writer and self._writer.can_write_eof() and not self._writer.is_closing():
            self._writer.write_eof()

    async def read(self, method: str = "GET") -> Answer:
        """Read one answer.

        Raises:
            EOFError: there is none, or only a part of it.
        """
        assert self._reader
        answer = await read_answer(self._reader, method)
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer

    def close(self) -> None:
        """Cut the connection."""
        if self._writer:
            self._writer.transport.abort()
        self._reader = self._writer = None


def request(
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> bytes:
    """Write a request as it goes over the wire."""
    lines = [f"{method} {target} HTTP/1.1", "host: room.test"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + (body or b"")


async def read_answer(reader: asyncio.StreamReader, method: str) -> Answer:
    """Read an answer off a stream, chunked or not."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ")[1])
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    if status == 100:
        return await read_answer(reader, method)
    if method == "HEAD" or status in (101, 204, 304):
        return Answer(status, headers, b"")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return Answer(status, headers, await _chunks(reader))
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
        return Answer(status, headers, body)
    return Answer(status, headers, await reader.read())


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)
