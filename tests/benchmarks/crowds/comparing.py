"""The crowd's receiver against the least that can receive, on the same fast broadcaster."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.crowds.stage import GREETING, made
from vttsync.broadcast.crowd.capacity import raise_descriptors
from vttsync.broadcast.replay.seconds import now

_HERE = Path(__file__).parent
_ROUNDS = 3
_CROWDS = (100, 1000, 5000)
_DELIVERIES = 200_000
_PACED = 30  # messages
_EVERY = {100: 0.1, 1000: 0.1, 5000: 0.25}  # seconds between them


@dataclass(frozen=True)
class _Took:
    wall: float
    cpu: float
    p50: float
    p99: float


def receive() -> None:
    """Print the tables."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise SystemExit("The receiver to compare with is in C: install gcc.")
    raise_descriptors()
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as folder:
        least = str(Path(folder, "receiver"))
        subprocess.run([compiler, "-O2", "-o", least, str(_HERE / "receiver.c")], check=True)
        sides = {
            "vttsync": [sys.executable, "-m", "tests.benchmarks.crowds.receiving"],
            "C": [least],
        }
        print(
            "\n| clients | receiver | deliveries/s | of C's | per second of its own CPU | of C's "
            "| p50, ms | p99, ms | p99, of C's |\n" + "| --- " * 9 + "|"
        )
        for clients in _CROWDS:
            _compare(clients, sides)
    print("\nvttsync checks every byte; C looks at none.")


def _compare(clients: int, sides: dict[str, list[str]]) -> None:
    count = _DELIVERIES // clients
    fast = _in_turn(clients, count, 0.0, sides)
    paced = _in_turn(clients, _PACED, _EVERY[clients], sides)
    sent = clients * (len(made(count)[2]) - GREETING)
    for name in sides:
        mine, other, slow, least = fast[name], fast["C"], paced[name], paced["C"]
        wall, cpu = median(it.wall for it in mine), median(it.cpu for it in mine)
        p50, p99 = (1000 * median(it.p50 for it in slow), 1000 * median(it.p99 for it in slow))
        rate = _ratio([it.wall for it in other], [it.wall for it in mine])
        thrift = _ratio([it.cpu for it in other], [it.cpu for it in mine])
        late = _ratio([it.p99 for it in slow], [it.p99 for it in least])
        print(
            f"| {clients} | {name} | {sent / wall:.0f} | {rate:.2f} | {sent / cpu:.0f} "
            f"| {thrift:.2f} | {p50:.1f} | {p99:.1f} | {late:.2f} |",
            flush=True,
        )


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))


def _in_turn(
    clients: int, count: int, every: float, sides: dict[str, list[str]]
) -> dict[str, list[_Took]]:
    took: dict[str, list[_Took]] = {name: [] for name in sides}
    with _broadcaster(count) as (broadcaster, port):
        for _ in range(_ROUNDS):
            for name, command in sides.items():
                words = [*command, str(port), str(clients)]
                frames = len(made(count)[2]) - GREETING
                words += [str(GREETING), str(frames)] if name == "C" else [str(count)]
                took[name].append(_one(broadcaster, words, every))
    return took


def _one(broadcaster: subprocess.Popen[str], words: Sequence[str], every: float) -> _Took:
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as receiver:
        _pin(receiver, 1)
        assert receiver.stdout
        assert receiver.stdin
        assert broadcaster.stdin
        if receiver.stdout.readline() != "ready\n":
            raise SystemExit("A receiver did not start.")
        told = f"{now() + 0.3:f} {every:f}\n"
        receiver.stdin.write(told)
        receiver.stdin.flush()
        broadcaster.stdin.write(told)
        broadcaster.stdin.flush()
        said = receiver.stdout.read().split()
    if len(said) != 4:
        raise SystemExit("A receiver did not end.")
    return _Took(*map(float, said))


@contextmanager
def _broadcaster(count: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    words = [sys.executable, "-m", "tests.benchmarks.crowds.broadcaster", str(count)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        _pin(process, 0)
        assert process.stdout
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def _pin(process: subprocess.Popen[str], core: int) -> None:
    """Give each side a core of its own, where there are two and the system lets itself be told."""
    if hasattr(os, "sched_setaffinity") and core in os.sched_getaffinity(0):
        os.sched_setaffinity(process.pid, {core})
