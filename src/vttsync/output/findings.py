"""What checks found, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from vttsync.findings import Finding, Result

_MARKS = {
    Result.OK: ("✓", "+", "green"),
    Result.WARNING: ("!", "!", "yellow"),
    Result.FAILED: ("✗", "x", "bold red"),
    Result.SKIPPED: ("·", "-", "dim"),
}
_LONGEST_NAME = 18  # columns; a longer one (a domain's) is folded


def findings_json(env: str | None, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings for the envelope; `env` is None for those about the machine and the project."""
    return [
        {
            "env": env,
            "check": it.check,
            "result": it.result.value,
            "what": it.what,
            "why": it.why,
            "fix": it.fix,
            "exit_code": int(it.exit_code),
        }
        for it in findings
    ]


class FindingsView:
    """A heading and a line for each finding; below what is wrong, why and the next step."""

    def __init__(self, sections: Mapping[str, Iterable[Finding]]) -> None:
        self._sections = {name: tuple(findings) for name, findings in sections.items()}

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        names = [it.check for found in self._sections.values() for it in found]
        width = min(_LONGEST_NAME, max(map(len, names), default=0))
        for name, found in self._sections.items():
            yield Text(name, "bold")
            table = Table.grid(padding=(0, 1))
            table.add_column(width=2, justify="right")
            table.add_column(width=width, overflow="fold")
            table.add_column(overflow="fold")
            for it in found:
                table.add_row(*_row(it, ascii_only=options.ascii_only))
            yield table


def _row(it: Finding, *, ascii_only: bool) -> tuple[RenderableType, ...]:
    symbol, plain, style = _MARKS[it.result]
    told = Text(it.what, "dim" if it.result is Result.SKIPPED else "")
    for label, sentence in (("why", it.why), ("next", it.fix)):
        if sentence:
            told.append(f"\n{label}: ", "dim").append(sentence)
    return Text(plain if ascii_only else symbol, style), Text(it.check), told
