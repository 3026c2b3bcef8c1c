"""What a command tells on the page of a GitHub Actions job, as Markdown."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vttsync.errors import Exit, Place, VttsyncError
from vttsync.output.latency_chart import latency_text

if TYPE_CHECKING:
    from vttsync.output.github import Done

_LONGEST = 2000  # characters of a cell; GitHub takes 1 MiB for all of a step
_WIDEST = 30  # characters of a bar
_SPECIAL = str.maketrans({char: f"&#{ord(char)};" for char in "|`*_[]~\\#"} | {"\n": "<br>"})


@dataclass(frozen=True)
class Told:
    """How a command ended.

    Attributes:
        result: what the envelope has, as `verdict_json` and `survival_json` write it.
    """

    command: str
    code: Exit
    result: Mapping[str, Any]
    error: VttsyncError | None
    stages: tuple[Done, ...]

    @property
    def is_worth_it(self) -> bool:
        """Whether there is more to tell than that it is done."""
        return bool(self.stages) or self.code is not Exit.DONE

    @property
    def broadcasts(self) -> list[Mapping[str, Any]]:
        """Every verdict on a replay: that of verify-broadcast, those of a deploy."""
        if "differences" in self.result and "clients" in self.result:
            return [self.result]
        found: list[Mapping[str, Any]] = self.result.get("broadcasts") or []
        return found


def summary(told: Told) -> str:
    """Write the section of one command."""
    sections = [
        _heading(told),
        _table(("", ""), _facts(told)),
        *map(_broadcast, told.broadcasts),
        _survival(told.result.get("survival")),
        _table(("stage", "seconds", ""), _stages(told.stages)),
    ]
    return "\n".join(section for section in sections if section) + "\n"


def difference(told: Told) -> tuple[str, Place | None] | None:
    """The first thing that a client was not told right, and the line of the script it is in."""
    bad = next((it for it in told.broadcasts if it["differences"]), None)
    if bad is None:
        return None
    first = bad["differences"][0]
    what = f"{first['reason']}: {first['who']}, {first['step']}. {first['means']}"
    script = bad.get("script")
    place = Place(Path(script), first["line"], what) if script and first["line"] else None
    return what, place


def _heading(told: Told) -> str:
    mark = "✅" if told.code is Exit.DONE else "❌"
    return f"### {mark} vttsync {_cell(told.command)}\n"


def _facts(told: Told) -> Iterator[tuple[str, str]]:
    if told.error:
        labels = ("what", told.error.what), ("why", told.error.why), ("next", told.error.fix)
        yield from ((label, _cell(text)) for label, text in labels if text)
    for name, key in (("url", "url"), ("version", "version_id"), ("version", "version")):
        if isinstance(value := told.result.get(key), str) and value:
            yield name, html.escape(value)
    if isinstance(verdict := told.result.get("verdict"), str):
        yield "verdict", f"**{_cell(verdict)}**"
    if told.code is not Exit.DONE:
        yield "exit code", str(int(told.code))


def _stages(stages: Iterable[Done]) -> Iterator[tuple[str, str, str]]:
    for stage in stages:
        failed = "" if stage.passed else "**failed** "
        yield _cell(stage.name), f"{stage.seconds:.1f}", failed + _cell(stage.detail)


def _broadcast(verdict: Mapping[str, Any]) -> str:
    rows = [
        (
            _cell(client["name"]),
            str(client["expected"]),
            str(client["received"]),
            *_times(client["latency"]),
            "ok" if client["passed"] else "**WRONG**",
        )
        for client in verdict["clients"]
    ]
    names = ("client", "expected", "received", "p50, ms", "p99, ms", "max, ms", "")
    parts = ["#### What each client got\n", _table(names, rows)]
    for first in verdict["differences"][:1]:
        told = f"{first['reason']}: {first['who']}, {first['step']}. {first['means']}"
        parts.append(f"First difference: {_cell(told)}\n")
    return "\n".join([*parts, _picture(verdict)])


def _times(latency: Mapping[str, float] | None) -> tuple[str, str, str]:
    if not latency:
        return "", "", ""
    return f"{latency['p50']:.1f}", f"{latency['p99']:.1f}", f"{latency['max']:.1f}"


def _picture(verdict: Mapping[str, Any]) -> str:
    """How long messages took, as bars of text."""
    lines = list(latency_text(verdict.get("spread") or (), _WIDEST))
    if not lines:
        return ""
    return "\n".join(["From publish to receipt:\n", "```text", *lines, "```\n"])


def _survival(survival: Mapping[str, Any] | None) -> str:
    if not survival:
        return ""
    rows = [
        (
            _cell(client["name"]),
            str(client["drops"]),
            f"{max(client['away']):.1f}" if client["away"] else "",
            str(len(client["missing"])),
            str(len(client["repeated"])),
            "ok" if client["passed"] else "**WRONG**",
        )
        for client in survival["clients"]
    ]
    names = ("client", "dropped", "back after, s", "missing", "twice", "")
    problems = [f"- {_cell(it['who'])}: {_cell(it['what'])}" for it in survival["problems"][:8]]
    return "\n".join(
        [
            "#### Who stayed connected through the deploy\n",
            _table(names, rows),
            *problems,
            _cell(survival["summary"]) + "\n",
        ]
    )


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [" | ".join(row) for row in rows]
    if not lines:
        return ""
    head = [" | ".join(names), " | ".join("---" for _ in names)]
    return "".join(f"| {line} |\n" for line in [*head, *lines])


def _cell(text: str) -> str:
    """`text` as it is, whatever Markdown or HTML it would be."""
    return html.escape(text[:_LONGEST], quote=False).translate(_SPECIAL)
