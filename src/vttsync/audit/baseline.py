"""Polls that were there before anybody audited: a file that excuses them, and no others."""

from __future__ import annotations

import json
from pathlib import Path

from vttsync.audit.finding import Report
from vttsync.errors import Exit, VttsyncError

_VERSION = 1
_FIX = "Make a new one with --update-baseline, or give another file."


def read(path: Path) -> list[str]:
    """The identities in a baseline.

    Raises:
        VttsyncError: exit 2, when it isn't there; exit 3, when it is no baseline.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise VttsyncError(
            f"There is no baseline {path}.",
            why="--baseline reads a file that --update-baseline has written.",
            fix="Say --update-baseline as well, once, and keep the file in git.",
            exit_code=Exit.USAGE,
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "It isn't JSON."
        raise _unusable(path, why) from error
    known = content.get("known") if isinstance(content, dict) else None
    if not isinstance(known, list) or not all(isinstance(each, str) for each in known):
        raise _unusable(path, "It has no list `known`.")
    if content.get("version") != _VERSION:
        raise _unusable(path, f"It is of version {content.get('version')}, not {_VERSION}.")
    return known


def write(path: Path, report: Report) -> int:
    """Write the polls that would fail now; tell how many they are."""
    known = sorted(finding.identity for finding in report.findings if finding.fails)
    text = json.dumps({"version": _VERSION, "known": known}, indent=2, ensure_ascii=False)
    try:
        path.write_text(f"{text}\n", "utf-8")
    except OSError as error:
        raise _unusable(path, f"It can't be written: {error.strerror or error}.") from error
    return len(known)


def _unusable(path: Path, why: str) -> VttsyncError:
    return VttsyncError(
        f"{path} can't be used as a baseline.", why=why, fix=_FIX, exit_code=Exit.CONFIG
    )
