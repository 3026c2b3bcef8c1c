"""Pages are whole by themselves, and text stays text, whoever wrote it."""

from __future__ import annotations

from html.parser import HTMLParser

from vttsync.output.characters import visible
from vttsync.output.page import Markup, badge, code, facts, page, side_by_side, table, tag

HOSTILE = "</style><script>alert(1)</script>\"' onload=x \x1b[31m\x00\u202eabc\ud800"
_VOID = {"meta", "br", "hr"}


class Reader(HTMLParser):
    """Reads a page strictly: every element that begins ends."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if "style" not in self.open else ""


def test_text_stays_text() -> None:
    written = page(
        HOSTILE,
        HOSTILE,
        tag("p", HOSTILE, title=HOSTILE, class_=None),
        badge(HOSTILE),
        side_by_side((HOSTILE, code(HOSTILE))),
        facts([(HOSTILE, HOSTILE), ("left out", None)]),
        table(["a", HOSTILE], [[HOSTILE, HOSTILE]], numbers=[1]),
    )
    read = Reader(written)
    assert "script" not in {name for name, _ in read.seen}
    assert all("onload" not in attributes for _, attributes in read.seen)
    assert read.text.count("<script>alert(1)</script>") == 11
    assert "left out" not in written
    assert written.encode()  # no half of a surrogate pair
    assert visible(written) == written


def test_a_page_asks_nobody_for_anything() -> None:
    written = page("A proof", tag("p", "Hello"))
    assert "default-src" in written
    for word in ("http:", "https:", "url(", "@import", "src=", "<link", "<script"):
        assert word not in written


def test_markup_is_not_escaped_twice() -> None:
    assert tag("b", tag("i", "a & b"), None, "<") == "<b><i>a &amp; b</i>&lt;</b>"
    assert tag("rect", stroke_width=1.5, viewBox="0 0 1 1") == (
        '<rect stroke-width="1.5" viewBox="0 0 1 1"></rect>'
    )
    assert isinstance(tag("br"), Markup)


def test_what_steers_a_terminal_or_turns_text_around_is_seen() -> None:
    assert visible("a\x1b[2J\x9b\u202eb\ud800\ufffe\tc\nd") == (
        "a\\x1b[2J\\x9b\\u202eb\\ud800\\ufffe\tc\nd"
    )
