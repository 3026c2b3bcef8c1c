"""What git does with a file: nothing that holds secrets may get into a commit."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.node import process

_TIMEOUT = 30.0  # seconds
_IGNORED, _NOT_IGNORED = 0, 1
# A checkout that another user owns (a dev container's) gives no answer otherwise; and no program
# that the repository names is run to look for changes.
_TRUST = ("-c", "safe.directory=*", "-c", "core.fsmonitor=false")


def tracks(path: Path) -> bool:
    """Whether git has `path` in its index; False where there is no git."""
    done = _ask(path.parent, "ls-files", "--error-unmatch", "--", path.name)
    return done is not None and done.code == 0


def ignores(path: Path) -> bool:
    """Whether git would leave `path` out of a commit; outside of a repository, it does.

    Raises:
        VttsyncError: exit 5, when there is a repository and git can't be asked.
    """
    path = path.absolute()
    folder = next(parent for parent in path.parents if parent.is_dir())
    if not any((parent / ".git").exists() for parent in (folder, *folder.parents)):
        return True
    done = _ask(folder, "check-ignore", "--quiet", "--", path.relative_to(folder).as_posix())
    if done is None:
        raise _no_answer(path, "it isn't installed")
    if done.code not in (_IGNORED, _NOT_IGNORED):
        raise _no_answer(path, done.stderr.strip().removeprefix("fatal: ") or f"code {done.code}")
    return done.code == _IGNORED


def in_sight(root: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Those of `names`, relative to `root`, that git tracks or does not ignore.

    None where there is no repository, or no git.
    """
    if not names:
        return ()
    words = ("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *names)
    done = _ask(root, *words)
    found = done.stdout.split("\0") if done and done.code == 0 else []
    return tuple(name for name in found if name)


def ignore(path: Path) -> None:
    """See to it that git leaves `path` out: a line in the `.gitignore` beside it where needed.

    Raises:
        OSError: that file can't be read or written.
    """
    done = _ask(path.parent, "check-ignore", "--quiet", "--", path.name)
    answer = done.code if done else None
    beside = path.with_name(".gitignore")
    content = beside.read_bytes() if beside.exists() else b""
    if answer == _IGNORED or (answer != _NOT_IGNORED and _named_in(content, path.name)):
        return
    end = b"\r\n" if b"\r\n" in content else b"\n"
    gap = end if content and not content.endswith(b"\n") else b""
    with beside.open("ab") as file:
        file.write(gap + path.name.encode() + end)


def _named_in(ignores: bytes, name: str) -> bool:
    """What git would say of a repository to come: the last line that fits decides."""
    lines = map(str.strip, ignores.decode(errors="replace").splitlines())
    fitting = [line for line in lines if _fits(line, name)]
    return bool(fitting) and not fitting[-1].startswith("!")


def _fits(line: str, name: str) -> bool:
    return not line.startswith("#") and fnmatch(name, line.removeprefix("!").removeprefix("/"))


def _ask(folder: Path, *words: str) -> process.Finished | None:
    """What git answers in `folder`; None where it isn't installed."""
    program = shutil.which("git")
    if program is None:
        return None
    env = process.clean_environment({"GIT_OPTIONAL_LOCKS": "0"})
    return process.run([program, *_TRUST, *words], cwd=folder, env=env, timeout=_TIMEOUT)


def _no_answer(path: Path, why: str) -> VttsyncError:
    return VttsyncError(
        f"Whether git ignores {path} is not known.",
        why=f"It lies in a git repository, and git can't be asked: {why}.",
        fix="Install git, or mend what it says.",
        exit_code=Exit.MISSING,
    )
