"""What the address of a page may be."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from vttsync.errors import Exit, VttsyncError
from vttsync.redaction import confide_what_looks_secret


def page_address(text: str) -> str:
    """Check the address of a page; what looks secret in its query is not repeated.

    Raises:
        VttsyncError: exit 2: it is none, or holds a password.
    """
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits, parts = False, urlsplit("")
    if not fits or not text.isprintable() or " " in text:
        raise _wrong("It must begin with http:// or https://, and have a host.")
    if "@" in parts.netloc:
        raise _wrong("It holds a user or a password, which your shell's history has now.")
    for _, value in parse_qsl(parts.query):
        confide_what_looks_secret(value)
    return text


def _wrong(why: str) -> VttsyncError:
    return VttsyncError(
        "This is no address of a page.",
        why=why,
        fix="Give the one at which your app's table is, such as http://localhost:5173/table/1.",
        exit_code=Exit.USAGE,
    )
