"""What git does with a file: nothing that holds keys may get into a commit."""

from __future__ import annotations

import shutil
from fnmatch import fnmatch
from pathlib import Path

from vttsync.node import process

_TIMEOUT = 30.0
_IGNORED, _NOT_IGNORED = 0, 1
# A checkout that another user owns (a dev container's) gives no answer otherwise; and no program
# that the repository names is run to look for changes.
_TRUST = ("-c", "safe.directory=*", "-c", "core.fsmonitor=false")


def tracks(path: Path) -> bool:
    """Whether git has `path` in its index; False where there is no git."""
    return _ask(path, "ls-files", "--error-unmatch") == 0


def ignore(path: Path) -> None:
    """See to it that git leaves `path` out: a line in the `.gitignore` beside it where needed.

    Raises:
        OSError: that file can't be read or written.
    """
    answer = _ask(path, "check-ignore", "--quiet")
    ignores = path.with_name(".gitignore")
    content = ignores.read_bytes() if ignores.exists() else b""
    if answer == _IGNORED or (answer != _NOT_IGNORED and _named_in(content, path.name)):
        return
    end = b"\r\n" if b"\r\n" in content else b"\n"
    gap = end if content and not content.endswith(b"\n") else b""
    with ignores.open("ab") as file:
        file.write(gap + path.name.encode() + end)


def _named_in(ignores: bytes, name: str) -> bool:
    """What git would say of a repository to come: the last line that fits decides."""
    lines = map(str.strip, ignores.decode(errors="replace").splitlines())
    fitting = [line for line in lines if _fits(line, name)]
    return bool(fitting) and not fitting[-1].startswith("!")


def _fits(line: str, name: str) -> bool:
    return not line.startswith("#") and fnmatch(name, line.removeprefix("!").removeprefix("/"))


def _ask(path: Path, *words: str) -> int | None:
    """What git exits with when asked about `path`; None where it isn't installed."""
    program = shutil.which("git")
    if program is None:
        return None
    command = [program, *_TRUST, *words, "--", path.name]
    env = process.clean_environment({})
    return process.run(command, cwd=path.parent, env=env, timeout=_TIMEOUT).code
