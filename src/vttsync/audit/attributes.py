"""The polls that are written into a page as attributes: htmx, Livewire, Datastar and others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


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
# By the server, as it sends the page.
_FILLED = r"\{\{.*?\}\}|\{%.*?%\}|<\?.*?\?>|<%.*?%>|\$\{.*?\}"
_EVERY = re.compile(
    rf"\bevery\s+(?P<every>(?:[\d.]+|{_FILLED})\s*(?:ms|s|m|h)?)(?:\s*\[(?P<condition>[^\]]*)\])?"
)
_HTMX = re.compile(r"\b(?:data-)?hx-trigger\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote)", re.S)
_HTMX_FROM = re.compile(
    r"\b(?:data-)?hx-(?P<verb>get|post|put|patch|delete)\s*=\s*[\"'](?P<url>[^\"']*)"
)
_LIVEWIRE = re.compile(
    r"\bwire:poll(?:\.(?P<every>\d+m?s))?(?P<more>[.\w]*)(?:\s*=\s*[\"'](?P<what>[^\"']*)[\"'])?"
)
_DATASTAR = re.compile(
    r"\bdata-on[-:]interval(?:__duration\.?(?P<every>[\w.]+?))?(?:__[\w.]+)*\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote)",
    re.S,
)
_DATASTAR_GET = re.compile(r"@get\(\s*['\"]([^'\"]*)")
_UNPOLY = re.compile(r"\bup-poll\b")
_UNPOLY_EVERY = re.compile(r"\bup-interval\s*=\s*[\"']?(?P<every>\d+)")
_META = re.compile(
    r"<meta\b(?=[^>]*http-equiv\s*=\s*[\"']?refresh)[^>]*?content\s*=\s*[\"']\s*"
    rf"(?P<every>\d+|{_FILLED})(?P<more>[^\"'>]*)",
    re.I,
)
_SYMFONY = re.compile(
    r"\bdata-poll(?:\s*=\s*[\"'](?:delay\((?P<every>\d+)\)\|)?(?P<what>[^\"']*)[\"'])?(?=[\s/>])"
)
_GATE = re.compile(r"^\s*(?P<not>!*)\s*\$?(?P<name>[\w.$]+(?:\(\))?)\s*(?P<or>\|\||&&|\?)")


def attributes(page: str) -> Iterator[Attribute]:
    """The polls in a page's attributes: htmx, Livewire, Datastar, Unpoly, meta refresh."""
    for tag in _TAG.finditer(page):
        for judge in (_htmx, _livewire, _datastar, _unpoly, _symfony):
            found = judge(tag[0])
            if found is not None:
                yield Attribute(tag.start() + found.start, found.what, found.every, found.condition)
    for meta in _META.finditer(page):
        elsewhere = re.search(r"url\s*=", meta["more"], re.I)
        if meta["every"].strip("0") and not elsewhere:
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
    if found is None:
        return None
    asked = _DATASTAR_GET.search(found["value"].replace("&quot;", '"'))
    if asked is None:
        return None
    return Attribute(found.start(), asked[1], found["every"] or "1s", _gate(found["value"]))


def _gate(value: str) -> str:
    """What must hold for an expression to ask: `$connected || @get('/tables')`."""
    gate = _GATE.match(value)
    if gate is None or (gate["or"] == "?" and "@get" not in value.partition(":")[2]):
        return ""
    isnt = len(gate["not"]) % 2 == 1
    return f"{'' if isnt is not (gate['or'] == '&&') else '!'}{gate['name']}"


def _symfony(tag: str) -> Attribute | None:
    """A live component of Symfony UX."""
    found = _SYMFONY.search(tag)
    if found is None or not ("live" in tag or found["every"]):
        return None
    every = f"{found['every'] or 2000} ms"
    return Attribute(found.start(), found["what"] or "the component", every)


def _unpoly(tag: str) -> Attribute | None:
    found = _UNPOLY.search(tag)
    if found is None:
        return None
    every = _UNPOLY_EVERY.search(tag)
    return Attribute(found.start(), "the fragment", f"{every['every']} ms" if every else "30 s")
