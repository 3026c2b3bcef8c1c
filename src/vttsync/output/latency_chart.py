"""How long messages took: how many took how long, drawn as bars, or as text."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from vttsync.broadcast.judge.verdict import Latency, Spread
from vttsync.output.page import Markup, joined, tag

STYLE = """
.latency .bar { fill: var(--blue); }
.latency .grid { stroke: var(--line); stroke-width: 1; stroke-dasharray: 1 3; }
.latency .base { stroke: var(--soft); stroke-width: 1; }
.latency .limit { stroke: var(--warn); stroke-width: 1.5; stroke-dasharray: 4 3; }
.latency text.limit-name { fill: var(--warn); font-weight: 600; }
"""
_WIDTH, _HEIGHT = 1036, 230  # pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 14, 46, 26
_BARS = 60
_LINES = 5  # across, at most
_BEYOND_TOP = 1.05  # a little room above the highest
_NAME = 100  # pixels that a percentile's name takes
_MOST_ROWS = 12  # of text


def latency_text(spread: Spread, width: int, *, ascii_only: bool = False) -> Iterator[str]:
    """Draw a line for each range, with a bar of at most `width` characters.

    Where there are many ranges, two by two become one.
    """
    block, most_of = ("#", "<=") if ascii_only else ("█", "≤")
    while len(spread) > _MOST_ROWS:
        spread = tuple(_paired(spread))
    most = max((count for _, count in spread), default=0)
    if not most:
        return
    names = [f"{most_of} {bound:g} ms" if bound is not None else "longer" for bound, _ in spread]
    wide, digits = max(map(len, names)), len(str(most))
    for name, (_, count) in zip(names, spread, strict=True):
        bar = block * -(-count * width // most)
        yield f"{name:>{wide}}  {count:>{digits}}  {bar}".rstrip()


def _paired(spread: Spread) -> Iterator[tuple[float | None, int]]:
    # From the end, so that it is the fastest that may stay alone.
    odd = len(spread) % 2
    yield from spread[:odd]
    for (_, low), (bound, high) in zip(spread[odd::2], spread[odd + 1 :: 2], strict=True):
        yield bound, low + high


class _Scale:
    """Milliseconds across, each ten times the one before as far away; counts upwards."""

    def __init__(self, samples: Sequence[float]) -> None:
        low, high = max(1e-3, min(samples)), max(1e-3, *samples)
        ticks = [_tick(number) for number in range(_tick_below(low), 99)]
        self.ticks = ticks[: bisect_left(ticks, high * 1.0001) + 1]
        self._low, self._high = math.log(self.ticks[0]), math.log(self.ticks[-1])
        self.bins = [0] * _BARS
        for sample in samples:
            share = (math.log(max(1e-3, sample)) - self._low) / (self._high - self._low)
            self.bins[min(_BARS - 1, max(0, int(share * _BARS)))] += 1
        self.most = max(self.bins)

    def x(self, value: float) -> float:
        """Place a number of milliseconds."""
        share = (math.log(max(1e-3, value)) - self._low) / (self._high - self._low)
        return round(_LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT), 1)

    def edge(self, number: int) -> float:
        """Tell the milliseconds at which a bar begins."""
        return math.exp(self._low + (self._high - self._low) * number / _BARS)

    def y(self, count: float) -> float:
        """Place a count."""
        high = _HEIGHT - _BOTTOM - _TOP
        return round(_HEIGHT - _BOTTOM - high * count / (self.most * _BEYOND_TOP), 1)


def _tick(number: int) -> float:
    return float((1, 2, 5)[number % 3] * 10.0 ** (number // 3))


def _tick_below(value: float) -> int:
    number = 3 * math.floor(math.log10(value)) - 1
    while _tick(number + 1) <= value:
        number += 1
    return number


def latency_chart(seconds: Sequence[float], latency: Latency) -> Markup:
    """Draw how many samples took how long, and where half, and 99 of 100, are."""
    scale = _Scale([1000 * one for one in seconds])
    base = _HEIGHT - _BOTTOM
    return tag(
        "svg", *_grid(scale, base), *_bars(scale, base),
        tag("line", class_="base", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=base, y2=base),
        *(
            _limit(name, value, scale.x(value), base, number)
            for number, (name, value) in enumerate((("p50", latency.p50), ("p99", latency.p99)))
        ),
        class_="latency", role="img", viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        aria_label=f"How many messages took how long: half at most {latency.p50:.1f} ms, "
        f"99 of 100 at most {latency.p99:.1f} ms, the slowest {latency.max:.1f} ms",
    )  # fmt: skip


def _grid(scale: _Scale, base: float) -> Iterator[Markup]:
    for tick in scale.ticks:
        x = scale.x(tick)
        yield tag("line", class_="grid", x1=x, x2=x, y1=_TOP, y2=base)
        anchor = "end" if tick == scale.ticks[-1] else "middle"
        yield tag("text", f"{tick:g} ms", x=x, y=_HEIGHT - 8, text_anchor=anchor)
    step = _step(scale.most)
    for count in range(step, scale.most + 1, step):
        y = scale.y(count)
        yield tag("line", class_="grid", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y)
        yield tag("text", str(count), x=_LEFT - 6, y=y + 4, text_anchor="end")


def _step(most: int) -> int:
    """Choose a step that people count by, for a few lines up to `most`."""
    number = 0
    while most // int(_tick(number)) > _LINES:
        number += 1
    return int(_tick(number))


def _bars(scale: _Scale, base: float) -> Iterator[Markup]:
    for number, count in enumerate(scale.bins):
        if count:
            low, high = scale.edge(number), scale.edge(number + 1)
            x, y = scale.x(low), scale.y(count)
            title = tag("title", f"{low:.3g} to {high:.3g} ms: {count}")
            width = round(scale.x(high) - x - 1.5, 1)
            yield tag("rect", title, class_="bar", x=x + 0.75, y=y, width=width, height=base - y)


def _limit(name: str, value: float, x: float, base: float, number: int) -> Markup:
    """A line where a percentile is."""
    y = 14 + 16 * number
    left = x > _WIDTH - _NAME
    words = tag(
        "text", f"{name} {value:.1f} ms", class_="limit-name", x=x - 5 if left else x + 5, y=y,
        text_anchor="end" if left else None,
    )  # fmt: skip
    return joined([tag("line", class_="limit", x1=x, x2=x, y1=y - 10, y2=base), words])
