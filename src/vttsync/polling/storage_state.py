"""A browser that is logged in, as Playwright keeps it in a file: cookies and local storage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vttsync.errors import Exit, VttsyncError
from vttsync.redaction import confide

_SHORTEST, _LONGEST = 16, 4096  # characters of what may be a token


def check_storage_state(path: Path) -> None:
    """See that the file is one, and let nothing that is in it be repeated.

    Raises:
        VttsyncError: exit 2: it isn't there, or is something else.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _unfit(path, f"{error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise _unfit(path, "It is no JSON.") from error
    if not isinstance(told, dict) or not isinstance(told.get("cookies", []), list):
        raise _unfit(path, "It has no list of cookies.")
    for value in _values(told):
        if _SHORTEST <= len(value) <= _LONGEST:
            confide(value)


def _values(told: Any) -> Iterator[str]:  # noqa: ANN401  (any JSON)
    if isinstance(told, dict):
        if isinstance(told.get("value"), str):
            yield told["value"]
        told = list(told.values())
    if isinstance(told, list):
        for inner in told:
            yield from _values(inner)


def _unfit(path: Path, why: str) -> VttsyncError:
    return VttsyncError(
        f"{path} is no storage state.",
        why=why,
        fix="Make one with Playwright, as `vttsync help verify-polling` says.",
        exit_code=Exit.USAGE,
    )
