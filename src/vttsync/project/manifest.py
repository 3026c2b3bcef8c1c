"""What vttsync wrote, file by file, so that a file nobody changed is known as such."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

FILE_NAME = "vttsync.lock"
_NOTE = "What vttsync wrote. Commit it, so that `vttsync init` can tell your changes apart."


def digest(content: bytes) -> str:
    """The content's hash; git may have turned its line ends, which is no change."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def read(content: bytes | None) -> dict[str, str]:
    """The hash of each file as it was last written; empty when nothing usable is known."""
    try:
        files = json.loads(content or b"{}")["files"]
    except (ValueError, KeyError, TypeError):
        return {}
    return {str(path): str(told) for path, told in files.items()} if isinstance(files, dict) else {}


def write(hashes: Mapping[str, str]) -> bytes:
    """The manifest's content: sorted, one file a line, so that git can merge it."""
    content = {"note": _NOTE, "files": dict(sorted(hashes.items()))}
    return (json.dumps(content, indent=2) + "\n").encode()
