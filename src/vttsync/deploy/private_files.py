"""Files that may hold secrets: whether git, or others on this machine, can see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vttsync.errors import Exit
from vttsync.findings import Finding, ok, warning
from vttsync.project import git
from vttsync.project.private import open_to_others

_PATTERNS = (".dev.vars*", ".env*")
_NO_SECRETS = (".example", ".sample", ".template")


@dataclass(frozen=True)
class Exposed:
    """Which files are in sight, relative to the project.

    Attributes:
        to_git: tracked, or about to be: git does not ignore them.
        to_others: readable for other users of this machine.
    """

    to_git: tuple[str, ...]
    to_others: tuple[str, ...]


def secret_files(folders: Iterable[Path]) -> list[Path]:
    """The files in `folders` that wrangler and others read secrets from."""
    found = {
        path
        for folder in folders
        for pattern in _PATTERNS
        for path in folder.glob(pattern)
        if path.is_file() and not path.name.endswith(_NO_SECRETS)
    }
    return sorted(found)


def exposed(root: Path, files: Sequence[Path]) -> Exposed:
    """Ask git and the file system about `files`, which lie in `root`."""
    names = [path.relative_to(root).as_posix() for path in files]
    others = tuple(name for name in names if open_to_others(root / name))
    return Exposed(git.in_sight(root, names), others)


def check_private_files(root: Path, party: Path) -> Finding:
    """See that no file of the project that may hold secrets can get out."""
    files = secret_files([root, party])
    return judge(exposed(root, files), len(files))


def judge(seen: Exposed, count: int) -> Finding:
    """What it means: pure."""
    check = "private files"
    if not count:
        return ok(check, f"there is no {' or '.join(_PATTERNS)}")
    if seen.to_git:
        return warning(
            check,
            f"git does not ignore {', '.join(seen.to_git)}.",
            why="Such files hold secrets; the next commit publishes them, or one did already.",
            fix="Add them to .gitignore; where git tracks one, `git rm --cached` it, and make new "
            "secrets if it was ever pushed.",
            exit_code=Exit.CONFIG,
        )
    if seen.to_others:
        return warning(
            check,
            f"Others on this machine can read {', '.join(seen.to_others)}.",
            why="Such files hold secrets.",
            fix=f"chmod 600 {' '.join(seen.to_others)}",
            exit_code=Exit.CONFIG,
        )
    return ok(check, f"{count} that may hold secrets: ignored by git, readable for you alone")
