"""The connection that a call comes over: held, reset, read to the request's end and replayed."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable
from threading import Event

from starlette.types import Message, Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_LOOK = 0.02  # seconds between looks whether what is held may go
_TRANSPORT = "transport"
# Closing throws away what is not sent yet, and the other side gets a reset.
_NO_LINGER = struct.pack("ii", 1, 0)


class Connection(H11Protocol):
    """uvicorn's connection, which can be reset by whoever has the request's scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, as asyncio calls it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


async def reset(scope: Scope) -> None:
    """Reset the connection of `scope`.

    Raises:
        ConnectionResetError: it comes from no `Connection`, but from this process.
    """
    transport = scope.get("state", {}).get(_TRANSPORT)
    if transport is None:
        raise ConnectionResetError
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
    await asyncio.sleep(0)  # until the server knows of it, and sends no error of its own


async def request(receive: Receive) -> list[Message]:
    """The messages of a request, to its end."""
    messages = []
    while True:
        messages.append(await receive())
        if not messages[-1].get("more_body", False):
            return messages


def replayed(messages: Iterable[Message], receive: Receive) -> Receive:
    """Give `messages` again, then what else comes."""
    kept = iter(messages)

    async def again() -> Message:
        message = next(kept, None)
        return await receive() if message is None else message

    return again


async def holds(released: Event, receive: Receive) -> bool:
    """Wait until `released` is set, and say whether the caller has waited, too."""
    leaving = asyncio.ensure_future(receive())
    while not released.is_set() and not leaving.done():
        await asyncio.wait([leaving], timeout=_LOOK)
    if leaving.done():
        return False
    leaving.cancel()
    return True
