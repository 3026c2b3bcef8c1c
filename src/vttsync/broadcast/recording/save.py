"""A recording's files: the script and its rows, both or none; nothing is replaced unasked."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from vttsync.broadcast.recording.script import Recording
from vttsync.errors import Exit, VttsyncError
from vttsync.temporary import temporary_folder


def rows_beside(script: Path) -> Path:
    """Where the rows of a recorded script are."""
    return script.with_name(f"{script.stem}.rows.json")


def check_place(script: Path, *, replace: bool) -> None:
    """See, before anything is recorded, that it can be kept.

    Raises:
        VttsyncError: exit 9, when a file is there and `replace` isn't said; 3, when the folder
            can't be written.
    """
    there = [path for path in (script, rows_beside(script)) if path.exists()]
    if there and not replace:
        raise VttsyncError(
            f"{there[0]} is there already.",
            why="All that is in it would be replaced.",
            fix="Say --force to replace it, or name another file.",
            exit_code=Exit.DECISION_NEEDED,
        )
    if any(path.is_dir() for path in there) or not os.access(script.absolute().parent, os.W_OK):
        raise VttsyncError(
            f"{script} can't be written.",
            why="A folder is in its place, or the folder that it should be in isn't there, or may "
            "not be written.",
            fix="Name another file.",
            exit_code=Exit.CONFIG,
        )


def save(recording: Recording, script: Path) -> None:
    """Put a recording where it should be, in one step for each file; for its owner to read.

    Raises:
        VttsyncError: exit 3, when it can't be written; nothing is there then.
    """
    files = {rows_beside(script): recording.rows, script: recording.script}
    new = {path: text for path, text in files.items() if text}
    done: list[Path] = []
    try:
        with temporary_folder(f"{script.name}.", script.absolute().parent) as folder:
            for path, text in new.items():
                (folder / path.name).write_text(text, encoding="utf-8", newline="\n")
                (folder / path.name).chmod(0o600)
            for path in new:
                (folder / path.name).replace(path)
                done.append(path)
    except OSError as error:
        for path in done:
            with suppress(OSError):
                path.unlink()
        raise VttsyncError(
            f"{script} can't be written.",
            why=f"{error.strerror or error}.",
            fix="Check the folder's permissions and the space left.",
            exit_code=Exit.CONFIG,
        ) from error
