"""How long messages took: how many took how long, drawn as bars, or as text."""

from __future__ import annotations

from collections.abc import Iterator

from vttsync.broadcast.judge.verdict import Latency, Spread
from vttsync.output.page import Markup, joined, tag

STYLE = """
.latency .bar { fill: var(--blue); }
.latency .base { stroke: var(--line); stroke-width: 1; }
.latency .limit { stroke: var(--warn); stroke-width: 1.5; stroke-dasharray: 4 3; }
.latency text.count { fill: var(--ink); }
.latency text.limit-name { fill: var(--warn); stroke: none; font-weight: 600; }
"""
_WIDTH, _HEIGHT, _TOP, _BOTTOM = 1060, 230, 40, 26  # pixels
_WIDEST = 120  # of a bar with its gap


def labels(spread: Spread) -> list[str]:
    """Name the bars: `≤ 5 ms`."""
    return [f"≤ {bound:g} ms" if bound is not None else "longer" for bound, _ in spread]


def latency_text(spread: Spread, width: int, *, block: str = "█") -> Iterator[str]:
    """Draw a line for each bar, as wide as the longest may be in characters."""
    most = max((count for _, count in spread), default=0)
    if not most:
        return
    names = labels(spread)
    wide, digits = max(map(len, names)), len(str(most))
    for name, (_, count) in zip(names, spread, strict=True):
        bar = block * -(-count * width // most)
        yield f"{name:>{wide}}  {count:>{digits}}  {bar}".rstrip()


def latency_chart(spread: Spread, latency: Latency) -> Markup:
    """Draw a bar for each range, and where half, and 99 of 100, are."""
    most = max(count for _, count in spread)
    gap = min(_WIDEST, _WIDTH / len(spread))
    base, high = _HEIGHT - _BOTTOM, _HEIGHT - _BOTTOM - _TOP
    width = round(gap * len(spread)) + 24
    bars = []
    for at, (name, (_, count)) in enumerate(zip(labels(spread), spread, strict=True)):
        tall = round(high * count / most, 1)
        middle = round(gap * (at + 0.5), 1)
        side = round(gap * 0.72, 1)
        bars += [
            tag("rect", tag("title", f"{name}: {count}"), class_="bar", x=middle - side / 2,
                y=base - tall, width=side, height=tall, rx=2),
            tag("text", str(count), class_="count", x=middle, y=base - tall - 6,
                text_anchor="middle"),
            tag("text", name, x=middle, y=_HEIGHT - 8, text_anchor="middle"),
        ]  # fmt: skip
    limits = [
        _limit(name, value, spread, gap, base, number)
        for number, (name, value) in enumerate((("p50", latency.p50), ("p99", latency.p99)))
    ]
    return tag(
        "svg", tag("line", class_="base", x1=0, x2=width, y1=base, y2=base), *bars, *limits,
        class_="latency", role="img", width=width, height=_HEIGHT,
        viewBox=f"0 0 {width} {_HEIGHT}",
        aria_label="How many messages took how long",
    )  # fmt: skip


def _limit(name: str, value: float, spread: Spread, gap: float, base: float, number: int) -> Markup:
    """A line where a percentile is, between the bounds of its bar."""
    at = next(
        (place for place, (bound, _) in enumerate(spread) if bound is None or value <= bound),
        len(spread) - 1,
    )
    bound, before = spread[at][0], spread[at - 1][0] if at else None
    low = before or 0.0
    inside = 0.5 if bound is None else (value - low) / (bound - low)
    x = round(gap * (at + min(max(inside, 0.0), 1.0)), 1)
    y = 12 + 14 * number
    words = tag("text", f"{name} {value:.1f} ms", class_="limit-name", x=x + 4, y=y)
    return joined([tag("line", class_="limit", x1=x, x2=x, y1=y - 8, y2=base), words])
