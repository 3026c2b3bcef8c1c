"""Files that hold secrets: closed to other users, and unseen by git."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.project import git

_PRIVATE = 0o600
_OTHERS = 0o077


def open_to_others(path: Path) -> bool:
    """Whether other users of this machine may use `path`, as far as its mode tells."""
    # On Windows, a file in the user's profile is the user's.
    return sys.platform != "win32" and bool(path.stat().st_mode & _OTHERS)


def check_private(root: Path, path: Path) -> None:
    """See that `path`, below the folder `root`, may hold secrets; it need not exist yet.

    Raises:
        VttsyncError: exit 3, when a link leads out of `root`, others can read it, or git doesn't
            ignore it; exit 5, when git is needed to know and isn't there.
    """
    if not path.resolve().is_relative_to(root.resolve()):
        raise _unfit(path, "A link leads out of the project's folder.", "Put the file inside it.")
    if path.exists() and open_to_others(path):
        mode = stat.S_IMODE(path.stat().st_mode)
        raise _unfit(path, f"Other users can read it (mode {mode:04o}).", f"`chmod 600 {path}`")
    check_ignored(path)


def check_ignored(path: Path) -> None:
    """See that git would not commit `path`.

    Raises:
        VttsyncError: exit 3, when it would; exit 5, when git is needed to know and isn't there.
    """
    path = path.resolve()
    if not git.ignores(path):
        fix = f"Add a line with {path.name} to the .gitignore beside it"
        raise _unfit(path, "git does not ignore it, so it would be committed.", f"{fix}.")


def _unfit(path: Path, why: str, fix: str) -> VttsyncError:
    what = f"{path} is no place for secrets."
    return VttsyncError(what, why=why, fix=fix, exit_code=Exit.CONFIG)


def check_own(path: Path) -> None:
    """See that vttsync may make `path` a file of keys, or change it, without asking.

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


def keep_from_git(path: Path) -> None:
    """Have git ignore `path`, by a line in the `.gitignore` beside it where that takes one.

    Raises:
        VttsyncError: exit 3, when that can't be written.
    """
    try:
        git.ignore(path)
    except OSError as error:
        raise cannot("write", path.with_name(".gitignore"), error) from error


def write(path: Path, text: str) -> bool:
    """Let `path` hold `text`, for its owner alone to read; return whether the text changed.

    It is replaced in one step; a new one gets the mode 0600.

    Raises:
        VttsyncError: exit 3, when it can't be written; it is as before then.
    """
    content = text.encode(errors="surrogateescape")
    path = path.resolve()  # replacing a link would leave what it leads to behind
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() == content:
            _close(path)
            return False
        _replace(path, content)
    except OSError as error:
        raise cannot("write", path, error) from error
    return True


def _close(path: Path) -> None:
    if open_to_others(path):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)


def _replace(path: Path, content: bytes) -> None:
    was = path.stat() if path.exists() else None
    handle, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).chmod(stat.S_IMODE(was.st_mode) & ~_OTHERS if was else _PRIVATE)
        if was and sys.platform != "win32":
            with suppress(OSError):  # only root may give a file away, as a container's often is
                os.chown(draft, was.st_uid, was.st_gid)
        Path(draft).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(draft).unlink()
        raise


def cannot(do: str, path: Path, error: OSError) -> VttsyncError:
    """What to raise when a file of the project can't be used (exit 3)."""
    return VttsyncError(
        f"vttsync can't {do} {path}.",
        why=f"{error.strerror or error}.",
        fix="Check its owner, its permissions and the space left, then run it again.",
        exit_code=Exit.CONFIG,
    )
