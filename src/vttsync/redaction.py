"""Nothing that was given in confidence is repeated: not by vttsync, nor by what it quotes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from functools import cache
from urllib.parse import quote, quote_plus

_HIDDEN = "***"
_SHORTEST = 8  # characters; hiding shorter values would blot out ordinary words
_confided: set[str] = set()


def confide(value: str) -> str:
    """Let `value`, which this process was given, be hidden in all that it writes; return it."""
    if len(value) >= _SHORTEST:
        _confided.add(value)
    return value


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
    content = secret.encode(errors="surrogateescape")
    encoded = [base64.b64encode(content), base64.urlsafe_b64encode(content)]
    forms = [secret, *(form.decode().rstrip("=") for form in encoded)]
    forms += [json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]]
    forms += [quote(content, safe=""), quote_plus(content)]
    return frozenset(forms)
