"""A kept HTTP connection that POSTs: httpx costs more than the request it measures."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class Post:
    """One connection to 127.0.0.1, one request at a time; `async with` closes it."""

    def __init__(self, port: int, path: str, key: str) -> None:
        self._port = port
        lines = (
            "host: 127.0.0.1",
            f"authorization: Bearer {key}",
            "content-type: application/json",
        )
        self._head = f"POST {path} HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\ncontent-length: "
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._streams:
            self._streams[1].close()

    async def send(self, body: bytes) -> bytes:
        """POST `body` and return the answer's body.

        Raises:
            RuntimeError: the answer is not a 200 of known length.
        """
        assert self._streams
        reader, writer = self._streams
        writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = head.split(" ", 2)[1]
        _, found, rest = head.partition("\r\ncontent-length: ")
        answer = await reader.readexactly(int(rest.partition("\r\n")[0])) if found else b""
        if status != "200" or not found:
            raise RuntimeError(f"a publish was answered with {head!r} {answer[:300]!r}")
        return answer
