"""How long a publish takes to the last client, at a pace that every server can keep."""

from __future__ import annotations

import asyncio
import time

from tests.benchmarks.fanout.building import Workshop
from tests.benchmarks.fanout.driving import Run, publish
from tests.benchmarks.fanout.sides import joined, left, started

# Clients, publishes a second, publishes. The room may hold frames back above 20 a second.
_PACES = ((25, 1, 10), (25, 10, 120), (25, 40, 160), (100, 1, 10), (100, 10, 100))


def latency(workshop: Workshop) -> None:
    """Percentiles from the intended time of sending to the last client; all sides at once."""
    print(
        "\n| to the last of | publishes/s | server | p50, ms | p99, ms | longest, ms "
        "| frames/publish |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for clients in sorted({pace[0] for pace in _PACES}):
        asyncio.run(_crowd(workshop, clients))


async def _crowd(workshop: Workshop, clients: int) -> None:
    with started(workshop) as targets:
        await joined(targets, clients)
        for target in targets:
            await publish(target, 20)  # warm
        for _, rate, count in (pace for pace in _PACES if pace[0] == clients):
            # At offsets: none publishes while another does, and all meet the same weather.
            start, offset = time.monotonic() + 1, 1 / rate / len(targets)
            runs = await asyncio.gather(
                *(
                    publish(target, count, every=1 / rate, start=start + number * offset)
                    for number, target in enumerate(targets)
                )
            )
            for target, run in zip(targets, runs, strict=True):
                _row(clients, rate, target.name, run)
        await left(targets)


def _row(clients: int, rate: int, name: str, run: Run) -> None:
    print(
        f"| {clients} | {rate} | {name} | {run.latency(0.5):.1f} | {run.latency(0.99):.1f} "
        f"| {run.latency(1):.1f} | {run.frames:.2f} |",
        flush=True,
    )
