"""The forms in which a text can stand in another: as it is, escaped, or encoded."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){4,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}")
_URL_SAFE = str.maketrans("-_", "+/")
_DEPTH = 2  # an encoding in an escape, or the other way round


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Write texts that a reader takes for the same alike: upper and lower case, ligatures."""
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=4096)
def forms(text: str) -> frozenset[str]:
    """Give a text, and what it says decoded, as `plain` writes it."""
    found = {text}
    for _ in range(_DEPTH):
        found |= {form for one in found for form in _decoded(one)}
    return frozenset(map(plain, found))


def _decoded(text: str) -> Iterator[str]:
    yield unquote(text)
    yield html.unescape(text)
    yield _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    for piece in _HEX.findall(text):
        yield bytes.fromhex(piece).decode(errors="replace")
    for piece in _BASE64.findall(text):
        standard = piece.translate(_URL_SAFE)
        # Something else may stand right before it.
        for begin in range(4):
            whole = standard[begin:]
            whole = whole[: len(whole) - (len(whole) % 4 == 1)]
            try:
                read = base64.b64decode(whole + "=" * (-len(whole) % 4))
            except (binascii.Error, ValueError):
                continue
            yield read.decode(errors="replace")
