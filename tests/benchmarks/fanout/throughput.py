"""How much a server delivers: to crowds of every size, and of many small changes."""

from __future__ import annotations

import asyncio
from functools import partial

from tests.benchmarks.fanout.building import Workshop
from tests.benchmarks.fanout.driving import Run, publish
from tests.benchmarks.fanout.sides import (
    ALL,
    IN_TENS,
    affordable,
    in_turn,
    joined,
    left,
    middle,
    ratio,
    started,
)

_ROUNDS = 5
_CROWDS = (10, 100, 1000, 5000)
# A round is well under a second: enough deliveries for a steady figure, and not too many publishes.
_DELIVERIES = 10_000
_MOST, _LEAST = 300, 3

_CHANGES, _EVERY, _CHANGE_CLIENTS, _CHANGE_ROUNDS = 700, 0.001, 100, 3


def crowds(workshop: Workshop) -> None:
    """Deliveries per second as fast as the server takes publishes, by size of the crowd."""
    print(
        "\n| clients | server | deliveries/s | of the plain object | server CPU, µs/delivery "
        "| of the plain object | frames/publish | benchmark's own CPU |"
        "\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for clients in _CROWDS:
        asyncio.run(_crowd(workshop, clients))
    print("\nAbove 70 % of its own CPU the benchmark holds the server back: read the server's CPU.")


async def _crowd(workshop: Workshop, clients: int) -> None:
    count = max(_LEAST, min(_MOST, _DELIVERIES // clients))
    with started(workshop, affordable(clients)) as targets:
        await joined(targets, clients)
        runs = await in_turn(targets, _ROUNDS, partial(publish, count=count))
        await left(targets)
    for name in runs:
        _row(str(clients), name, runs)


def _row(title: str, name: str, runs: dict[str, list[Run]]) -> None:
    mine = runs[name]
    print(
        f"| {title} | {name} | {middle(mine, lambda run: run.rate):.0f} "
        f"| {ratio(runs, name, lambda run: run.rate):.2f} "
        f"| {middle(mine, lambda run: run.cost):.1f} "
        f"| {ratio(runs, name, lambda run: run.cost):.2f} "
        f"| {middle(mine, lambda run: run.frames):.2f} "
        f"| {100 * middle(mine, lambda run: run.own_cpu / run.seconds):.0f} % |",
        flush=True,
    )


def changes(workshop: Workshop) -> None:
    """A thousand single changes a second, offered by several publishers to a hundred clients."""
    runs = asyncio.run(_changes(workshop))
    print(
        f"\n| {_CHANGES} changes at {1 / _EVERY:.0f}/s, {_CHANGE_CLIENTS} clients "
        "| changes/s | deliveries of changes/s | of the plain object | server CPU, µs/delivery "
        "| of the plain object | frames/change | p50, ms | p99, ms |"
        "\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for name, mine in runs.items():
        rate = middle(mine, lambda run: run.rate)
        print(
            f"| {name} | {rate / _CHANGE_CLIENTS:.0f} | {rate:.0f} "
            f"| {ratio(runs, name, lambda run: run.rate):.2f} "
            f"| {middle(mine, lambda run: run.cost):.1f} "
            f"| {ratio(runs, name, lambda run: run.cost):.2f} "
            f"| {middle(mine, lambda run: run.frames):.2f} "
            f"| {middle(mine, lambda run: run.latency(0.5)):.0f} "
            f"| {middle(mine, lambda run: run.latency(0.99)):.0f} |",
            flush=True,
        )


async def _changes(workshop: Workshop) -> dict[str, list[Run]]:
    with started(workshop, (*ALL, IN_TENS)) as targets:
        await joined(targets, _CHANGE_CLIENTS)
        work = partial(publish, count=_CHANGES, every=_EVERY)
        runs = await in_turn(targets, _CHANGE_ROUNDS, work)
        await left(targets)
    return runs
