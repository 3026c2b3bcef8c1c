"""A dotenv file of secrets: read as python-dotenv reads it, changed line by line."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from vttsync.errors import Exit, VttsyncError
from vttsync.project.private import check_private, write_private

# What every reader of such files takes as it stands.
_PLAIN = re.compile(r"[A-Za-z0-9._~+/=:-]+")


def read(root: Path, path: Path) -> dict[str, str]:
    """The values in the file `path` below `root`, by name; nothing in them is expanded.

    A file that is not there has none.

    Raises:
        VttsyncError: exit 3, when the file is no place for secrets or a line can't be read.
    """
    if not path.exists():
        return {}
    return {line.key: line.value for line in _lines(root, path) if line.key and line.value}


def change(root: Path, path: Path, changes: Mapping[str, str | None]) -> None:
    """Set and (by None) remove names in the file; other lines stay as they are.

    Raises:
        VttsyncError: exit 3, when the file is no place for secrets or can't be written.
    """
    check_private(root, path)
    lines = _lines(root, path) if path.exists() else []
    kept = "".join(line.original.string for line in lines if line.key not in changes)
    end = "" if not kept or kept.endswith("\n") else "\n"
    new = {name: value for name, value in changes.items() if value is not None}
    try:
        write_private(path, f"{kept}{end}{write(new)}")
    except OSError as error:
        raise _cannot("write", path, error) from error


def write(values: Mapping[str, str]) -> str:
    """The lines of a dotenv file."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in values.items())


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _lines(root: Path, path: Path) -> list[Binding]:
    check_private(root, path)
    try:
        # As bytes: reading as text would turn line ends inside of values.
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise _cannot("read", path, error) from error
    except UnicodeDecodeError:
        raise _unreadable(path, "It is not UTF-8 text.") from None
    lines = list(parse_stream(io.StringIO(text, newline="")))
    wrong = next((line.original for line in lines if line.error), None)
    if wrong is not None:
        blank = len(wrong.string) - len(wrong.string.lstrip("\r\n"))
        raise _unreadable(path, f"Line {wrong.line + blank} is no `NAME=value`.")
    return lines


def _unreadable(path: Path, why: str) -> VttsyncError:
    return VttsyncError(
        f"{path} can't be understood.",
        why=why,
        fix="Correct it; quotes go around values with spaces.",
        exit_code=Exit.CONFIG,
    )


def _cannot(do: str, path: Path, error: OSError) -> VttsyncError:
    return VttsyncError(
        f"vttsync can't {do} {path}.",
        why=f"{error.strerror or error}.",
        fix="Check its owner, its permissions and the space left.",
        exit_code=Exit.CONFIG,
    )
