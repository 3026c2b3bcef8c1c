"""The same table session, followed by polling and in realtime."""

from __future__ import annotations

from tests.benchmarks.fanout.building import Workshop
from tests.benchmarks.polling.arms import ARMS, MOVES, PACE, Measured, run

_PLAYERS = (5, 25)


def compare(workshop: Workshop) -> None:
    """Print what each way costs, and how late it is."""
    found = {(n, arm.name): run(workshop, arm, n) for n in _PLAYERS for arm in ARMS}
    print(f"\n{MOVES} moves, one every {PACE:.0f} s; each client and minute:\n")
    print(
        "| clients | followed by | requests | KiB | of realtime's | p50, ms | p99, ms "
        "| p50, of realtime's | servers' CPU, ms/s | of realtime's |"
    )
    print("| --- " * 10 + "|")
    for (players, name), measured in found.items():
        print(_row(players, name, measured, found[players, "realtime"]))
    print("\n| clients | to join by | requests | KiB |\n| --- | --- | --- | --- |")
    for (players, name), measured in found.items():
        joining = measured.joining
        print(f"| {players} | {name} | {joining.requests:.0f} | {joining.bytes / 1024:.1f} |")


def _row(players: int, name: str, it: Measured, live: Measured) -> str:
    cells = [
        str(players),
        name,
        f"{it.minute.requests:.0f}",
        f"{it.minute.bytes / 1024:.1f}",
        f"{it.minute.bytes / live.minute.bytes:.0f}",
        f"{it.latency(0.5):.0f}",
        f"{it.latency(0.99):.0f}",
        f"{it.latency(0.5) / live.latency(0.5):.0f}",
        f"{it.cpu:.0f}",
        f"{it.cpu / live.cpu:.1f}",
    ]
    return f"| {' | '.join(cells)} |"
