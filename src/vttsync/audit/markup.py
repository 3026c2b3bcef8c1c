"""Pages: the scripts in them, those in attributes of Alpine's among them."""

from __future__ import annotations

import re

from vttsync.audit.code.tree import named

PAGES = named(
    """.html .htm .xhtml .vue .svelte .astro .php .jinja .j2 .jinja2 .twig .erb .ejs .hbs .njk
    .liquid .cshtml .razor .mustache .heex .leex .eex .tmpl .gohtml .templ .pug .haml
    .slim"""
)
_SCRIPT = re.compile(rb"<script\b(?P<about>[^>]*)>(?P<code>.*?)(?:</script\s*>|\Z)", re.S | re.I)
_NOT_CODE = re.compile(
    rb"type\s*=\s*['\"]?(?:application/(?:ld\+)?json|text/(?:template|html|x-)|importmap)", re.I
)
_FRONT = re.compile(rb"\A---\r?\n(?P<code>.*?)\r?\n---", re.S)
_FILLED = re.compile(rb"\{\{.*?\}\}|\{%.*?%\}|<\?.*?\?>|<%.*?%>|@\{.*?\}", re.S)
# Alpine's: statements, and an object.
_ALPINE = re.compile(
    rb"\sx-(?P<kind>init|data)\s*=\s*(?P<open>[\"'])(?P<code>.*?)(?P<close>(?P=open))", re.S
)


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
    if b"x-init" in source or b"x-data" in source:
        _keep_alpines(source, kept, spans)
    return bytes(kept)


def _blank(match: re.Match[bytes]) -> bytes:
    """What a server fills in counts as a number, as long as the gap."""
    gap = re.sub(rb"[^\n]", b" ", match[0])
    return gap if b"\n" in gap else gap[:-1] + b"0"


def _keep_alpines(source: bytes, kept: bytearray, spans: list[tuple[int, int]]) -> None:
    """What Alpine runs as an element comes: `x-init="load(); setInterval(load, 5000)"`."""
    for match in _ALPINE.finditer(source):
        start, end = match.span("code")
        if any(first <= start < last for first, last in spans):
            continue
        code = _FILLED.sub(_blank, source[start:end])
        an_object = match["kind"] == b"data" and code.strip().startswith(b"{")
        kept[start - 1 : start] = b"(" if an_object else b";"
        kept[start:end] = code
        kept[end : end + 1] = b")" if an_object else b";"
