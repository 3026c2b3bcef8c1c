"""A verdict as one HTML page: what was wrong, when everybody got what, and how fast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vttsync import __version__
from vttsync.broadcast.judge.verdict import ClientResult, Difference, Verdict
from vttsync.broadcast.record import Record
from vttsync.broadcast.timeline import timeline
from vttsync.output import contrast, latency_chart, timeline_chart
from vttsync.output.contrast import differing
from vttsync.output.page import (
    Content,
    Markup,
    badge,
    banner,
    facts,
    figure,
    folded,
    page,
    section,
    table,
    tag,
    tiles,
)

_NAMED = 6  # clients in the headline
_MOST = 50  # differences that are told one by one
_OPEN = 3  # of them, whose contents are shown at once
_AROUND = 3  # lines of the script before and behind one
_STYLE = (
    timeline_chart.STYLE
    + latency_chart.STYLE
    + contrast.STYLE
    + """
.difference { border-top: 1px solid var(--line); padding: 12px 0; }
.difference:target { background: var(--warn-paper); }
.difference h3 { margin: 0 0 4px; }
.difference .where { color: var(--soft); margin: 0 0 4px; }
.script .here { color: var(--bad); font-weight: 600; }
"""
)


def broadcast_page(record: Record, verdict: Verdict) -> str:
    """Write the page on a record."""
    return page(
        f"{record.plan.title}: {_word(verdict)}",
        _banner(record, verdict),
        _warnings(verdict.warnings),
        _figures(verdict),
        _differences(record, verdict),
        _timeline(record, verdict),
        _latency(verdict),
        _clients(verdict.clients),
        _about(record, verdict),
        style=_STYLE,
    )


def _word(verdict: Verdict) -> str:
    return "verified" if verdict.passed else "not verified"


def _banner(record: Record, verdict: Verdict) -> Markup:
    told = f"{verdict.publishes} publishes; every client got exactly what it may see."
    if not verdict.passed:
        told = f"{verdict.counted[:1].upper()}{verdict.counted[1:]}."
        wrong = [client.name for client in verdict.clients if not client.passed]
        if wrong:
            told += f" Told wrong: {', '.join(wrong[:_NAMED])}"
            told += f" and {len(wrong) - _NAMED} more." if len(wrong) > _NAMED else "."
    title = f"Broadcast proof · {record.plan.title}"
    return banner(title, _word(verdict), told, good=verdict.passed)


def _warnings(warnings: Sequence[str]) -> Markup | None:
    if not warnings:
        return None
    return tag("section", *(tag("p", badge("warning", "warn"), " ", it) for it in warnings))


def _figures(verdict: Verdict) -> Markup:
    received = sum(client.received for client in verdict.clients)
    expected = sum(client.expected for client in verdict.clients)
    latency = verdict.latency
    told = [
        ("clients", str(len(verdict.clients))),
        ("publishes", str(verdict.publishes)),
        ("received", f"{received} / {expected}"),
        *((("p50", _ms(latency.p50)), ("p99", _ms(latency.p99))) if latency else ()),
        *((("slowest", _ms(latency.max)),) if latency else ()),
        *((("back after", _ms(verdict.reconnect)),) if verdict.reconnect is not None else ()),
    ]
    return tag("section", tiles(told))


def _ms(value: float) -> str:
    return f"{value:.1f} ms"


def _differences(record: Record, verdict: Verdict) -> Markup | None:
    if verdict.passed:
        return None
    lines = record.about.script.splitlines()
    shown = [
        _difference(number, it, lines) for number, it in enumerate(verdict.differences[:_MOST])
    ]
    more = len(verdict.differences) - _MOST
    rest = tag("p", f"and {more} more", class_="note") if more > 0 else None
    return section(
        "What was different",
        *shown,
        rest,
        note="The most telling first: it may explain the others.",
    )


def _difference(number: int, it: Difference, script: Sequence[str]) -> Markup:
    where = f"line {it.line}: {it.step}" if it.line else it.step
    parts: list[Content] = [differing(it.expected, it.got)]
    if it.line and it.line <= len(script):
        parts.append(folded(f"the script around line {it.line}", _script(script, it.line)))
    head = tag("h3", f"{number + 1}. ", badge(it.reason.value.upper(), "bad"), f" {it.who}")
    return tag(
        "div",
        head,
        tag("p", where, class_="where"),
        tag("p", it.means),
        *(parts if number < _OPEN else [folded("expected and got", *parts)]),
        class_="difference",
        id=f"difference-{number + 1}",
    )


def _script(lines: Sequence[str], line: int) -> Markup:
    first, last = max(1, line - _AROUND), min(len(lines), line + _AROUND)
    width = len(str(last))
    shown = [
        tag("span", f"{at:>{width}}  {lines[at - 1]}\n", class_="here" if at == line else None)
        for at in range(first, last + 1)
    ]
    return tag("pre", tag("code", *shown), class_="script")


def _timeline(record: Record, verdict: Verdict) -> Markup:
    drawn = timeline(record, verdict)
    chart = timeline_chart.timeline_chart(drawn)
    return section("Timeline", figure(chart), timeline_chart.legend(drawn))


def _latency(verdict: Verdict) -> Markup | None:
    if not verdict.samples or not verdict.latency:
        return None
    return section(
        "Latency",
        figure(latency_chart.latency_chart(verdict.samples, verdict.latency)),
        note="How many messages took how long, from when the script meant a publish to be sent "
        "until a client had it.",
    )


def _clients(clients: Sequence[ClientResult]) -> Markup:
    columns = ("client", "expected", "received", "p50, ms", "p99, ms", "max, ms", "result")
    rows = (tuple(_row(client)) for client in clients)
    return section("What each client got", table(columns, rows, numbers=range(1, 6)))


def _row(client: ClientResult) -> Iterator[Content]:
    yield client.name
    yield str(client.expected)
    yield str(client.received)
    latency = client.latency
    times = (latency.p50, latency.p99, latency.max) if latency else ()
    yield from (f"{value:.1f}" for value in times) if times else ("", "", "")
    yield badge("ok", "ok") if client.passed else badge("WRONG", "bad")


def _about(record: Record, verdict: Verdict) -> Markup:
    about = record.about
    return section(
        "About this proof",
        facts(
            [
                ("room", about.url),
                ("version", about.version),
                ("script", verdict.script),
                ("ended", f"{about.when:%Y-%m-%d %H:%M:%S} UTC"),
                ("judged by", f"vttsync {__version__}"),
            ]
        ),
    )
