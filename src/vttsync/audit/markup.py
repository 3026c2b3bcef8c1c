"""Pages: the scripts in them, and the polls that are written as attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PAGES = frozenset(
    {".html", ".htm", ".vue", ".svelte", ".astro", ".php", ".jinja", ".j2", ".jinja2"}
)
PAGES |= {
    ".twig",
    ".erb",
    ".ejs",
    ".hbs",
    ".njk",
    ".liquid",
    ".cshtml",
    ".blade.php",
    ".mustache",
    ".xhtml",
}
PAGES |= {
    ".heex",
    ".leex",
    ".eex",
    ".tmpl",
    ".gohtml",
    ".templ",
    ".pug",
    ".razor",
    ".haml",
    ".slim",
}
_SCRIPT = re.compile(rb"<script\b(?P<about>[^>]*)>(?P<code>.*?)(?:</script\s*>|\Z)", re.S | re.I)
_NOT_CODE = re.compile(
    rb"type\s*=\s*['\"]?(?:application/(?:ld\+)?json|text/(?:template|html|x-)|importmap)", re.I
)
_FRONT = re.compile(rb"\A---\r?\n(?P<code>.*?)\r?\n---", re.S)
_FILLED = re.compile(rb"\{\{.*?\}\}|\{%.*?%\}|<\?.*?\?>|<%.*?%>|@\{.*?\}", re.S)


def scripts(source: bytes, *, front: bool = False) -> bytes:
    """The page with everything but its scripts blanked: lines and columns stay.

    Args:
        source: the page.
        front: whether it may begin with code between `---` (Astro).
    """
    kept = bytearray(re.sub(rb"[^\n]", b" ", source))
    found = [match for match in _SCRIPT.finditer(source) if not _NOT_CODE.search(match["about"])]
    spans = [match.span("code") for match in found]
    leading = _FRONT.match(source) if front else None
    if leading:
        spans.append(leading.span("code"))
    for start, end in spans:
        kept[start:end] = _FILLED.sub(_blank, source[start:end])
        if kept[start:end].strip() and end < len(kept):
            ends = end if kept[end : end + 1] != b"\n" else end + 1
            kept[ends : ends + 1] = b";"  # one script's end is no part of the next one's first line
    return bytes(kept)


def _blank(match: re.Match[bytes]) -> bytes:
    """What a server fills in counts as a number, as long as the gap."""
    return (
        re.sub(rb"[^\n]", b" ", match[0][:-1]) + b"0"
        if b"\n" not in match[0]
        else re.sub(rb"[^\n]", b" ", match[0])
    )


@dataclass(frozen=True)
class Attribute:
    """A poll written into a page.

    Attributes:
        start: where, in characters.
        what: what is asked.
        every: how often, as written.
        condition: what must hold, as written; empty for always.
    """

    start: int
    what: str
    every: str
    condition: str = ""


_TAG = re.compile(r"<[a-zA-Z][^<>]*(?:<[^<>]*>[^<>]*)*>", re.S)
_EVERY = re.compile(r"\bevery\s+(?P<every>[\d.]+\s*m?s)(?:\s*\[(?P<condition>[^\]]*)\])?")
_HTMX = re.compile(r"\b(?:data-)?hx-trigger\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote)", re.S)
_HTMX_FROM = re.compile(
    r"\b(?:data-)?hx-(?P<verb>get|post|put|patch|delete)\s*=\s*[\"'](?P<url>[^\"']*)"
)
_LIVEWIRE = re.compile(
    r"\bwire:poll(?:\.(?P<every>\d+m?s))?(?P<more>[.\w]*)(?:\s*=\s*[\"'](?P<what>[^\"']*)[\"'])?"
)
_DATASTAR = re.compile(
    r"\bdata-on-interval(?:__duration\.?(?P<every>[\w.]+?))?(?:__[\w.]+)*\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote)",
    re.S,
)
_UNPOLY = re.compile(r"\bup-poll\b")
_UNPOLY_EVERY = re.compile(r"\bup-interval\s*=\s*[\"']?(?P<every>\d+)")
_META = re.compile(
    r"<meta\b(?=[^>]*http-equiv\s*=\s*[\"']?refresh)[^>]*content\s*=\s*[\"']\s*(?P<every>\d+)(?P<more>[^\"'>]*)",
    re.I,
)


def attributes(page: str) -> Iterator[Attribute]:
    """The polls in a page's attributes: htmx, Livewire, Datastar, Unpoly, meta refresh."""
    for tag in _TAG.finditer(page):
        for judge in (_htmx, _livewire, _datastar, _unpoly):
            found = judge(tag[0])
            if found is not None:
                yield Attribute(tag.start() + found.start, found.what, found.every, found.condition)
    for meta in _META.finditer(page):
        elsewhere = re.search(r"url\s*=", meta["more"], re.I)
        if int(meta["every"]) > 0 and not elsewhere:
            yield Attribute(meta.start(), "the page", f"{meta['every']} s")


def _htmx(tag: str) -> Attribute | None:
    trigger = _HTMX.search(tag)
    every = _EVERY.search(trigger["value"]) if trigger else None
    if trigger is None or every is None:
        return None
    source = _HTMX_FROM.search(tag)
    if source and source["verb"] != "get":
        return None
    return Attribute(
        trigger.start(),
        source["url"] if source else "a fragment",
        every["every"],
        every["condition"] or "",
    )


def _livewire(tag: str) -> Attribute | None:
    found = _LIVEWIRE.search(tag)
    if found is None:
        return None
    return Attribute(found.start(), found["what"] or "the component", found["every"] or "2.5s")


def _datastar(tag: str) -> Attribute | None:
    found = _DATASTAR.search(tag)
    asked = (
        re.search(r"@get\(\s*['\"]([^'\"]*)", found["value"].replace("&quot;", '"'))
        if found
        else None
    )
    if found is None or asked is None:
        return None
    return Attribute(found.start(), asked[1], found["every"] or "1s")


def _unpoly(tag: str) -> Attribute | None:
    found = _UNPOLY.search(tag)
    if found is None:
        return None
    every = _UNPOLY_EVERY.search(tag)
    return Attribute(found.start(), "the fragment", f"{every['every']} ms" if every else "30 s")
