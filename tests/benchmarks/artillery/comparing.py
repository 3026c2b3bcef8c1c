"""Beside Artillery: the same crowd in the same room, and which wrong rooms each notices."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from tests.benchmarks.artillery.playing import Crowd, play
from tests.benchmarks.artillery.tools import COUNTERS, VERSION, Artillery, Told, install
from tests.model.rig import Rig, make_bundle
from tests.mutants import meddlers as do
from tests.mutants.meddlers import Everyone, To
from tests.mutants.mutant import Meddler
from tests.mutants.proxy import Proxy, running
from vttsync.node.runtime import find_node

_CROWD = Crowd(clients=250, messages=100, every=0.06)
_FEW = Crowd(clients=20, messages=30, every=0.06)
_FAST = Crowd(clients=20, messages=100, every=0.01)
_WHO = "player 3"
_SECRET = {"kind": "token", "key": "x", "op": "put", "rev": 99, "value": {"name": "The assassin"}}


def _elsewhere(message: dict[str, Any]) -> None:
    message["changes"][0]["value"]["x"] = 4000


def _leaking(message: dict[str, Any]) -> None:
    message["changes"].append(_SECRET)


_ROOMS: dict[str, tuple[Callable[[], Meddler], Crowd]] = {
    "a right room": (Meddler, _FEW),
    "a right room that tells several changes as one": (Meddler, _FAST),
    "one altered value": (lambda: To(_WHO, "delta", 9, do.said(_elsewhere)), _FEW),
    "a hidden name leaked": (lambda: To(_WHO, "delta", 9, do.said(_leaking)), _FEW),
    "one message lost": (lambda: To(_WHO, "delta", 9, do.nothing), _FEW),
    "one message twice": (lambda: To(_WHO, "delta", 9, do.twice), _FEW),
    "nothing is delivered": (lambda: Everyone("delta", do.nothing), _FEW),
}
_REFUSING = "every ticket is refused: the socket opens, and is closed"


def measure() -> None:
    """Print both tables."""
    # Told to end, it must end its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    node = find_node()
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as name:
        folder = Path(name)
        command = install(node, folder / "artillery")
        tools: dict[str, Artillery | None] = {
            way: Artillery(node, command, way) for way in COUNTERS
        }
        tools["vttsync"] = None
        bundle = make_bundle(node, folder, user_cache_path("vttsync", appauthor=False))
        with Rig(bundle, folder / "storage") as rig, running() as proxy:
            _receive(tools, f"http://127.0.0.1:{rig.port}")
            _notice(tools, rig, proxy)


def _receive(tools: dict[str, Artillery | None], url: str) -> None:
    clients, messages = _CROWD.clients, _CROWD.messages
    print(
        f"\nArtillery {VERSION}; {clients} clients, {messages} broadcasts, one each "
        f"{1000 * _CROWD.every:.0f} ms: {clients / _CROWD.every:.0f} deliveries/s; "
        f"load {os.getloadavg()[0]:.0f}\n\n"
        "| tool | deliveries counted | of | per second of its own CPU "
        f"| memory, MB | with {_FEW.clients} clients | a connection more, KB | exit code |\n"
        + "| --- " * 8
        + "|"
    )
    for name, tool in tools.items():
        few, told = play(tool, url, _FEW), play(tool, url, _CROWD)
        counted = told.deliveries or 0
        more = (told.memory - few.memory) / 1e3 / (clients - _FEW.clients)
        print(
            f"| {name} | {counted} | {clients * messages} "
            f"| {counted / told.cpu:.0f} | {told.memory / 1e6:.0f} | {few.memory / 1e6:.0f} "
            f"| {more:.0f} | {told.code} |",
            flush=True,
        )


def _notice(tools: dict[str, Artillery | None], rig: Rig, proxy: Proxy) -> None:
    print(f"\n| room, {_FEW.clients} clients | {' | '.join(tools)} |")
    print("| --- " * (len(tools) + 1) + "|")
    for title, (meddler, crowd) in _ROOMS.items():
        cells = []
        for number, tool in enumerate(tools.values()):
            url = proxy.door(f"{title.replace(' ', '-')}-{number}", meddler(), lambda: rig.port)
            cells.append(_cell(partial(play, tool, url, crowd)))
        print(f"| {title} | {' | '.join(cells)} |", flush=True)
    here = f"http://127.0.0.1:{rig.port}"
    refused = [
        _cell(partial(play, tool, here, _FEW, ticket_key="not-the-room's" * 3))
        for tool in tools.values()
    ]
    print(f"| {_REFUSING} | {' | '.join(refused)} |\n\nBy exit code; 0 is: all is well.")


def _cell(play_it: Callable[[], Told]) -> str:
    return str(play_it().code)
