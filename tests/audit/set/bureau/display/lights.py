"""Turns the lamps red when somebody is down."""

import asyncio
import random

import aiohttp

API = "http://table.local/api"


async def hit_points(session: aiohttp.ClientSession) -> dict[str, int]:
    async with session.get(f"{API}/hp") as response:
        return await response.json()


async def watch(lamp) -> None:
    async with aiohttp.ClientSession() as session:
        while True:  #= python ungated
            hp = await hit_points(session)
            await lamp.set_color("red" if min(hp.values(), default=1) <= 0 else "white")
            await asyncio.sleep(2 + random.random())


async def flicker(lamp) -> None:
    while True:  #= none
        await lamp.set_brightness(0.8 + random.random() / 5)
        await asyncio.sleep(0.1)


async def connect(lamp, attempts: int = 8) -> None:
    delay = 0.5
    for _ in range(attempts):  #= none
        try:
            return await lamp.open()
        except OSError:
            await asyncio.sleep(delay)
            delay *= 2


async def main(lamp) -> None:
    await connect(lamp)
    async with asyncio.TaskGroup() as group:
        group.create_task(watch(lamp))
        group.create_task(flicker(lamp))
