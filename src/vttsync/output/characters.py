"""Text that comes from anybody, made fit to be shown."""

from __future__ import annotations

import re

# Controls (but tab and line feed), what turns the direction of the text around it, halves of
# surrogate pairs, and what XML 1.0 (section 2.2) has no place for.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """Write `text` with an escape for each character that would steer whoever shows it."""
    return _UNFIT.sub(lambda found: _escape(ord(found[0])), text)


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
