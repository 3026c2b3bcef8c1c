"""Plain columns, for lists that people read and `grep`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text


def columns(rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> Table:
    """Lay `rows` out in columns, without a frame; those numbered in `right` end flush."""
    rows = list(rows)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    flush = set(right)
    for number in range(max(map(len, rows), default=0)):
        side: JustifyMethod = "right" if number in flush else "left"
        table.add_column(no_wrap=number == 0, justify=side, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
