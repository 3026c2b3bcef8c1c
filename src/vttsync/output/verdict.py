"""A broadcast verdict, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vttsync.broadcast.judge.verdict import ClientResult, Difference, Latency, Spread, Verdict
from vttsync.output.latency_chart import latency_text

_LONGEST = 12  # lines of a value that are shown
_WIDEST = 44  # characters of a bar
_INDENT = 10  # as far as `latency` is wide
_BESIDE = _INDENT + 20  # what stands before a bar
_WIDE = 76  # columns that the table of clients fills, with room for seconds in milliseconds


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict for the envelope; times in milliseconds."""
    told = asdict(verdict)
    del told["samples"]  # --hdr has them
    return {"passed": verdict.passed, **told}


def verdict_view(verdict: Verdict) -> RenderableType:
    """A row for each client, latency percentiles, and the first difference side by side."""
    parts: list[RenderableType] = [_Clients(verdict.clients), ""]
    if verdict.latency:
        parts.append(Text(f"latency   {_percentiles(verdict.latency)}, from publish to receipt"))
        parts += [_Histogram(verdict.spread), ""]
    if verdict.passed:
        parts.append(
            Text.assemble(
                ("verified", "bold green"),
                f"  {verdict.publishes} publishes; every client got exactly what it may see",
            )
        )
    else:
        parts.append(difference_view(verdict.differences[0]))
        parts.append(Text.assemble(("not verified", "bold red"), f"  {verdict.counted}."))
    return Group(*parts)


class _Clients:
    """A row for each client; in a narrow terminal, without its latencies."""

    def __init__(self, clients: Sequence[ClientResult]) -> None:
        self._clients = clients

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        narrow = options.max_width < _WIDE
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        table.add_column("client", no_wrap=True)
        for name in ("expected", "received", *(() if narrow else ("p50", "p99", "max"))):
            table.add_column(name, justify="right")
        table.add_column("result")
        for client in self._clients:
            table.add_row(*_cells(client, narrow=narrow))
        yield table


class _Histogram:
    """How many messages took how long, in characters."""

    def __init__(self, spread: Spread) -> None:
        self._spread = spread

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(1, min(_WIDEST, options.max_width - _BESIDE))
        for line in latency_text(self._spread, width, ascii_only=options.ascii_only):
            yield Padding(Text(line, no_wrap=True), (0, 0, 0, _INDENT), expand=False)


def _cells(client: ClientResult, *, narrow: bool) -> Iterator[RenderableType]:
    yield client.name
    yield str(client.expected)
    yield str(client.received)
    latency = client.latency
    if not narrow:
        yield from map(_ms, (latency.p50, latency.p99, latency.max)) if latency else ("",) * 3
    yield Text("ok", "green") if client.passed else Text("WRONG", "bold red")


def difference_view(difference: Difference) -> RenderableType:
    """What was expected beside what came, and what that probably means."""
    where = f"line {difference.line}, {difference.step}" if difference.line else difference.step
    sides = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    sides.add_column("expected", ratio=1, overflow="fold")
    sides.add_column("got", ratio=1, overflow="fold")
    sides.add_row(_value(difference.expected), _value(difference.got))
    return Group(
        Text.assemble(
            (difference.reason.value.upper(), "bold red"), f"  {difference.who}, {where}"
        ),
        Padding(sides, (0, 0, 0, 2)),
        Text(difference.means),
    )


def _value(value: Any) -> Text:  # noqa: ANN401  (any JSON)
    if value is None:
        return Text("nothing", "dim")
    lines = json.dumps(value, indent=1, ensure_ascii=False).splitlines()
    if len(lines) > _LONGEST:
        lines = [*lines[:_LONGEST], "…"]
    return Text("\n".join(lines))


def _percentiles(latency: Latency) -> str:
    return f"p50 {_ms(latency.p50)}, p99 {_ms(latency.p99)}, max {_ms(latency.max)}"


def _ms(value: float) -> str:
    return f"{value:.1f} ms"
