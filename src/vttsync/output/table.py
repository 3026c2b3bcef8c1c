"""Plain columns, for lists that people read and `grep`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence


def columns(rows: Iterable[Sequence[str]], *, right: Collection[int] = ()) -> str:
    """Lay `rows` out in columns; those whose numbers (from 0) are in `right` end flush."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return "\n".join(lines)
