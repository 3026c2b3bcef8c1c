"""Nothing that was given in confidence is repeated: not by vttsync, nor by what it quotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache

_HIDDEN = "***"
_SHORTEST = 8  # characters; hiding shorter values would blot out ordinary words
# Cloudflare's tokens and keys by their beginning; those from before 2026, and the room's keys, by
# being long and random; a Global API Key, which is hex.
_LIKE_A_SECRET = re.compile(
    r"\bcf[a-z]{1,3}_[\w-]{8,}"
    r"|(?<![\w./-])(?=\S*[0-9])(?=\S*[a-z])(?=\S*[A-Z])[\w-]{40,}(?![\w./-])"
    r"|(?<![\w./])[0-9a-f]{37,45}(?![\w./-])"
)
_confided: set[str] = set()
own: Callable[[str], None] | None = None
"""Is told of values that vttsync made, or read where only it does."""
_revealing = False


def confide(value: str) -> str:
    """Let `value`, which this process was given, be hidden in all that it writes; return it."""
    if len(value) >= _SHORTEST:
        _confided.add(value)
    return value


def confide_own(value: str) -> str:
    """As `confide`, for a value that vttsync made, or read where only it does."""
    if own and len(value) >= _SHORTEST:
        own(value)
    return confide(value)


def confide_what_looks_secret(text: str) -> bool:
    """Confide each word of `text` that has the form of a token or key; tell whether one has."""
    found = _LIKE_A_SECRET.findall(text)
    for value in found:
        confide(value)
    return bool(found)


@contextmanager
def revealing() -> Iterator[None]:
    """Let what was confided be written inside the block: for what exists to hand it over."""
    global _revealing  # noqa: PLW0603  (one process, one standard output)
    _revealing = True
    try:
        yield
    finally:
        _revealing = False


def hide(text: str) -> str:
    """Replace all that was confided in what is about to be written; see `redact`."""
    return text if _revealing else redact(text)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Replace each of `secrets`, and all that was confided, in `text` by `***`.

    So are their forms in base64, in URLs and in JSON.
    """
    forms = {form for secret in (*secrets, *_confided) if secret for form in _forms(secret)}
    # Longest first: one may be the beginning of another.
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, _HIDDEN)
    return text


@cache
def _forms(secret: str) -> frozenset[str]:
    # Not for commands that are given nothing: every one imports this module.
    import base64  # noqa: PLC0415
    import json  # noqa: PLC0415
    from urllib.parse import quote, quote_plus  # noqa: PLC0415

    content = secret.encode(errors="surrogateescape")
    encoded = [base64.b64encode(content), base64.urlsafe_b64encode(content)]
    forms = [secret, *(form.decode().rstrip("=") for form in encoded)]
    forms += [json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]]
    forms += [quote(content), quote(content, safe=""), quote_plus(content)]
    return frozenset(forms)
