"""The files that come with vttsync: in the wheel, or beside the source in a checkout."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

# What tools leave in a checkout; dotfiles of the templates themselves are stored as `dot_name`.
_LEFT_BEHIND = (".*", "node_modules", "__pycache__", "*.egg-info", "*.sqlite3*")


def templates_folder() -> Path:
    """The folder that holds `party/`, `client/`, `project/` and the others."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_templates"
    return installed if installed.is_dir() else package.parents[1] / "templates"


def first_script() -> Path:
    """The broadcast script that comes with vttsync."""
    return templates_folder() / "broadcast" / "smoke.toml"


def template_files(name: str) -> Iterator[tuple[str, bytes]]:
    """Every file of template `name`: its path (with `/`, dotfiles named) and its content.

    Dotfiles are stored as `dot_name`, so that packaging rules for dotfiles can't drop them.
    """
    folder = templates_folder() / name
    for place, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(entry for entry in subfolders if not _left_behind(entry))
        for path in sorted(Path(place, entry) for entry in names if not _left_behind(entry)):
            parts = path.relative_to(folder).parts
            yield "/".join(map(_named, parts)), path.read_bytes()


def _left_behind(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in _LEFT_BEHIND)


def _named(part: str) -> str:
    return f".{part.removeprefix('dot_')}" if part.startswith("dot_") else part
