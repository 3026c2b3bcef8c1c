"""Writing many files as if they were one: all of them, or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.interrupts import interrupts
from vttsync.project.scaffold import Planned
from vttsync.temporary import temporary_folder

_STAGING = ".vttsync-init-"


def read_existing(root: Path, paths: Iterable[str]) -> dict[str, bytes]:
    """Read those of `paths` (relative to `root`) that exist.

    Raises:
        VttsyncError: exit 3, when something else than a readable file is in the way.
    """
    found = {}
    for path in paths:
        target = root / path
        try:
            if target.exists():
                found[path] = target.read_bytes()
        except OSError as error:
            raise _cannot("read", target, error) from error
    return found


def check_folder(root: Path) -> None:
    """See that `root` is a folder or can become one.

    Raises:
        VttsyncError: exit 3, when something else is there.
    """
    if root.is_dir() or not (root.exists() or root.is_symlink()):
        return
    kind = "a link that leads nowhere" if root.is_symlink() and not root.exists() else "a file"
    raise VttsyncError(
        f"{root.absolute()} is not a folder.",
        why=f"It is {kind}.",
        fix="Name another folder, or move that out of the way.",
        exit_code=Exit.CONFIG,
    )


def write_all(root: Path, planned: Iterable[Planned]) -> None:
    """Write every planned file below `root`; on any failure, Ctrl-C included, undo all.

    The content is staged beside the project first, so that a full disk is met before
    anything of the user's is touched; moving a staged file into place is atomic.

    Raises:
        VttsyncError: exit 3, when the folder can't be written.
    """
    contents = {entry.path: entry.content for entry in planned if entry.writes}
    if not contents:
        return
    made: list[Path] = []
    try:
        _make_folder(root, made)
        with temporary_folder(_STAGING, root) as staging:
            _stage(staging, contents)
            _move_in(root, staging, contents, made)
    except BaseException as error:
        with interrupts.held():
            for folder in reversed(made):
                with suppress(OSError):  # somebody put something into it; `error` is what matters
                    folder.rmdir()
        if isinstance(error, OSError):
            raise _cannot("write", _in_users_words(root, error), error) from error
        raise


def _in_users_words(root: Path, error: OSError) -> Path:
    """The file or folder to name: not the staging folder, which the user has never seen."""
    path = Path(error.filename) if isinstance(error.filename, str) else root
    return root.absolute() if _STAGING in str(path) else path.absolute()


def _stage(staging: Path, contents: Mapping[str, bytes]) -> None:
    for path, content in contents.items():
        staged = staging / "new" / path
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(content)


def _move_in(root: Path, staging: Path, contents: Mapping[str, bytes], made: list[Path]) -> None:
    moved: list[tuple[Path, Path | None]] = []
    try:
        for path in contents:
            # Where a link leads: replacing the link itself would leave its target behind.
            target = (root / path).resolve()
            _make_folder(target.parent, made)
            backup: Path | None = None
            if target.exists():
                backup = staging / "old" / path
                backup.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(target, backup)
            moved.append((target, backup))
            (staging / "new" / path).replace(target)
    except BaseException:
        with interrupts.held():
            for target, backup in reversed(moved):
                if backup is not None:
                    backup.replace(target)
                else:
                    target.unlink(missing_ok=True)
        raise


def _make_folder(folder: Path, made: list[Path]) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent, made)
    folder.mkdir()
    made.append(folder)


def _cannot(do: str, target: Path, error: OSError) -> VttsyncError:
    return VttsyncError(
        f"vttsync can't {do} {target}.",
        why=f"{error.strerror or error}. Nothing was changed.",
        fix="Check the folder's owner, its permissions and the space left, then run it again.",
        exit_code=Exit.CONFIG,
    )
