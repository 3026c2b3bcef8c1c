"""Tells a Discord channel whose turn it is."""

import os

import aiohttp
import discord
from discord.ext import commands, tasks

bot = commands.Bot(command_prefix="!", intents=discord.Intents.default())


class Turns(commands.Cog):
    def __init__(self, bot: commands.Bot) -> None:
        self.bot = bot
        self.last: str | None = None
        self.announce.start()

    def cog_unload(self) -> None:
        self.announce.cancel()

    @tasks.loop(seconds=10)  #= python ungated
    async def announce(self) -> None:
        async with aiohttp.ClientSession() as session, session.get(os.environ["TABLE"] + "/turn") as answer:
            turn = (await answer.json())["name"]
        if turn != self.last:
            self.last = turn
            await self.bot.get_channel(int(os.environ["CHANNEL"])).send(f"It is {turn}'s turn")

    @tasks.loop(minutes=5)  #= none
    async def mood(self) -> None:
        await self.bot.change_presence(activity=discord.Game("with fire"))

    @announce.before_loop
    async def before(self) -> None:
        await self.bot.wait_until_ready()
