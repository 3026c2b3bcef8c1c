"""What the last deploy of an environment left behind, for the commands after it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from vttsync.errors import Exit, VttsyncError


@dataclass(frozen=True)
class Receipt:
    """An upload that went live, seen healthy or not; no secrets.

    Attributes:
        url: empty while it is not known.
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


def make_room(state: Path, env: str) -> None:
    """See, before anything is uploaded, that a receipt can be kept.

    Raises:
        VttsyncError: exit 3, when it can't.
    """
    with _keeping(state, "Nothing was deployed."):
        _path(state, env).parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=_path(state, env).parent):
            pass


def write_receipt(state: Path, receipt: Receipt) -> None:
    """Keep `receipt` in `state`, replacing the one before as a whole.

    Raises:
        VttsyncError: exit 3, when the folder can't be written.
    """
    with _keeping(state, f"Version {receipt.version_id} is live all the same."):
        path = _path(state, receipt.env)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(receipt), indent=2) + "\n", encoding="utf-8")
        fresh.replace(path)


@contextmanager
def _keeping(state: Path, consequence: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise VttsyncError(
            f"vttsync can't keep its note of the deploy in {state}.",
            why=f"{error.strerror or error}. {consequence}",
            fix="Check the folder's owner, its permissions and the space left, then deploy again.",
            exit_code=Exit.CONFIG,
        ) from error


def forget_receipt(state: Path, env: str) -> None:
    """Remove the receipt of `env`, as its Worker is gone; harmless when there is none."""
    _path(state, env).unlink(missing_ok=True)


def read_receipt(state: Path, env: str) -> Receipt | None:
    """The last deploy of `env` from this folder, or None.

    Raises:
        VttsyncError: exit 3, when the file is there and can't be read or understood.
    """
    path = _path(state, env)
    try:
        return Receipt(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VttsyncError(
            f"{path} can't be read.",
            why=f"{error.strerror or error}.",
            fix="Check its owner and permissions, or give --url.",
            exit_code=Exit.CONFIG,
        ) from error
    except (ValueError, TypeError) as error:
        raise VttsyncError(
            f"{path} can't be understood.",
            why="It was written by another version of vttsync, or changed by hand.",
            fix="Delete it and deploy again, or give --url.",
            exit_code=Exit.CONFIG,
        ) from error
