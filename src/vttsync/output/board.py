"""A replay while it runs: a row for each client, how much comes, and how fast so far."""

from __future__ import annotations

from collections.abc import Callable

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vttsync.broadcast.replay.glimpse import Now, Standing

_BESIDE = 5  # lines of a terminal that are for other things
_NARROW = 50  # columns; below, there is no room for the state


class Board:
    """What `look` tells, as rows for a terminal, or in a line for a log."""

    def __init__(self, look: Callable[[], Standing]) -> None:
        self._look = look

    def __str__(self) -> str:
        return _told(self._look())

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        standing = self._look()
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=False)
        narrow = options.max_width < _NARROW
        for number in range(3 if narrow else 4):
            table.add_column(justify="right" if number > 1 - narrow else "left", no_wrap=True)
        rows = max(1, console.size.height - _BESIDE)
        for client in _worth_a_row(standing.clients, rows):
            table.add_row(*_cells(client, narrow=narrow))
        hidden = len(standing.clients) - rows
        yield Padding(Text(_told(standing), "dim"), (0, 0, 0, 2))
        yield Padding(table, (0, 0, 0, 2))
        if hidden > 0:
            yield Padding(Text(f"and {hidden} more", "dim"), (0, 0, 0, 2))


def _worth_a_row(clients: tuple[Now, ...], rows: int) -> list[Now]:
    """Choose those who fit; who is not well comes before others."""
    if len(clients) <= rows:
        return list(clients)
    chosen = {id(it) for it in sorted(clients, key=lambda it: it.well)[:rows]}
    return [it for it in clients if id(it) in chosen]


def _cells(client: Now, *, narrow: bool) -> list[Text]:
    state = Text(client.state, "green" if client.state == "connected" else "yellow")
    if not client.well:
        state.stylize("bold red")
    latency = "" if client.latency is None else f"max {client.latency:.1f} ms"
    name = Text(client.name, "" if client.well else "bold red")
    cells = [name, state, Text(f"{client.messages} messages"), Text(latency, "dim")]
    return [cells[0], *cells[2:]] if narrow else cells


def _told(standing: Standing) -> str:
    count = len(standing.clients)
    told = [f"{count} client{'s' if count != 1 else ''}", f"{standing.rate:.0f} messages/s"]
    if standing.p50 is not None and standing.p99 is not None:
        told.append(f"so far p50 {standing.p50:.1f} ms, p99 {standing.p99:.1f} ms")
    return ", ".join(told)
