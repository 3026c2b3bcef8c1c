"""A dotenv file of secrets, as vttsync.toml names one for an environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.project import dotenv, private


def read(root: Path, path: Path) -> dict[str, str]:
    """The values in the file `path` below `root`, by name; nothing in them is expanded.

    A file that is not there has none.

    Raises:
        VttsyncError: exit 3, when the file is no place for secrets or a line can't be read.
    """
    if not path.exists():
        return {}
    values = dotenv.read(_text(root, path))
    return {name: value for name, value in values.items() if value}


def change(root: Path, path: Path, changes: Mapping[str, str | None]) -> None:
    """Set and (by None) remove names in the file; other lines stay as they are.

    Raises:
        VttsyncError: exit 3, when the file is no place for secrets or can't be written.
    """
    text = dotenv.without(_text(root, path), {name for name, it in changes.items() if it is None})
    values = {name: value for name, value in changes.items() if value is not None}
    private.write(path, dotenv.with_variables(text, values))


def _text(root: Path, path: Path) -> str:
    private.check_private(root, path)
    text = private.read(path)
    if not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text):
        raise _unreadable(path, "It is not UTF-8 text.")
    wrong = dotenv.wrong_line(text)
    if wrong is not None:
        raise _unreadable(path, f"Line {wrong} is no `NAME=value`.")
    return text


def _unreadable(path: Path, why: str) -> VttsyncError:
    return VttsyncError(
        f"{path} can't be understood.",
        why=why,
        fix="Correct it; quotes go around values with spaces.",
        exit_code=Exit.CONFIG,
    )
