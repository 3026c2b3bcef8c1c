"""What the user says of a poll: whether realtime brings what it asks for, whether it may go on."""

from __future__ import annotations

import re
from collections.abc import Iterable

NO_REASON = "`vttsync-allow-poll` doesn't count without a reason: `vttsync-allow-poll: why`."
_ALLOWED = re.compile(
    r"vttsync-allow-poll\b(?::\s*(?P<reason>.*?))?\s*(?:\*/\}?|-->|--%>|#\}|\}\}|$)", re.MULTILINE
)
_STRINGS = re.compile(r"['\"`]([^'\"`]+)['\"`]")
_BEFORE_THE_PATH = re.compile(r"^(?:…|https?://[^/]+)(?=/)")


def permission(lines: Iterable[str]) -> str | None:
    """The reason in `vttsync-allow-poll: reason`; empty when it is left out, None without it."""
    for line in lines:
        found = _ALLOWED.search(line)
        if found:
            return (found["reason"] or "").strip()
    return None


def covers(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Whether one of these patterns means what is asked.

    Args:
        patterns: addresses, query keys or functions; `*` stands for anything. An address may be
            given without what is filled in before it, and without its query.
        names: what is asked, and the functions on the way.
    """
    forms = {form for name in names for form in _forms(name)}
    meant = [_meant(pattern) for pattern in patterns]
    return any(pattern.fullmatch(_alike(form)) for pattern in meant for form in forms)


def _alike(text: str) -> str:
    """With one kind of quotation mark, and no white space."""
    return re.sub(r"\s", "", re.sub(r"[\"`]", "'", text))


def _meant(pattern: str) -> re.Pattern[str]:
    """A pattern in which only `*`, and `…` as it is printed, stand for anything."""
    parts = re.split(r"[*…]", _alike(pattern))
    return re.compile(".*".join(map(re.escape, parts)), re.DOTALL)


def _forms(name: str) -> Iterable[str]:
    path = _BEFORE_THE_PATH.sub("", name)
    yield name
    yield path
    yield path.partition("?")[0]
    yield name.removesuffix("()").rsplit(".", 1)[-1]
    if name.startswith("["):  # a query key
        yield from _STRINGS.findall(name)
