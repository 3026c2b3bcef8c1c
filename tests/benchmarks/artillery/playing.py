"""One crowd, played with one tool. Artillery publishes nothing: its app server is here."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from tests.benchmarks.artillery.tools import (
    Artillery,
    Run,
    Times,
    Told,
    start_vttsync,
    vttsync_deliveries,
)
from tests.model.rig import PUBLISH_KEY, TICKET_KEY
from vttsync import web
from vttsync.broadcast.actions import Plan
from vttsync.broadcast.crowd.playing import Player, schedule
from vttsync.broadcast.crowd.seating import crowd_plan, seat
from vttsync.broadcast.proof import read_plan
from vttsync.broadcast.replay.app_server import AppServer
from vttsync.broadcast.replay.limited import Limited
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seconds import now

_MARGIN = 5  # seconds that clients stay on, for a machine that has other work
_SETTLE = 1  # seconds
_START = 20  # seconds that Artillery itself may take to start
_SCRIPT = """
title = "Everybody sees the same"
cast = {{ players = 20 }}
limits = {{ patience = 5 }}
scene = {{ name = "Arena", size = [40, 40] }}

[[token]]
name = "Gladiator"
at = [1, 1]
hp = 30

[[token]]
name = "The assassin"
at = [2, 2]
hidden = true

[[step]]
move = "Gladiator"
along = [[2, 1], [1, 1]]
every = {every}
times = {times}
"""


@dataclass(frozen=True)
class Crowd:
    """Who watches what: so many clients, broadcasts, and seconds between two of these."""

    clients: int
    messages: int
    every: float

    @property
    def join(self) -> int:
        """In how many seconds Artillery's clients arrive."""
        return 1 + self.clients // 50

    @property
    def script(self) -> str:
        """It, as a broadcast script."""
        return _SCRIPT.format(every=self.every, times=self.messages // 2)


def play(tool: Artillery | None, url: str, crowd: Crowd, *, ticket_key: str = TICKET_KEY) -> Told:
    """Play a crowd with Artillery, or None: with vttsync."""
    room = Room(url, SecretStr(PUBLISH_KEY), SecretStr(ticket_key))
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as name:
        folder = Path(name)
        script = folder / "crowd.toml"
        script.write_text(crowd.script, encoding="utf-8")
        if tool is None:
            run = start_vttsync(folder, room, script, crowd.clients)
            return _ended(run, lambda: vttsync_deliveries(folder))
        return asyncio.run(_play(tool, room, crowd, crowd_plan(read_plan(script)), folder))


async def _play(tool: Artillery, room: Room, crowd: Crowd, plan: Plan, folder: Path) -> Told:
    headers = {"Authorization": f"Bearer {PUBLISH_KEY}"}
    async with web.async_client(room.url, headers) as http:
        player = Player(AppServer(room, http, Limited()))
        await player.set_up(plan.setup)
        *_, (last, _publish) = schedule(plan.steps)
        times = Times(crowd.join, crowd.join + int(last) + _MARGIN)
        run = tool.start(folder, room, seat(plan.cast, crowd.clients), crowd.messages, times)
        try:
            await _all_there(run, http, room, crowd)
            # Of what comes together with the handshake, Artillery sees nothing.
            await asyncio.sleep(_SETTLE)
            await player.play(plan.steps, now())
            return await asyncio.to_thread(run.end, lambda: tool.deliveries(folder, crowd.clients))
        finally:
            run.stop()
            await player.server.remove()


async def _all_there(run: Run, http: web.AsyncClient, room: Room, crowd: Crowd) -> None:
    """Wait until all are connected, or nobody can come any more."""
    until = now() + _START + crowd.join + _MARGIN
    while run.running and now() < until:
        health = await http.get(f"{room.path}/health")
        if health.json()["counters"]["connections"] >= crowd.clients:
            return
        await asyncio.sleep(0.2)


def _ended(run: Run, deliveries: Callable[[], int | None]) -> Told:
    try:
        return run.end(deliveries)
    finally:
        run.stop()
