"""One HTML page that needs nothing else: no network, no script; light and dark, and on paper.

What is text is escaped by `tag`; only what `tag` made is taken for markup.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

from vttsync.output.characters import visible
from vttsync.output.style import STYLE

_VOID = {"meta", "br", "hr"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Markup(str):
    """Markup, as opposed to text."""

    __slots__ = ()


Content = str | None
"""Text, or `Markup`; None is nothing."""


def tag(name: str, /, *content: Content, **attributes: str | float | None) -> Markup:
    """Write one element, of HTML or SVG.

    Args:
        name: the element's.
        content: what is in it; text is escaped.
        attributes: those that are None are left out. `class_` is `class`, and an underscore
            inside of a name is a hyphen.
    """
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{told}>")
    return Markup(f"<{name}{told}>{joined(content)}</{name}>")


def joined(content: Iterable[Content]) -> Markup:
    """Put text and markup in a row."""
    return Markup("".join(_escaped(part) for part in content if part is not None))


def _attribute(name: str, value: str | float | None) -> str:
    if value is None:
        return ""
    said = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f' {name.rstrip("_").replace("_", "-")}="{html.escape(visible(said))}"'


def _escaped(part: str) -> str:
    return part if isinstance(part, Markup) else html.escape(visible(part), quote=False)


def page(title: str, *body: Content, style: str = "") -> str:
    """Write a whole page; `style` is CSS of its own, behind what all pages have."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(f"{STYLE}{style}")),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', tag('main', *body)), lang='en')}\n"


def banner(title: str, verdict: str, told: Content, *, good: bool) -> Markup:
    """The head of a page: what it is about, how it ended, and that in a sentence."""
    return tag(
        "header",
        tag("p", title, class_="about"),
        tag("h1", badge(verdict, "ok" if good else "bad")),
        tag("p", told, class_="told"),
        class_="good" if good else "wrong",
    )


def badge(text: str, kind: str = "plain") -> Markup:
    """A word or two with a colour behind: of kind `ok`, `bad`, `warn` or `plain`."""
    return tag("span", text, class_=f"badge {kind}")


def section(title: str, *content: Content, note: Content = None) -> Markup:
    """A part of the page, with a heading and, below that, a note on how to read it."""
    said = tag("p", note, class_="note") if note else None
    return tag("section", tag("h2", title), said, *content)


def facts(pairs: Iterable[tuple[str, Content]]) -> Markup:
    """Names and values, side by side; those without a value are left out."""
    rows = [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs if value]
    return tag("dl", *rows, class_="facts")


def tiles(pairs: Iterable[tuple[str, Content]]) -> Markup:
    """Figures in large type, each with what it is below."""
    rows = [tag("div", tag("dd", value), tag("dt", name)) for name, value in pairs if value]
    return tag("dl", *rows, class_="tiles")


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Content]], *, numbers: Iterable[int] = ()
) -> Markup:
    """A table; where it is too wide, it can be moved sideways.

    Args:
        columns: their headings.
        rows: a cell for each column; the first names the row.
        numbers: the columns that hold figures, from 0.
    """
    right = set(numbers)

    def kind(column: int) -> str | None:
        return "number" if column in right else None

    heads = [tag("th", name, scope="col", class_=kind(at)) for at, name in enumerate(columns)]
    body = [tag("tr", *_cells(row, kind_of=[kind(at) for at in range(len(row))])) for row in rows]
    inner = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *body))
    return scrolling(inner, columns[0])


def _cells(row: Sequence[Content], kind_of: Sequence[str | None]) -> Iterator[Markup]:
    for at, cell in enumerate(row):
        if at == 0:
            yield tag("th", cell, scope="row", class_=kind_of[at])
        else:
            yield tag("td", cell, class_=kind_of[at])


def scrolling(content: Content, label: str) -> Markup:
    """What may be wider than the page; `label` says to a screen reader what it is."""
    return tag("div", content, class_="scroll", role="region", aria_label=label, tabindex="0")


def code(text: str) -> Markup:
    """Text as it came, line by line."""
    return tag("pre", tag("code", text))


def side_by_side(*columns: tuple[str, Content]) -> Markup:
    """Contents beside each other, each under its name; on a phone, one below the other."""
    return tag("div", *(tag("div", tag("h4", name), it) for name, it in columns), class_="sides")


def figure(content: Content, caption: Content = None) -> Markup:
    """A chart, with what it shows below."""
    below = tag("figcaption", caption) if caption else None
    return tag("figure", scrolling(content, "chart"), below)


def folded(summary: Content, *content: Content, opened: bool = False) -> Markup:
    """What is shown when somebody asks for it; on paper it always is."""
    # Without scripts, CSS can open it for print: see `style.py`.
    return tag("details", tag("summary", summary), *content, open="" if opened else None)
