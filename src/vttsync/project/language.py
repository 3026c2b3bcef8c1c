"""Which language an app's server speaks, told from the files that are there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from vttsync.project import parts
from vttsync.project.parts import Publisher

_PYTHON = ("pyproject.toml", "requirements*.txt", "setup.py", "Pipfile", "manage.py", "*.py")
_TYPESCRIPT = ("package.json",)
_NOT_THE_APP = {"node_modules", "venv", "broadcast", parts.CLIENT, parts.PUBLISHER, parts.TABLE}


@dataclass(frozen=True)
class Found:
    """A language, and the file that tells of it, relative to the app's folder."""

    publisher: Publisher
    sign: str


def find_language(root: Path, party: str) -> Found | None:
    """Look in `root` and in the folders directly below; None when nothing tells.

    Python wins: beside a Python server, package.json is the page's.
    """
    names = sorted(_files(root, party), key=lambda name: (name.count("/"), name))
    for publisher, patterns in (
        (Publisher.PYTHON, _PYTHON),
        (Publisher.TYPESCRIPT, _TYPESCRIPT),
    ):
        for pattern in patterns:
            for name in names:
                if fnmatch(name.rpartition("/")[2], pattern):
                    return Found(publisher, name)
    return None


def _files(root: Path, party: str) -> list[str]:
    skipped = _NOT_THE_APP | {party.split("/", maxsplit=1)[0]}
    found = []
    for entry in _entries(root):
        if not entry.is_dir():
            found.append(entry.name)
        elif entry.name not in skipped and not entry.name.startswith("."):
            inner = (inner for inner in _entries(Path(entry.path)) if not inner.is_dir())
            found += [f"{entry.name}/{inner.name}" for inner in inner]
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # not there yet, or not for this user's eyes
        return []
