"""One table session, followed by polling or in realtime: what went over the wire, and when."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.benchmarks.fanout import serving
from tests.benchmarks.fanout.building import Workshop
from tests.browser.table import CLIENT, Keys, Table, running_table
from tests.wire import Wire
from vttsync.node.process import clean_environment, spawn, stop

MOVES = 24
PACE = 1.0  # seconds between two moves
_TOKEN = "grub"
_PROGRAM = Path(__file__).with_name("clients.mjs")


@dataclass(frozen=True)
class Arm:
    """One way to follow a table; `every` is the seconds between polls, 0 for realtime."""

    name: str
    every: float


ARMS = (
    Arm("polling, 1 s", 1),
    Arm("polling, 2 s", 2),
    Arm("polling, 5 s", 5),
    Arm("realtime", 0),
)


@dataclass(frozen=True)
class Cost:
    """What one client cost.

    Attributes:
        requests: HTTP requests, the websocket's upgrade included.
        bytes: both ways, headers and frames included; TCP's own are not.
    """

    requests: float
    bytes: float


@dataclass(frozen=True)
class Measured:
    """What came of an arm.

    Attributes:
        joining: of a client, until it has the whole state.
        minute: of a client, in each minute from then on.
        cpu: processor milliseconds of app server and room together, for each second.
        latencies: of each move and client, from the commit to the client's having it, in ms.
    """

    joining: Cost
    minute: Cost
    cpu: float
    latencies: list[float]

    @cached_property
    def _sorted(self) -> list[float]:
        return sorted(self.latencies)

    def latency(self, share: float) -> float:
        """A percentile in ms; `share` is 0.5 for the median."""
        return self._sorted[min(int(share * len(self._sorted)), len(self._sorted) - 1)]


def run(workshop: Workshop, arm: Arm, players: int) -> Measured:
    """Play the script to `players` clients, on servers of their own."""
    with ExitStack() as stack:
        room = None if arm.every else stack.enter_context(serving.room(workshop))
        room_wire = stack.enter_context(Wire(lambda: room.port if room else 0))
        table = stack.enter_context(_table(room_wire if room else None))
        app_wire = stack.enter_context(Wire(lambda: table.port))
        app = serving.Server("table", table.port, table.pid)
        servers = [it for it in (app, room) if it]

        def used() -> tuple[float, int, int]:
            sockets = [line for line in room_wire.lines() if line.websocket]
            lines = app_wire.lines() + sockets
            cpu = sum(server.cpu() for server in servers)
            return cpu, sum(line.up + line.down for line in lines), len(sockets)

        told = {
            "app": app_wire.url, "direct": table.url, "room": room_wire.url,
            "client": CLIENT.as_uri(), "session": table.session, "every": 1000 * arm.every,
            "players": players, "moves": MOVES, "pace": 1000 * PACE, "token": _TOKEN,
        }  # fmt: skip
        lines = stack.enter_context(_program(workshop, told))
        joined, (cpu, joining, sockets) = next(lines), used()
        ended, (cpu_after, all_bytes, _) = next(lines), used()
    seconds = ended["milliseconds"] / 1000
    minutes = players * seconds / 60
    return Measured(
        joining=Cost((joined["joined"] + sockets) / players, joining / players),
        minute=Cost(
            (ended["requests"] - joined["joined"]) / minutes, (all_bytes - joining) / minutes
        ),
        cpu=1000 * (cpu_after - cpu) / seconds,
        latencies=ended["latencies"],
    )


@contextmanager
def _table(room: Wire | None) -> Iterator[Table]:
    keys = Keys(room.url, serving.PUBLISH_KEY, serving.TICKET_KEY) if room else None
    with (
        tempfile.TemporaryDirectory(prefix="vttsync-bench-", dir=serving.STORAGE) as folder,
        running_table(Path(folder), f"bench-{uuid.uuid4().hex[:8]}", keys) as table,
    ):
        yield table


@contextmanager
def _program(workshop: Workshop, told: dict[str, Any]) -> Iterator[Iterator[dict[str, Any]]]:
    words: list[str | Path] = [workshop.node.binary, _PROGRAM, json.dumps(told)]
    process = spawn(words, env=clean_environment({}))
    try:
        yield (json.loads(line) for line in process.stdout or ())
    finally:
        stop(process, 0.2)
        if process.stdout:
            process.stdout.close()
