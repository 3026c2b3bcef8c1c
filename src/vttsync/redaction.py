"""Nothing that was given in confidence is repeated."""

from __future__ import annotations

from collections.abc import Iterable


def redact(text: str, secrets: Iterable[str]) -> str:
    """Replace every occurrence of each of `secrets` in `text` by `***`."""
    # Longest first: one secret may be the beginning of another.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
