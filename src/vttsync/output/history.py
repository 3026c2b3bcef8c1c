"""What was deployed, as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from vttsync.deploy.operate.history import Entry

_SHORT = 8  # characters of a version's id
_COMMIT = 7
_COLUMNS = ("", "version", "when (UTC)", "commit", "why", "proof", "who")


class HistoryView:
    """A line for each deployment, newest first; the live one is marked."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = tuple(entries)

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table.grid(padding=(0, 2, 0, 0))
        for name in _COLUMNS:
            # Only what may be wrapped is made narrower, and there a long word is cut.
            table.add_column(no_wrap=name != "who", overflow="ellipsis")
        table.add_row(*(Text(name, "dim") for name in _COLUMNS))
        for it in self._entries:
            table.add_row(*_row(it, ascii_only=options.ascii_only))
        yield table


def _row(it: Entry, *, ascii_only: bool) -> tuple[Text, ...]:
    mark = ("*" if ascii_only else "●") if it.live else ""
    style = "" if it.live else "dim"
    commit, _, changes = it.commit.partition("+")
    return (
        Text(mark, "green"),
        Text(it.version_id[:_SHORT], "bold" if it.live else ""),
        Text(it.at[:16].replace("T", " "), style),
        Text(f"{commit[:_COMMIT]}{'+' if changes else ''}", style),
        Text(it.why, style),
        _verdict(it),
        Text(it.who, style),
    )


def _verdict(it: Entry) -> Text:
    if it.proof is None:
        return Text("")
    return Text("passed", "green") if it.proof.passed else Text("failed", "red")
