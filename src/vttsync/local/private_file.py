"""Files that hold local keys: the user's own eyes only, never git's."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.local import git

_PRIVATE = 0o600
_OTHERS = 0o077


def check(path: Path) -> None:
    """See that keys may be written to `path`.

    Raises:
        VttsyncError: exit 3, when it is no plain file, or git tracks it.
    """
    kind = _wrong_kind(path)
    if kind:
        raise VttsyncError(
            f"vttsync doesn't write keys to {path}.",
            why=f"It is {kind}.",
            fix="Put a plain file in its place, or remove it: vttsync makes a new one.",
            exit_code=Exit.CONFIG,
        )
    if git.tracks(path):
        raise VttsyncError(
            f"vttsync doesn't write keys to {path}.",
            why="git tracks it, so that the next commit would publish them.",
            fix=f"Run `git rm --cached {path.name}` in {path.parent} and commit that (the file "
            "stays), then try again.",
            exit_code=Exit.CONFIG,
        )


def _wrong_kind(path: Path) -> str:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise cannot("read", path, error) from error
    if stat.S_ISLNK(mode):
        return f"a link (to {path.readlink()})"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "" if stat.S_ISREG(mode) else "no plain file"


def read(path: Path) -> str:
    """The file's text, line ends as they are; empty when it is missing.

    Raises:
        VttsyncError: exit 3, when it can't be read.
    """
    try:
        # What isn't UTF-8 comes back as it was when it is written.
        return path.read_bytes().decode(errors="surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise cannot("read", path, error) from error


def write(path: Path, text: str) -> bool:
    """Let `path` hold `text`, unseen by git and in one step; return whether anything changed.

    A new file gets the mode 0600; one that is there keeps its own.

    Raises:
        VttsyncError: exit 3, when it can't be written; it is as before then.
    """
    content = text.encode(errors="surrogateescape")
    try:
        git.ignore(path)
        if path.exists() and path.read_bytes() == content:
            return False
        _replace(path, content)
    except OSError as error:
        raise cannot("write", path, error) from error
    return True


def close_to_others(path: Path) -> None:
    """Let nobody but its owner read `path`.

    Raises:
        VttsyncError: exit 3, when that can't be done.
    """
    if sys.platform == "win32":  # a file in the user's profile is the user's there
        return
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            path.chmod(mode & ~_OTHERS)
    except OSError as error:
        raise cannot("change the mode of", path, error) from error


def _replace(path: Path, content: bytes) -> None:
    was = path.stat() if path.exists() else None
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(stat.S_IMODE(was.st_mode) if was else _PRIVATE)
        if was and sys.platform != "win32":
            with suppress(OSError):  # only root may give a file away, as a container's often is
                os.chown(name, was.st_uid, was.st_gid)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def cannot(do: str, path: Path, error: OSError) -> VttsyncError:
    """What to raise when a file of the project can't be used (exit 3)."""
    return VttsyncError(
        f"vttsync can't {do} {path}.",
        why=f"{error.strerror or error}.",
        fix="Check its owner, its permissions and the space left, then run it again.",
        exit_code=Exit.CONFIG,
    )
