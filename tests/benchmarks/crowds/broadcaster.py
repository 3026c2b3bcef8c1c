"""A fast broadcaster, in a process of its own: tells its port, then waits for when to begin."""

from __future__ import annotations

import asyncio
import sys
import threading

from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from tests.benchmarks.crowds.stage import GREETING, made
from vttsync.broadcast.crowd.worker import run_fast
from vttsync.broadcast.replay.seconds import now

_TEXT = WSMsgType.TEXT


class _Seat(WSListener):
    def __init__(self, room: list[WSTransport], greeting: list[bytes]) -> None:
        self._room, self._greeting = room, greeting

    def on_ws_connected(self, transport: WSTransport) -> None:
        for data in self._greeting:
            transport.send(_TEXT, data)
        self._room.append(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.get_payload_as_bytes() == b"ping":
            transport.send(_TEXT, b"pong")

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._room.remove(transport)


async def _serve(frames: list[bytes]) -> None:
    room: list[WSTransport] = []
    told: asyncio.Queue[str] = asyncio.Queue()

    def seat(_request: WSUpgradeRequest) -> WSListener:
        return _Seat(room, frames[:GREETING])

    server = await ws_create_server(seat, "127.0.0.1", 0, backlog=4096)
    loop = asyncio.get_running_loop()

    def listen() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(told.put_nowait, line)

    threading.Thread(target=listen, daemon=True).start()
    print(server.sockets[0].getsockname()[1], flush=True)
    while True:
        start, every = map(float, (await told.get()).split())
        for number, data in enumerate(frames[GREETING:]):
            await asyncio.sleep(start + number * every - now())
            for transport in room:
                transport.send(_TEXT, data)


if __name__ == "__main__":
    run_fast(_serve([frame.encode() for frame in made(int(sys.argv[1]))[2]]))
