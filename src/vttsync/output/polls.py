"""What an audit found, for people and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from vttsync.audit.finding import Finding, Report
from vttsync.audit.gates.judge import Verdict
from vttsync.audit.mending import mend

_STYLES = {
    Verdict.GATED: "green",
    Verdict.PROBABLY_GATED: "green",
    Verdict.THROTTLED: "yellow",
}


class PollsView:
    """Each poll with its place, its line of code, what it asks, the verdict and the next step.

    Args:
        report: what was found.
        prefix: what leads from the current folder to the audited one, such as `web/`.
    """

    def __init__(self, report: Report, prefix: str = "") -> None:
        self._report = report
        self._prefix = prefix

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for finding in self._report.findings:
            yield self._heading(finding, ascii_only=options.ascii_only)
            details = _details(finding, self._prefix)
            # Into a pipe nothing is broken: a line there is one fact, as long as it is.
            yield from (_folded(details) if console.is_terminal else map(_line, details))
            yield Text()

    def _heading(self, finding: Finding, *, ascii_only: bool) -> Text:
        symbol, plain = ("✗", "x") if finding.fails else ("·", "-")
        style = "bold red" if finding.fails else _STYLES.get(finding.verdict, "")
        return Text.assemble(
            (plain if ascii_only else symbol, style),
            f" {self._prefix}{finding.path}:{finding.line}  ",
            (verdict_of(finding), style),
        )


def verdict_of(finding: Finding) -> str:
    """The verdict, and what makes it count less."""
    notes = []
    if finding.likely:
        notes.append("a read only by its name")
    if finding.allowed:
        notes.append("allowed")
    elif finding.known:
        notes.append("in the baseline")
    elif not (finding.covered or finding.passes):
        notes.append("not covered")
    return finding.verdict.value + (f" ({', '.join(notes)})" if notes else "")


def _details(finding: Finding, prefix: str) -> Iterator[tuple[str, str]]:
    yield "", finding.excerpt
    every = f", every {finding.every}" if finding.every else ""
    yield "asks", f"{finding.what}{every} ({finding.form.value})"
    if finding.way:
        way = " > ".join(step.name for step in finding.way)
        yield "way", f"{way} ({prefix}{finding.request_path}:{finding.request_line})"
    yield "why", finding.allowed or finding.why
    if finding.open and mend(finding):
        yield "next", mend(finding)


def _folded(details: Iterable[tuple[str, str]]) -> Iterator[Table]:
    """The details in two columns; of the code, only what a line has room for."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=6, justify="right", style="dim")
    table.add_column(overflow="fold")
    for label, told in details:
        code = Text(told, "cyan", no_wrap=True, overflow="ellipsis")
        table.add_row(label, Text(told) if label else code)
    yield table


def _line(detail: tuple[str, str]) -> Text:
    label, told = detail
    return Text.assemble((f"  {label:>4}  ", "dim"), (told, "" if label else "cyan"))


def summary(report: Report) -> str:
    """How many there are of each verdict."""
    counts = Counter(finding.verdict for finding in report.findings)
    told = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict])
    total = len(report.findings)
    polls = f"{total} poll{'' if total == 1 else 's'}"
    files = f"{report.files} file{'' if report.files == 1 else 's'}"
    return f"{polls} in {files}" + (f": {told}" if told else "")


def polls_json(report: Report, prefix: str = "") -> dict[str, Any]:
    """The report for the envelope."""
    return {
        "files": report.files,
        "covered": list(report.covered),
        "failing": len(report.failing),
        "findings": [_told(finding, prefix) for finding in report.findings],
        "unread": [{"path": f"{prefix}{path}", "why": why} for path, why in report.unread],
    }


def _told(finding: Finding, prefix: str) -> dict[str, Any]:
    return {
        "path": f"{prefix}{finding.path}",
        "line": finding.line,
        "column": finding.column,
        "form": finding.form.value,
        "asks": finding.what,
        "every": finding.every or None,
        "way": [
            {"name": step.name, "path": f"{prefix}{step.path}", "line": step.line}
            for step in finding.way
        ],
        "request": {"path": f"{prefix}{finding.request_path}", "line": finding.request_line},
        "verdict": finding.verdict.value,
        "likely": finding.likely,
        "covered": finding.covered,
        "allowed": finding.allowed or None,
        "known": finding.known,
        "fails": finding.fails,
        "why": finding.why,
        "fix": mend(finding) or None,
        "excerpt": finding.excerpt,
    }
