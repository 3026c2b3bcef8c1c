"""A crowd's verdict, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from vttsync.broadcast.crowd.judging import Fault, Row
from vttsync.broadcast.crowd.verdict import CrowdVerdict, percentiles, together
from vttsync.broadcast.histogram import Histogram
from vttsync.output.verdict import difference_view

_MOST_ROWS = 12
_MOST_FAULTS = 3


def crowd_json(verdict: CrowdVerdict) -> dict[str, Any]:
    """The verdict for the envelope; times in milliseconds, histograms as HdrHistogram's text."""
    order = verdict.order
    return {
        "passed": verdict.passed,
        "script": verdict.script,
        "version": verdict.version,
        "crowd": {
            "clients": verdict.clients,
            "rooms": len({row.room for row in verdict.rows}),
            "shard": {"index": order.shard.index, "total": order.shard.total},
            "shards": list(verdict.shards),
            "deliveries": verdict.deliveries,
            "deliveries_per_second": round(verdict.rate, 1),
            "connecting_seconds": round(verdict.connecting, 3),
            "seconds": round(verdict.seconds, 3),
            "limited_by": list(verdict.limits),
            "cpu": {who: round(share, 3) for who, share in verdict.cpu.items()},
            "hdr": {name: one.encoded() for name, one in latencies(verdict).items()},
        },
        "publishes": verdict.publishes,
        "latency": _latency(verdict.latency),
        "probes": _latency(verdict.probes),
        "clients": [_client(row) for row in verdict.rows],
        "differences": [_difference(fault) for fault in verdict.faults],
        "warnings": list(verdict.warnings),
    }


def _client(row: Row) -> dict[str, Any]:
    """The clients of an audience as one, in the form that a replay's clients have."""
    return {
        "name": f"room {row.room}, {row.audience}",
        "room": row.room,
        "audience": row.audience,
        "clients": row.clients,
        "wrong": row.wrong,
        "expected": row.expected,
        "received": row.received,
        "latency": _latency(row.latency),
        "passed": not row.wrong,
    }


def _difference(fault: Fault) -> dict[str, Any]:
    more = {"room": fault.room, "clients": fault.clients, "names": list(fault.names)}
    return {**asdict(fault.difference), **more}


def _latency(histogram: Histogram) -> dict[str, float] | None:
    told = percentiles(histogram)
    return asdict(told) if told else None


def crowd_view(verdict: CrowdVerdict) -> RenderableType:
    """A row for each audience, how fast it was, what held it back, and what was wrong."""
    parts: list[RenderableType] = [_table(verdict.rows), "", *_speed(verdict)]
    parts += [Text.assemble(("limit     ", "yellow"), told) for told in verdict.limits]
    for fault in verdict.faults[:_MOST_FAULTS]:
        parts += ["", difference_view(fault.difference), Text(_how_many(fault))]
    if verdict.passed:
        told = f"  {verdict.publishes} publishes; every client got exactly what it may see"
        parts.append(Text.assemble(("verified", "bold green"), told))
    else:
        parts += ["", Text.assemble(("not verified", "bold red"), f"  {verdict.counted}.")]
    return Group(*parts)


def _how_many(fault: Fault) -> str:
    where = f"In room {fault.room}" if fault.room else "In all rooms"
    if fault.clients < 2:
        return f"{where}."
    others = ", ".join(fault.names[1:])
    more = " …" if fault.clients > len(fault.names) else ""
    return f"{where}, and the same for {fault.clients - 1} more: {others}{more}"


def _table(rows: Sequence[Row]) -> Table:
    rooms = {row.room for row in rows}
    by_room = len(rows) <= _MOST_ROWS and len(rooms) > 1
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    if by_room:
        table.add_column("room", justify="right")
    table.add_column("audience", overflow="ellipsis", no_wrap=True, max_width=22)
    for name in ("clients", "messages", "p50", "p99", "max"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("result", no_wrap=True)
    for row in rows if by_room else _by_audience(rows):
        room = [str(row.room)] if by_room else []
        table.add_row(*room, *_cells(row))
    return table


def _by_audience(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield a row for each audience of all rooms; the owners together, where there are many."""
    names = {row.audience for row in rows}
    many = len(names) > _MOST_ROWS
    found: dict[str, Row] = {}
    for row in rows:
        name = "owners" if many and row.audience.startswith("user:") else row.audience
        named = Row(0, name, *_counts(row), row.latency)
        found[name] = found[name].with_(named) if name in found else named
    yield from found.values()


def _counts(row: Row) -> tuple[int, int, int, int]:
    return row.clients, row.wrong, row.expected, row.received


def _cells(row: Row) -> Iterator[RenderableType]:
    yield row.audience
    yield str(row.clients)
    yield f"{row.received}/{row.expected}" if row.received != row.expected else str(row.received)
    latency = percentiles(row.latency)
    times = (latency.p50, latency.p99, latency.max) if latency else ()
    yield from (_ms(time) for time in times) if times else ("", "", "")
    yield Text(f"{row.wrong} WRONG", "bold red") if row.wrong else Text("ok", "green")


def _speed(verdict: CrowdVerdict) -> Iterator[Text]:
    told = f"{verdict.rate:,.0f} deliveries/s, each checked byte by byte; "
    yield Text(f"rate      {told}everyone in after {verdict.connecting:.1f} s")
    for name, histogram in (("latency", verdict.latency), ("probes", verdict.probes)):
        if latency := percentiles(histogram):
            times = ", ".join(
                f"{share} {_ms(time)}"
                for share, time in (
                    ("p50", latency.p50),
                    ("p99", latency.p99),
                    ("max", latency.max),
                )
            )
            meant = "from the intended time" if name == "latency" else "read apart from the crowd"
            yield Text(f"{name:<9} {times}, {meant}")


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 100 else f"{value:.0f} ms"


def latencies(verdict: CrowdVerdict) -> dict[str, Histogram]:
    """Latencies by audience, over all rooms."""
    names = dict.fromkeys(row.audience for row in verdict.rows)
    return {
        name: together([row.latency for row in verdict.rows if row.audience == name])
        for name in names
    }
