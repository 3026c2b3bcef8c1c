"""What the last deploy of an environment left behind, for the commands after it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from vttsync.errors import Exit, VttsyncError


@dataclass(frozen=True)
class Receipt:
    """A finished deploy; no secrets.

    Attributes:
        previous_version: what was live before; None for a new Worker.
        deployed_at: ISO 8601, UTC.
    """

    env: str
    worker: str
    account_id: str
    url: str
    version_id: str
    previous_version: str | None
    deployed_at: str


def _path(state: Path, env: str) -> Path:
    return state / "receipts" / f"{env}.json"


def write_receipt(state: Path, receipt: Receipt) -> None:
    """Keep `receipt` in `state`, replacing the one before as a whole."""
    path = _path(state, receipt.env)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(receipt), indent=2) + "\n", encoding="utf-8")
    fresh.replace(path)


def read_receipt(state: Path, env: str) -> Receipt | None:
    """The last deploy of `env` from this folder, or None.

    Raises:
        VttsyncError: exit 3, when the file is there and can't be understood.
    """
    path = _path(state, env)
    if not path.is_file():
        return None
    try:
        return Receipt(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise VttsyncError(
            f"{path} can't be understood.",
            why="It was written by another version of vttsync, or changed by hand.",
            fix="Delete it and deploy again, or give --url.",
            exit_code=Exit.CONFIG,
        ) from error
