"""The tools as a user would set them up, each run as a whole command."""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.crowds.stage import GREETING
from vttsync.broadcast.actions import Client
from vttsync.broadcast.crowd.shards import read_shard
from vttsync.broadcast.replay.dial import socket_url
from vttsync.broadcast.replay.room import Room
from vttsync.node.process import clean_environment
from vttsync.node.runtime import Node

VERSION = "2.0.34"
ENGINE, WAIT, COUNT = "Artillery", "Artillery, `wait` steps", "Artillery, counting in JavaScript"
COUNTERS = {ENGINE: "", WAIT: "websocket.messages_received", COUNT: "deltas"}
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Times:
    """Seconds in which Artillery's clients arrive, and that each stays."""

    join: int
    stay: int


@dataclass(frozen=True)
class Told:
    """What a tool told.

    Attributes:
        code: its exit code.
        deliveries: the broadcasts that it says were received; None when it says nothing.
        memory: the most that its processes had resident at a time, in bytes.
        cpu: seconds of the processor, from its start to its end.
        said: its last lines, for whoever looks into it.
    """

    code: int
    deliveries: int | None
    memory: int
    cpu: float
    said: str


def install(node: Node, folder: Path) -> Path:
    """Install Artillery from npm, without running its packages' scripts; where its command is."""
    folder.mkdir()
    words = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(
        [*node.npm, *words, "--prefix", str(folder), f"artillery@{VERSION}"],
        check=True, stdout=sys.stderr, env={**os.environ, **node.variables()},
    )  # fmt: skip
    return folder / "node_modules" / "artillery" / "bin" / "run"


class Run:
    """A command under way, its memory watched: Linux alone tells of that."""

    def __init__(self, words: Sequence[str | Path], folder: Path, env: dict[str, str]) -> None:
        self._log = folder / "said.txt"
        self._cpu = _children_cpu()
        self._memory = 0
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [str(word) for word in words], cwd=folder, env=env, stdout=log, stderr=log
            )

    @property
    def running(self) -> bool:
        """Whether it still runs; looks at its memory meanwhile."""
        self._memory = max(self._memory, _resident(self._process.pid))
        return self._process.poll() is None

    def end(self, deliveries: Callable[[], int | None]) -> Told:
        """Wait for its end; `deliveries` reads from its folder what it counted."""
        while self.running:
            time.sleep(0.1)
        cpu = _children_cpu() - self._cpu
        said = self._log.read_text("utf-8", errors="replace")[-1500:]
        return Told(self._process.returncode, deliveries(), self._memory, cpu, said)

    def stop(self) -> None:
        """End it, however far it is."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class Artillery:
    """Artillery's ws engine.

    Args:
        node: runs it.
        command: from `install`.
        way: one of `COUNTERS`.
    """

    def __init__(self, node: Node, command: Path, way: str) -> None:
        self._node, self._command, self.name = node, command, way

    def start(
        self, folder: Path, room: Room, crowd: Sequence[Client], messages: int, times: Times
    ) -> Run:
        """Let the crowd arrive, each with a ticket, to so many broadcasts."""
        with (folder / "tickets.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([socket_url(room, client)] for client in crowd)
        (folder / "count.js").write_bytes((_HERE / "count.js").read_bytes())
        script = self._script(len(crowd), messages, times)
        (folder / "script.json").write_text(json.dumps(script, indent=1), encoding="utf-8")
        env = clean_environment({**self._node.variables(), "ARTILLERY_DISABLE_TELEMETRY": "true"})
        words = ["run", "--output", "report.json", "script.json"]
        return Run([self._node.binary, self._command, *words], folder, env)

    def deliveries(self, folder: Path, clients: int) -> int | None:
        """Read how many broadcasts it counted: none, where it was not made to."""
        report = folder / "report.json"
        if not report.exists():
            return None
        counters = json.loads(report.read_bytes())["aggregate"]["counters"]
        counted = int(counters.get(COUNTERS[self.name] or COUNTERS[WAIT], 0))
        return max(0, counted - GREETING * clients) if self.name == WAIT else counted

    def _script(self, clients: int, messages: int, times: Times) -> dict[str, Any]:
        flow: dict[str, list[object]] = {
            ENGINE: [{"think": times.stay}],
            WAIT: [
                {
                    "loop": [{"wait": {"capture": {"json": "$.type", "as": "type"}}}],
                    "count": GREETING + messages,
                }
            ],
            COUNT: [{"function": "count"}, {"think": times.stay}],
        }
        conditions = ["vusers.failed == 0", f"vusers.completed == {clients}"]
        if counter := COUNTERS[self.name]:
            each = messages + (GREETING if self.name == WAIT else 0)
            conditions.append(f"{counter} == {clients * each}")
        return {
            "config": {
                "target": "ws://127.0.0.1",
                "phases": [{"duration": times.join, "arrivalCount": clients}],
                "payload": {"path": "tickets.csv", "fields": ["address"], "order": "sequence"},
                "processor": "./count.js",
                "timeout": times.stay,
                "plugins": {"ensure": {}},
                "ensure": {"conditions": [{"expression": it} for it in conditions]},
            },
            "scenarios": [
                {"engine": "ws", "flow": [{"connect": "{{ address }}"}, *flow[self.name]]}
            ],
        }


def start_vttsync(folder: Path, room: Room, script: Path, clients: int) -> Run:
    """Let `vttsync verify-broadcast --clients` play a script."""
    keys = {
        "VTTSYNC_PUBLISH_KEY": room.publish_key.get_secret_value(),
        "VTTSYNC_TICKET_KEY": room.ticket_key.get_secret_value(),
    }
    words = ["-m", "vttsync", "verify-broadcast", "--url", room.url, "--clients", str(clients)]
    line: list[str | Path] = [sys.executable, *words, "--script", script, "--out", "crowd.json"]
    return Run(line, folder, {**os.environ, **keys})


def vttsync_deliveries(folder: Path) -> int | None:
    """Read how many broadcasts it says were received, the greetings not counted."""
    kept = folder / "crowd.json"
    if not kept.exists():
        return None
    return sum(row.received - GREETING * row.clients for row in read_shard(kept).rows)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(pid: int) -> int:
    """Memory of a process and of all that it started, in bytes."""
    task = Path(f"/proc/{pid}")
    try:
        own = int((task / "statm").read_text("ascii").split()[1]) * resource.getpagesize()
        children = (task / "task" / str(pid) / "children").read_text("ascii").split()
    except (OSError, IndexError):
        return 0
    return own + sum(_resident(int(child)) for child in children)
