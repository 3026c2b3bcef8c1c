"""How long joining takes, by the size of the state."""

from __future__ import annotations

import asyncio
import time
from statistics import median

from tests.benchmarks.fanout import serving
from tests.benchmarks.fanout.building import Workshop
from tests.benchmarks.fanout.targets import Room, RoomListener, put, token

_STATES = (10, 1000, 10_000)
_TIMES = 7


def joining(workshop: Workshop) -> None:
    """From connecting to the last byte of the snapshot, the first after a change and later ones."""
    print(
        "\n| tokens | snapshot, KiB | joining after a change, ms | joining again, ms "
        "| server CPU after a change, ms | again, ms |\n| --- | --- | --- | --- | --- | --- |"
    )
    with serving.room(workshop) as server:
        for tokens in _STATES:
            asyncio.run(_state(Room(server, f"joining-{tokens}"), tokens))


async def _state(room: Room, tokens: int) -> None:
    await room.prepare()
    await room.store([put(f"npc{number}", token(number)) for number in range(tokens)])
    after: list[tuple[float, float, int]] = []
    again: list[tuple[float, float, int]] = []
    for number in range(_TIMES + 1):
        await room.store([put("npc0", token(number), rev=number + 2)])
        after.append(await _join(room))
        again.append(await _join(room))
    # The first ones are warm-up.
    print(
        f"| {tokens} | {after[-1][2] / 1024:.0f} | {_middle(after, 0):.1f} "
        f"| {_middle(again, 0):.1f} | {_middle(after, 1):.1f} | {_middle(again, 1):.1f} |",
        flush=True,
    )


async def _join(room: Room) -> tuple[float, float, int]:
    """Milliseconds, the server's milliseconds of CPU, and bytes of snapshot; alone in the room."""
    listener = RoomListener(room, 0)
    cpu, start = room.server.cpu(), time.monotonic()
    async with asyncio.timeout(60):
        await listener.connect()
    seconds, used = time.monotonic() - start, room.server.cpu() - cpu
    room.crowd.listeners.append(listener)
    await room.crowd.leave()
    room.crowd.last.clear()
    return 1000 * seconds, 1000 * used, listener.bytes


def _middle(joins: list[tuple[float, float, int]], figure: int) -> float:
    return median(join[figure] for join in joins[1:])
