"""Rows of SQLite read and written, and what a table costs by Cloudflare's prices."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import fmean

from tests.benchmarks.fanout import serving
from tests.benchmarks.fanout.building import Workshop
from tests.benchmarks.fanout.targets import Room, RoomListener, put, token

_TIMES = 20
_STATES = (200, 2000)

# US dollars beyond what the Workers Paid plan includes (November 2026): requests to Worker and
# object, GB-seconds, rows. The object is billed as 128 MB for as long as it is busy.
_PER_REQUEST = 0.30e-6 + 0.15e-6
_PER_SECOND = 12.50e-6 * 0.128
_PER_ROW_READ = 0.001e-6
_PER_ROW_WRITTEN = 1.00e-6

# A table: a change every 3 s, and seven people and screens who each join twice in the hour.
_PUBLISHES, _JOINS = 1200, 14


@dataclass(frozen=True)
class Bill:
    """What one operation takes, on average."""

    read: float
    written: float
    statements: float
    seconds: float

    @property
    def dollars(self) -> float:
        """What it costs."""
        rows = self.read * _PER_ROW_READ + self.written * _PER_ROW_WRITTEN
        return _PER_REQUEST + self.seconds * _PER_SECOND + rows


def storing(workshop: Workshop) -> None:
    """Rows per operation as SQLite tells them (`rowsRead`, `rowsWritten`), and the price."""
    counting = serving.workerd(workshop, "room, counted", workshop.counting, "Session")
    with counting as server:
        bills = {
            tokens: asyncio.run(_bills(Room(server, f"storing-{tokens}"), tokens))
            for tokens in _STATES
        }
    print(
        "\n| tokens | operation | rows read | rows written | statements | answered in, ms "
        "| dollars per million |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for tokens, operations in bills.items():
        for name, bill in operations.items():
            print(
                f"| {tokens} | {name} | {bill.read:.1f} | {bill.written:.1f} "
                f"| {bill.statements:.1f} | {1000 * bill.seconds:.1f} | {1e6 * bill.dollars:.2f} |"
            )
    for tokens, operations in bills.items():
        moves, joins = operations["move one token"], operations["join after a change"]
        hour = _PUBLISHES * moves.dollars + _JOINS * joins.dollars
        rows = _PUBLISHES * moves.written * _PER_ROW_WRITTEN
        print(
            f"\nA table-hour with {tokens} tokens, {_PUBLISHES} changes and {_JOINS} joins: "
            f"${hour:.4f}, of which rows written ${rows:.4f}."
        )


async def _bills(room: Room, tokens: int) -> dict[str, Bill]:
    await room.prepare()
    await room.store([put(f"npc{number}", token(number)) for number in range(tokens)])
    await room.crowd.join([room.listener(number) for number in range(7)])

    async def move(who: int) -> None:
        async with room.publisher() as post:
            await room.publish(post, who % 8)

    async def move_ten(number: int) -> None:
        await room.store([put(f"npc{n}", token(n + number + 1), rev=number + 2) for n in range(10)])

    async def add(number: int) -> None:
        await room.store([put(f"new{number}", token(number))])

    async def join(number: int) -> None:
        listener = RoomListener(room, 100 + number)
        await listener.connect()
        room.crowd.listeners.append(listener)

    async def move_and_join(number: int) -> None:
        await move(number)
        await room.crowd.reach(room.crowd.publishes)
        await join(number)

    bills = {
        "move one token": await _bill(room, move),
        "move ten in one publish": await _bill(room, move_ten),
        "add one token": await _bill(room, add),
    }
    await asyncio.sleep(0.2)
    both = await _bill(room, move_and_join)
    one = bills["move one token"]
    bills["join after a change"] = Bill(
        both.read - one.read,
        both.written - one.written,
        both.statements - one.statements,
        both.seconds - one.seconds,
    )
    bills["join again"] = await _bill(room, join)
    await room.crowd.leave()
    return bills


async def _bill(room: Room, work: Callable[[int], Awaitable[None]]) -> Bill:
    await _rows(room)
    times = []
    for number in range(_TIMES):
        start = time.monotonic()
        await work(number)
        times.append(time.monotonic() - start)
    rows = await _rows(room)
    read, written, statements = (rows[name] / _TIMES for name in ("read", "written", "statements"))
    return Bill(read, written, statements, fmean(times))


async def _rows(room: Room) -> dict[str, int]:
    """Ask for the rows since this was last asked."""
    url = f"http://127.0.0.1:{room.server.port}/rows/{room.session}"

    def ask() -> dict[str, int]:
        with urllib.request.urlopen(url, timeout=10) as answer:
            rows: dict[str, int] = json.load(answer)
            return rows

    return await asyncio.to_thread(ask)
