"""The timeline of a replay: a lane for the app server, and one for each client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vttsync.broadcast.timeline import Lane, Mark, Timeline
from vttsync.output.page import Markup, joined, tag

STYLE = """
.timeline .rail { stroke: var(--line); stroke-width: 1; }
.timeline .here { fill: var(--blue-paper); }
.timeline .lag { fill: var(--warn-paper); stroke: var(--warn); stroke-width: .75; }
.timeline .away { stroke: var(--warn); stroke-width: 1.5; stroke-dasharray: 3 3; }
.timeline .frames { stroke: var(--blue); stroke-width: 1.2; fill: none; }
.timeline .sent { stroke: var(--soft); stroke-width: 1.6; }
.timeline .sent:hover { stroke: var(--ink); }
.timeline .mark { fill: var(--bad); stroke: var(--paper); stroke-width: 1; }
.timeline .ended { stroke: var(--bad); stroke-width: 2; }
.timeline text.wrong { fill: var(--bad); font-weight: 600; }
.timeline .grid { stroke: var(--line); stroke-width: 1; stroke-dasharray: 1 3; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 8px 0 0;
  list-style: none; color: var(--soft); font-size: 13.5px; }
.legend li { display: flex; align-items: center; gap: 6px; }
"""
_WIDTH, _NAMES, _RIGHT = 1036, 132, 14  # pixels
_TOP, _LANE, _BAR = 24, 22, 14
_THIN = 15  # a lane, where there are more than so many clients
_MANY = 40
_LONGEST_NAME = 18
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)


class _Chart:
    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._span = max(timeline.seconds, 1e-3)
        self._lane = _LANE if len(timeline.lanes) <= _MANY else _THIN
        self._bar = self._lane - (_LANE - _BAR if self._lane == _LANE else 5)
        self._height = _TOP + self._lane * (len(timeline.lanes) + 1) + 6

    def draw(self) -> Markup:
        lanes = [self._server(), *map(self._client, range(len(self._timeline.lanes)))]
        return tag(
            "svg", self._grid(), *lanes,
            class_="timeline", role="img",
            viewBox=f"0 0 {_WIDTH} {self._height}",
            aria_label="When each client was connected, and when its messages came",
        )  # fmt: skip

    def _x(self, at: float) -> float:
        inside = min(max(at / self._span, 0.0), 1.0)
        return round(_NAMES + inside * (_WIDTH - _NAMES - _RIGHT), 1)

    def _grid(self) -> Markup:
        step = next((it for it in _STEPS if self._span / it <= 11), self._span / 10)
        lines = []
        for number in range(int(self._span / step) + 1):
            x = self._x(number * step)
            lines.append(tag("line", class_="grid", x1=x, x2=x, y1=_TOP - 4, y2=self._height))
            anchor = "end" if x > _WIDTH - 40 else "middle"
            lines.append(tag("text", f"{number * step:g} s", x=x, y=12, text_anchor=anchor))
        return joined(lines)

    def _server(self) -> Markup:
        top = _TOP
        sent = [
            tag(
                "line", tag("title", f"{it.at:.3f} s: {it.label}{_line(it.line)}"), class_="sent",
                x1=self._x(it.at), x2=self._x(it.at), y1=top, y2=top + self._bar,
            )
            for it in self._timeline.sent
        ]  # fmt: skip
        marks = self._marks(self._timeline.marks, top)
        return tag("g", self._name("app server", top, wrong=bool(marks)), *sent, *marks)

    def _client(self, number: int) -> Markup:
        lane, top = self._timeline.lanes[number], _TOP + self._lane * (number + 1)
        middle = top + self._bar / 2
        rail = tag("line", class_="rail", x1=_NAMES, x2=_WIDTH - _RIGHT, y1=middle, y2=middle)
        ended = [] if lane.ended is None else [self._upright("ended", lane.ended, top)]
        return tag(
            "g",
            self._name(lane.name, top, wrong=not lane.passed),
            rail,
            *(self._box("here", since, until, top) for since, until in lane.here),
            *self._away(lane, middle),
            *(self._box("lag", since, until, top) for since, until in lane.lags),
            self._frames(lane.frames, top),
            *ended,
            *self._marks(lane.marks, top),
        )

    def _name(self, name: str, top: float, *, wrong: bool) -> Markup:
        short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        return tag("text", short, x=0, y=top + self._bar - 3, class_="wrong" if wrong else None)

    def _box(self, kind: str, since: float, until: float, top: float) -> Markup:
        left = self._x(since)
        width = max(1.0, round(self._x(until) - left, 1))
        return tag("rect", class_=kind, x=left, y=top, width=width, height=self._bar, rx=2)

    def _away(self, lane: Lane, middle: float) -> Iterator[Markup]:
        for (_, left), (back, _) in zip(lane.here, lane.here[1:], strict=False):
            title = tag("title", f"{lane.name} was away for {back - left:.2f} s")
            x1, x2 = self._x(left), self._x(back)
            yield tag("line", title, class_="away", x1=x1, x2=x2, y1=middle, y2=middle)

    def _frames(self, frames: Iterable[float], top: float) -> Markup | None:
        # As one path, and no two strokes at the same pixel: a hundred clients stay small.
        places = sorted({round(self._x(at)) for at in frames})
        if not places:
            return None
        strokes: list[str] = []
        last = 0
        for x in places:
            strokes.append(f"M{x} {top + 2}" if not strokes else f"m{x - last}-{self._bar - 4}")
            strokes.append(f"v{self._bar - 4}")
            last = x
        return tag("path", class_="frames", d="".join(strokes))

    def _upright(self, kind: str, at: float, top: float) -> Markup:
        x = self._x(at)
        return tag("line", class_=kind, x1=x, x2=x, y1=top - 1, y2=top + self._bar + 1)

    def _marks(self, marks: Iterable[Mark], top: float) -> list[Markup]:
        first: dict[float, Mark] = {}
        for mark in marks:
            first.setdefault(round(self._x(mark.at)), mark)
        half, low = self._bar / 2 - 1, top + self._bar / 2
        return [
            tag(
                "a",
                tag("title", f"difference {mark.difference + 1}, at {mark.at:.3f} s"),
                tag("path", class_="mark", d=f"M{x} {low - half:g}l{half:g} {half:g}"
                    f"l-{half:g} {half:g}l-{half:g}-{half:g}z"),
                href=f"#difference-{mark.difference + 1}",
            )
            for x, mark in first.items()
        ]  # fmt: skip


def _line(line: int) -> str:
    return f" (line {line})" if line else ""


def timeline_chart(timeline: Timeline) -> Markup:
    """Draw the timeline."""
    return _Chart(timeline).draw()


def legend(timeline: Timeline) -> Markup:
    """Say what the signs in a timeline mean, those that are in it."""
    lanes = timeline.lanes
    x = {"x1": 5.0, "x2": 5.0, "y1": 1.0, "y2": 13.0}
    flat = {"x1": 0.0, "x2": 22.0, "y1": 7.0, "y2": 7.0}
    signs = (
        (tag("line", class_="sent", **x), "a publish", True),
        (tag("rect", class_="here", width=22, height=14, rx=2), "connected", True),
        (joined([tag("rect", class_="here", width=22, height=14), tag("path", class_="frames",
            d="M5 2v10m5-10v10m6-10v10")]), "a message came", True),
        (tag("line", class_="away", **flat), "away", any(len(lane.here) > 1 for lane in lanes)),
        (tag("rect", class_="lag", x=1, y=1, width=20, height=12, rx=2), "reads nothing, as asked",
            any(lane.lags for lane in lanes)),
        (tag("line", class_="ended", **x), "the room closed the connection",
            any(lane.ended is not None for lane in lanes)),
        (tag("path", class_="mark", d="M11 1l6 6l-6 6l-6-6z"), "a difference",
            bool(timeline.marks) or any(lane.marks for lane in lanes)),
    )  # fmt: skip
    return tag(
        "ul",
        *(
            tag("li", tag("svg", sign, class_="timeline", width=22, height=14, aria_hidden="true"),
                tag("span", text))
            for sign, text, there in signs
            if there
        ),
        class_="legend",
    )  # fmt: skip
