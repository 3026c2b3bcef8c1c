"""A plan, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import JsonValue
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from vttsync.deploy.plan.file import encoded
from vttsync.deploy.plan.model import Act, Change, Kind, Now, Plan

_MARKS = {
    Act.ADD: ("+", "green"),
    Act.CHANGE: ("~", "yellow"),
    Act.REMOVE: ("-", "red"),
}
_KINDS = max(len(kind) for kind in Kind)
_LONGEST_NAME = 24  # columns; a longer one is folded
_LONGEST_VALUE = 80  # characters of a value that are shown


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan for the envelope."""
    return {**encoded(plan), "differs": plan.differs, "migrates": plan.migrates}


def plan_view(plan: Plan) -> RenderableType:
    """What is live, a line for each change, and what is at risk."""
    parts: list[RenderableType] = [
        Text(plan.worker, "bold"),
        _heading(plan),
        *([_Changes(plan)] if plan.changes else []),
        Text(_summary(plan), "bold"),
        *_risks(plan),
    ]
    return Group(*parts)


def _heading(plan: Plan) -> Table:
    now = plan.now
    rows = [("live", _live(now) if now else "nothing: the Worker is new")]
    rows += [("said", f"“{now.message}”")] if now and now.message else []
    rows += [("code", f"{_size(plan.code.size)}, {_size(plan.code.gzipped)} gzipped")]
    table = Table.grid(padding=(0, 1))
    table.add_column(width=5, justify="right", style="dim")
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _live(now: Now) -> str:
    by = " by ".join(part for part in (now.source, now.author) if part)
    since = now.created_on[:16].replace("T", " ")
    return f"version {now.version_id}\nsince {since} UTC" + (f", from {by}" if by else "")


class _Changes:
    """A line for each change; what is noted stands below its values."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table.grid(padding=(0, 1))
        names = [len(it.name) for it in self._plan.changes]
        table.add_column(width=2, justify="right")
        table.add_column(width=_KINDS)
        table.add_column(width=min(_LONGEST_NAME, max(names)), overflow="fold")
        table.add_column(overflow="fold")
        arrow = "->" if options.ascii_only else "→"
        for change in self._plan.changes:
            mark, style = _MARKS[change.act]
            told = Text(_values(change, arrow))
            if change.note:
                told.append("\n" if told else "").append(
                    change.note, "yellow" if change in self._plan.drift else "dim"
                )
            table.add_row(Text(mark, style), change.kind.value, Text(change.name), told)
        yield table


def _values(change: Change, arrow: str) -> str:
    sides = [_value(it) for it in (change.before, change.after) if it is not None]
    return f" {arrow} ".join(sides)


def _value(value: JsonValue) -> str:
    shown = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _LONGEST_VALUE else f"{shown[: _LONGEST_VALUE - 1]}…"


def _summary(plan: Plan) -> str:
    if not plan.differs:
        return "No changes. (Of secrets, Cloudflare tells the names only.)"
    count = len(plan.changes)
    told = f"{count} change{'' if count == 1 else 's'}"
    mode = f"rooms that run take the new code {_MODES.get(plan.update_mode, plan.update_mode)}"
    return f"{told}; {mode}."


_MODES = {"immediate": "at once"}


def _risks(plan: Plan) -> Iterator[Text]:
    for name in plan.loses:
        yield Text(f"! the rooms of {name} would be gone, with all that they stored", "bold red")
    for host in plan.takes:
        yield Text(f"! {host} would be taken from another Worker", "bold red")
    if plan.drift:
        names = ", ".join(f"{it.kind.value} {it.name}" for it in plan.drift)
        yield Text(f"! edits by hand would be undone: {names}", "bold yellow")
    if plan.now and plan.migrates:
        yield Text("! no rollback leads back over a migration", "yellow")


def _size(count: int) -> str:
    return f"{count / 1000:.1f} kB"
