"""What became of the clients that stayed through a deploy, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from vttsync.broadcast.survival.survival import Problem, Stay, Survival

_MOST = 8  # problems that are told one by one


def survival_json(survival: Survival) -> dict[str, Any]:
    """The survival for the envelope; times in seconds."""
    return {"passed": survival.passed, "summary": survival.summary, **asdict(survival)}


def survival_view(survival: Survival) -> RenderableType:
    """A row for each client, and what was wrong, one line each."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("stayed connected", no_wrap=True)
    for name in ("dropped", "back after", "missing", "twice"):
        table.add_column(name, justify="right")
    table.add_column("result")
    for stay in survival.clients:
        table.add_row(*_cells(stay))
    parts: list[RenderableType] = [table, ""]
    parts += map(_line, survival.problems[:_MOST])
    if len(survival.problems) > _MOST:
        parts.append(Text(f"and {len(survival.problems) - _MOST} more"))
    verdict = ("survived", "bold green") if survival.passed else ("not survived", "bold red")
    parts.append(Text.assemble(verdict, f"  {survival.summary}"))
    return Group(*parts)


def _cells(stay: Stay) -> Iterator[RenderableType]:
    yield stay.name
    yield f"{stay.drops}x" if stay.drops else "never"
    yield f"{max(stay.away):.1f} s" if stay.away else ""
    yield str(len(stay.missing))
    yield str(len(stay.repeated))
    yield Text("ok", "green") if stay.passed else Text("WRONG", "bold red")


def _line(problem: Problem) -> Text:
    name = problem.fault.value.replace("_", " ").upper()
    return Text.assemble((name, "bold red"), f"  {problem.who}: {problem.what}")
