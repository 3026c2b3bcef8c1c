"""Results that go to a file of the user's choice."""

from __future__ import annotations

from pathlib import Path


def write_result(path: Path, text: str, flag: str) -> None:
    """Write `text` to `path`, which `flag` named; nothing that was confided is in it.

    Raises:
        VttsyncError: exit 2: it can't be written.
    """
    from vttsync.errors import Exit, VttsyncError
    from vttsync.redaction import hide

    try:
        path.write_text(hide(text), "utf-8")
    except OSError as error:
        raise VttsyncError(
            f"{path} can't be written.",
            why=f"{error.strerror or error}.",
            fix=f"Give {flag} a file in a folder that you can write to.",
            exit_code=Exit.USAGE,
        ) from error
