"""Files that a command writes where its user says: whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from vttsync.errors import Exit, VttsyncError


def check_places(places: Mapping[str, Path], *, read: Path | None = None) -> None:
    """See that files can be written, before there is anything to write; by their options' names.

    Args:
        places: where each is to be.
        read: a file that is only read, and has to stay.

    Raises:
        VttsyncError: exit 2, naming the option and what is in the way.
    """
    known = {} if read is None else {read.resolve(): str(read)}
    for option, path in places.items():
        _check(option, path)
        other = known.setdefault(path.resolve(), option)
        if other != option:
            raise _unfit(option, path, f"{other} is the same file.")


def _check(option: str, path: Path) -> None:
    folder = path.parent
    if path.is_dir():
        raise _unfit(option, path, "It is a folder.")
    if path.exists() and not path.is_file():
        raise _unfit(option, path, "It is no plain file.")
    if not folder.is_dir():
        kind = "is no folder" if folder.exists() else "does not exist"
        raise _unfit(option, path, f"{folder} {kind}.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unfit(
            option, path, f"Nothing can be written to {folder}: {error.strerror}."
        ) from None


def _unfit(option: str, path: Path, why: str) -> VttsyncError:
    return VttsyncError(
        f"{option} can't be written to {path}.",
        why=why,
        fix="Name a file in a folder that exists and that you can write to.",
        exit_code=Exit.USAGE,
    )


def write_whole(path: Path, content: bytes) -> None:
    """Let `path` hold `content`, replacing the file in one step.

    Raises:
        VttsyncError: exit 5, when it can't be written; it is as before then.
    """
    path = path.resolve()  # replacing a link would leave what it leads to behind
    fresh = path.with_name(f".{path.name}.new")
    try:
        try:
            fresh.write_bytes(content)
            fresh.replace(path)
        except BaseException:
            with suppress(OSError):
                fresh.unlink()
            raise
    except OSError as error:
        raise VttsyncError(
            f"{path} can't be written.",
            why=f"{error.strerror or error}.",
            fix="Check its folder, its permissions and the space left, then run it again.",
            exit_code=Exit.MISSING,
        ) from None
