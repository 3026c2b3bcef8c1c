"""What a page asked for over the three phases, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from vttsync.polling.judge import Group, Outcome, Verdict
from vttsync.polling.naming import label
from vttsync.polling.seen import Phase, Place
from vttsync.polling.sources import where

_HELPER = "Let `pollWhenOffline(session, fn, ms)` of `vttsync-client` run it"
_NEXT = {
    Verdict.UNGATED: f"{_HELPER}, in the place of its timer: `vttsync help client`.",
    Verdict.THROTTLED: f"{_HELPER}: a slower poll is one all the same.",
    Verdict.INVERTED: f"Turn its condition round, or better: {_HELPER[0].lower()}{_HELPER[1:]}.",
    Verdict.NEVER_STOPPED: f"{_HELPER}: it stops when the session is live again.",
    Verdict.TWICE: "Show what the session has (`useSessionQuery`, `bridgeQuery`), in the place of "
    "asking: `vttsync help client`.",
}
NEVER_STARTS = (
    f"{_HELPER}: reconnects that fail don't delay it, and nothing has to look at it again."
)


class PollingView:
    """Each thing that polls, or must not be asked for, with how often, why and from where."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for group in shown(self._outcome):
            yield _heading(group, ascii_only=options.ascii_only)
            details = list(_details(group))
            # Into a pipe nothing is broken: a line there is one fact, as long as it is.
            yield from ([_folded(details)] if console.is_terminal else map(_line, details))
            yield Text()


def shown(outcome: Outcome) -> list[Group]:
    """What is worth telling: what fails, and what polls."""
    return [it for it in outcome.groups if it.fails or it.every]


def _heading(group: Group, *, ascii_only: bool) -> Text:
    bad, good = ("x", "+") if ascii_only else ("✗", "✓")
    neutral = "-" if ascii_only else "·"
    symbol = bad if group.fails else good if group.covered else neutral
    style = "bold red" if group.fails else "green" if group.covered else ""
    said = Text.assemble((symbol, style), f" {group.what.label}  ", (verdict_of(group), style))
    said.overflow = "fold"
    return said


def verdict_of(group: Group) -> str:
    """The verdict, and what makes it count less."""
    return group.verdict.value + ("" if group.covered else " (not covered)")


def _details(group: Group) -> Iterator[tuple[str, str]]:
    yield "asked", ", ".join(_often(group, phase) for phase in group.counts)
    if places := where(group):
        yield "from", origin(group, places)
    yield "why", group.why
    if group.fails:
        yield "next", _NEXT[group.verdict]


def _often(group: Group, phase: Phase) -> str:
    count, every = group.counts[phase], group.every.get(phase)
    return f"{phase.value} {count}" + (f" (every {_seconds(every)})" if every else "")


def origin(group: Group, places: tuple[Place, ...]) -> str:
    """Where it comes from, in words."""
    told = [place_of(place) for place in places]
    return (
        f"{group.cause.timer} at {told[0]}" + "".join(f", {it}" for it in told[1:])
        if group.cause.timer
        else ", ".join(told)
    )


def place_of(place: Place) -> str:
    """A function, and its line, without what a query would tell."""
    at = f"{label(place.url) if '://' in place.url else place.url}:{place.line}"
    return f"{place.function} ({at})" if place.function else at


def _seconds(every: float) -> str:
    return f"{every:.1f} s" if every >= 1 else f"{1000 * every:.0f} ms"


def _folded(details: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=7, justify="right", style="dim")
    table.add_column(overflow="fold")
    for name, told in details:
        table.add_row(name, Text(told))
    return table


def _line(detail: tuple[str, str]) -> Text:
    return Text.assemble((f"  {detail[0]:>5}  ", "dim"), detail[1])


def conclusion(outcome: Outcome) -> Iterator[tuple[bool, str]]:
    """What it comes to, sentence by sentence; with each, whether it needs somebody's attention."""
    if outcome.failing:
        count = len(outcome.failing)
        asks = "thing is asked for" if count == 1 else "things are asked for"
        yield True, f"{count} {asks} while live that realtime brings."
    else:
        yield False, "While live, nothing is asked for that realtime brings."
    if outcome.never_starts:
        cut = next(it for it in outcome.seen.windows if it.phase is Phase.CUT)
        yield (
            True,
            (
                f"The fallback never starts: nothing repeats in the {cut.seconds:.0f} s that the "
                f"room is out of reach. {NEVER_STARTS}"
            ),
        )
    elif outcome.fallback:
        slowest = max(it.every[Phase.CUT] for it in outcome.fallback)
        yield False, f"The fallback works: it asks every {_seconds(slowest)} while cut off."
    if not outcome.came_back:
        yield True, "Realtime didn't come back, though the room was in reach again."


def caveats(outcome: Outcome) -> Iterator[str]:
    """What was not shown."""
    if not outcome.covered:
        yield (
            "Nothing says what realtime brings, so every poll counts; --covered says it, or "
            "[audit] covered in vttsync.toml."
        )
    for pattern in outcome.unmatched:
        yield (
            f"`{pattern}` means nothing that was asked for; a running page shows addresses and "
            "functions, no query keys."
        )
    if not outcome.broadcasts:
        yield (
            "No broadcast came while live, so it isn't shown that none is asked for again: move "
            "a token meanwhile."
        )
    rarest = int(outcome.surely_seen)
    yield f"Polls rarer than every {rarest} s may not have been seen; see --watch."


def polling_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome for the envelope; times are in seconds."""
    start = outcome.seen.windows[0].start
    return {
        "passed": outcome.passed,
        "covered": list(outcome.covered),
        "fallback": "never starts" if outcome.never_starts else "works",
        "came_back": outcome.came_back,
        "broadcasts": outcome.broadcasts,
        "surely_seen_every": round(outcome.surely_seen, 1),
        "not_shown": list(caveats(outcome)),
        "phases": [
            {
                "phase": it.phase.value,
                "start": round(it.start - start, 3),
                "seconds": round(it.seconds, 3),
            }
            for it in outcome.seen.windows
        ],
        "groups": [_told(group, start) for group in outcome.groups],
    }


def _told(group: Group, start: float) -> dict[str, Any]:
    return {
        "asks": group.what.label,
        "verdict": group.verdict.value,
        "covered": group.covered,
        "fails": group.fails,
        "why": group.why,
        "fix": _NEXT.get(group.verdict) if group.fails else None,
        "counts": {phase.value: count for phase, count in group.counts.items()},
        "every": {phase.value: round(every, 3) for phase, every in group.every.items()},
        "timer": group.cause.timer or None,
        "from": [
            {"url": label(it.url), "line": it.line, "function": it.function} for it in where(group)
        ],
        "at": [round(it.at - start, 3) for it in group.asked],
    }
