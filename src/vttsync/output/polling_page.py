"""The report of `verify-polling`: every request on a line of time, over the three phases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vttsync.output import page
from vttsync.output.page import Content, Markup, tag
from vttsync.output.polling import caveats, conclusion, origin, shown, verdict_of
from vttsync.polling.judge import Group, Outcome
from vttsync.polling.naming import label
from vttsync.polling.seen import Phase, Seen
from vttsync.polling.sources import where

_WIDE, _HIGH, _TOP = 1000, 34, 6  # SVG units
_MOST = 4000  # ticks; more would be a black bar, and a slow page
_STYLE = """
.line { width: 100%; height: auto; min-width: 520px; }
.line .live { fill: var(--ok-paper); } .line .cut { fill: var(--bad-paper); }
.line .between { fill: var(--desk); }
.line .asked { stroke: var(--ink); stroke-width: 2; } .line .failed { stroke: var(--warn); }
.line .told { stroke: var(--blue); stroke-width: 2; }
.group { padding: 10px 0 12px; border-top: 1px solid var(--line); break-inside: avoid; }
.group:first-of-type { border-top: 0; }
.group h3 { margin: 0 0 6px; display: flex; gap: 10px; flex-wrap: wrap; align-items: baseline; }
.group h3 code { font-size: 14px; font-weight: 600; }
.group dl { margin: 6px 0 0; }
.legend { display: flex; gap: 6px 18px; flex-wrap: wrap; color: var(--soft); font-size: 13px; }
.legend i { display: inline-block; width: 14px; height: 12px; border-radius: 2px; margin-right: 6px;
  vertical-align: -1px; }
"""
_LEGEND = (
    ("live", "var(--ok-paper)"), ("room out of reach", "var(--bad-paper)"),
    ("in between, not judged", "var(--desk)"), ("a request", "var(--ink)"),
    ("one that failed, or was given up", "var(--warn)"), ("a broadcast", "var(--blue)"),
)  # fmt: skip
_NAMES = {Phase.LIVE: "live", Phase.CUT: "room out of reach", Phase.BACK: "live again"}


def polling_page(outcome: Outcome, url: str, rooms: Sequence[str]) -> str:
    """The whole page, for a browser or for paper; no address's query is in it."""
    told = " ".join(sentence for _, sentence in conclusion(outcome))
    verdict = "Asks nothing while live" if outcome.passed else _wrong(outcome)
    return page.page(
        f"vttsync verify-polling: {label(url)}",
        page.banner(f"verify-polling, {label(url)}", verdict, told, good=outcome.passed),
        _figures(outcome, rooms),
        _polls(outcome),
        page.section("What was not shown", tag("ul", *(tag("li", it) for it in caveats(outcome)))),
        _others(outcome),
        style=_STYLE,
    )  # fmt: skip


def _wrong(outcome: Outcome) -> str:
    if outcome.failing:
        return "Asks while live"
    return "No fallback" if outcome.never_starts else "Not live again"


def _figures(outcome: Outcome, rooms: Sequence[str]) -> Markup:
    pairs = [("room", ", ".join(map(label, rooms)))]
    pairs.append(("realtime brings", ", ".join(outcome.covered) or "not said: every poll counts"))
    counts = [
        (f"requests, {_NAMES[it.phase]}", f"{len(it.of(outcome.seen.asked))} in {it.seconds:.0f} s")
        for it in outcome.seen.windows
    ]
    counts.append(("broadcasts while live", str(outcome.broadcasts)))
    return page.section("Watched", page.tiles(counts), tag("p"), page.facts(pairs))


def _polls(outcome: Outcome) -> Markup | None:
    groups = [_group(it, outcome.seen) for it in shown(outcome)]
    told = _broadcasts(outcome)
    return page.section("What polls", _legend(), told, *groups) if groups or told else None


def _legend() -> Markup:
    items = (tag("span", tag("i", style=f"background: {colour}"), name) for name, colour in _LEGEND)
    return tag("p", *items, class_="legend")


def _broadcasts(outcome: Outcome) -> Markup | None:
    deltas = [it.at for it in outcome.seen.told if it.delta]
    if not deltas:
        return None
    line = _timeline(outcome.seen, "broadcasts", [(at, "told") for at in deltas])
    return tag("div", tag("h3", "broadcasts of the room"), line, class_="group")


def _group(group: Group, seen: Seen) -> Markup:
    kind = "bad" if group.fails else "ok" if group.covered else "plain"
    heading = tag("h3", tag("code", group.what.label), page.badge(verdict_of(group), kind))
    marks = [(it.at, "failed" if it.failed else "asked") for it in group.asked]
    line = _timeline(seen, f"requests: {group.what.label}", marks)
    return tag("div", heading, line, page.facts(_facts(group)), class_="group")


def _facts(group: Group) -> Iterator[tuple[str, Content]]:
    yield "why", group.why
    places = where(group)
    yield "from", tag("code", origin(group, places)) if places else None
    yield (
        "asked",
        ", ".join(
            f"{_NAMES[phase]}: {count}"
            + (f" (every {group.every[phase]:.1f} s)" if phase in group.every else "")
            for phase, count in group.counts.items()
        ),
    )


def _timeline(seen: Seen, title: str, marks: Sequence[tuple[float, str]]) -> Markup:
    """Time from left to right, a stroke for each mark."""
    start, end = seen.windows[0].start, seen.windows[-1].end
    scale = _WIDE / max(end - start, 1e-9)

    def x(at: float) -> float:
        return round((at - start) * scale, 1)

    bands = [
        tag("rect", x=x(it.start), y=_TOP, width=x(it.end) - x(it.start), height=_HIGH,
            class_="cut" if it.phase is Phase.CUT else "live")
        for it in seen.windows
    ]  # fmt: skip
    strokes = [
        tag("line", x1=x(at), x2=x(at), y1=_TOP + 5, y2=_TOP + _HIGH - 5, class_=kind)
        for at, kind in marks[:_MOST]
        if start <= at <= end
    ]
    between = tag("rect", x=0, y=_TOP, width=_WIDE, height=_HIGH, class_="between")
    drawn = tag(
        "svg", tag("title", title), between, *bands, *strokes, *_axis(end - start, scale),
        viewBox=f"0 0 {_WIDE} {_TOP + _HIGH + 18}", class_="line", role="img",
    )  # fmt: skip
    return page.figure(drawn)


def _axis(seconds: float, scale: float) -> Iterator[Markup]:
    step = next((it for it in (1, 2, 5, 10, 20, 30, 60, 120) if seconds / it <= 12), 300)
    for second in range(0, int(seconds) + 1, step):
        anchor = "start" if second == 0 else "middle"
        at = round(second * scale, 1)
        if at <= _WIDE - 20:
            yield tag("text", f"{second} s", x=at, y=_TOP + _HIGH + 14, text_anchor=anchor)


def _others(outcome: Outcome) -> Markup | None:
    """What was asked for besides, and why it doesn't count."""
    told = shown(outcome)
    rows = [
        (tag("code", it.what.label), *(str(it.counts.get(phase, "")) for phase in Phase), it.why)
        for it in outcome.groups
        if it not in told and any(it.counts.values())
    ]
    if not rows:
        return None
    names = ("request", *(_NAMES[phase] for phase in Phase), "")
    return page.section("Asked besides", page.table(names, rows, numbers=(1, 2, 3)))
