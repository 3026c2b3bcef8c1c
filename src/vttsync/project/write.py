"""Writing many files as if they were one: all of them, or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.project.scaffold import Planned


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
        with tempfile.TemporaryDirectory(prefix=".vttsync-init-", dir=root) as staging:
            _stage(Path(staging), contents)
            _move_in(root, Path(staging), contents, made)
    except BaseException as error:
        for folder in reversed(made):
            folder.rmdir()
        if isinstance(error, OSError):
            target = Path(error.filename) if error.filename else root
            raise _cannot("write", target, error) from error
        raise


def _stage(staging: Path, contents: Mapping[str, bytes]) -> None:
    for path, content in contents.items():
        staged = staging / "new" / path
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(content)


def _move_in(root: Path, staging: Path, contents: Mapping[str, bytes], made: list[Path]) -> None:
    moved: list[tuple[Path, Path | None]] = []
    try:
        for path in contents:
            target = root / path
            _make_folder(target.parent, made)
            backup: Path | None = None
            if target.exists():
                backup = staging / "old" / path
                backup.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(target, backup)
            moved.append((target, backup))
            (staging / "new" / path).replace(target)
    except BaseException:
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
