"""Files that hold secrets: closed to other users, and ignored by git."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.node import process

_OTHERS = 0o077
_GIT_TIMEOUT = 20.0  # seconds


def check_private(root: Path, path: Path) -> None:
    """See that `path`, below the folder `root`, may hold secrets; it need not exist yet.

    Raises:
        VttsyncError: exit 3, when a link leads out of `root`, others can read it, or git doesn't
            ignore it; exit 5, when git is needed to know and isn't there.
    """
    if not path.resolve().is_relative_to(root.resolve()):
        raise _unfit(path, "A link leads out of the project's folder.", "Put the file inside it.")
    if sys.platform != "win32" and path.exists() and path.stat().st_mode & _OTHERS:
        mode = path.stat().st_mode & 0o777
        raise _unfit(path, f"Other users can read it (mode {mode:04o}).", f"`chmod 600 {path}`")
    check_ignored(path)


def check_ignored(path: Path) -> None:
    """See that git would not commit `path`.

    Raises:
        VttsyncError: exit 3, when it would; exit 5, when git is needed to know and isn't there.
    """
    if not is_ignored(path):
        fix = f"Add a line with {path.name} to the .gitignore beside it"
        raise _unfit(path, "git does not ignore it, so it would be committed.", f"{fix}.")


def _unfit(path: Path, why: str, fix: str) -> VttsyncError:
    what = f"{path} is no place for secrets."
    return VttsyncError(what, why=why, fix=fix, exit_code=Exit.CONFIG)


def is_ignored(path: Path) -> bool:
    """Whether git would leave `path` out of a commit; outside of a repository, it does.

    Raises:
        VttsyncError: exit 5, when there is a repository and git can't be asked.
    """
    folder = next(parent for parent in path.absolute().parents if parent.is_dir())
    if not any((parent / ".git").exists() for parent in (folder, *folder.parents)):
        return True
    words = ["git", "check-ignore", "--quiet", "--", str(path.absolute())]
    try:
        done = process.run(
            words, cwd=folder, env=process.clean_environment({}), timeout=_GIT_TIMEOUT
        )
    except OSError as error:
        raise _no_git(path, error.strerror or type(error).__name__) from error
    if done.code not in (0, 1):
        raise _no_git(path, done.stderr.strip().removeprefix("fatal: ") or f"code {done.code}")
    return done.code == 0


def _no_git(path: Path, why: str) -> VttsyncError:
    return VttsyncError(
        f"Whether git ignores {path} is not known.",
        why=f"It lies in a git repository, and git can't be asked: {why}.",
        fix="Install git, or mend what it says.",
        exit_code=Exit.MISSING,
    )


def write_private(path: Path, content: str) -> None:
    """Write `content` to `path` with mode 0600, replacing it in one step.

    Raises:
        OSError: when the folder can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".vttsync-")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(content)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
