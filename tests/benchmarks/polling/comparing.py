"""The same table session, followed by polling and in realtime."""

from __future__ import annotations

from tests.benchmarks.fanout.building import Workshop
from tests.benchmarks.polling.arms import ARMS, MOVES, PACE, Measured, run

_PLAYERS = (5, 25)
# A month, for the arithmetic; prices as Cloudflare had them in 2026: the paid plan's, per million
# requests beyond those that it includes.
_HOURS = 10_000
_COMMITS = 1_200
_PLAN, _WORKER, _OBJECT = 5.0, (10.0, 0.30), (1.0, 0.15)
_PINGS = 120  # a client's an hour, of which twenty are billed as one request


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
    _print_month(found[_PLAYERS[0], "polling, 2 s"], _PLAYERS[0])


def _print_month(polling: Measured, players: int) -> None:
    """Work out what both come to where a Worker and a Durable Object answer the polls, too."""
    polls = polling.minute.requests * 60 * _HOURS / 1e6
    told = (_HOURS / players * _COMMITS + _HOURS * _PINGS / 20) / 1e6
    print(f"\n{_HOURS} player-hours, {players} players to a table, {_COMMITS} commits an hour:\n")
    print("| by | million requests to objects | dollars |\n| --- | --- | --- |")
    # A publish passes through the Worker; a ping doesn't, once the socket is open.
    publishes = _HOURS / players * _COMMITS / 1e6
    for name, worker, objects in (("polling, 2 s", polls, polls), ("realtime", publishes, told)):
        dollars = _PLAN + _beyond(worker, *_WORKER) + _beyond(objects, *_OBJECT)
        print(f"| {name} | {objects:.1f} | {dollars:.2f} |")


def _beyond(millions: float, included: float, price: float) -> float:
    return max(0.0, millions - included) * price


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
