import asyncio
from collections.abc import Awaitable, Callable

import aiohttp


async def every(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    while True:  #= none
        await job()
        await asyncio.sleep(seconds)


class Table:
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self.turn = 0
        self.ws_connected = False

    async def load(self) -> None:
        async with self.session.get("http://table.local/turn") as response:
            self.turn = (await response.json())["turn"]

    async def blink(self) -> None:
        print("*" if self.turn % 2 else " ", end="\r")

    async def backup(self) -> None:
        while True:  #= python probably gated
            if self.ws_connected:
                await asyncio.sleep(1)
                continue
            await self.load()
            await asyncio.sleep(3)


async def main() -> None:
    async with aiohttp.ClientSession() as session:
        table = Table(session)
        await asyncio.gather(
            every(2, table.load),  #= python ungated
            every(0.5, table.blink),  #= none
            table.backup(),
        )
