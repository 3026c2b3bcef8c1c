"""One deploy of an environment at a time, from this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.project.only_one import held_by, only_one


@contextmanager
def locked(state: Path, env: str, work: str) -> Iterator[None]:
    """Let nobody else change what is live of `env` from this folder inside the block.

    The operating system lets go of the lock when the process ends, however it ends.

    Args:
        state: the project's folder of notes.
        env: the environment.
        work: what is done meanwhile, such as "vttsync deploy", for whoever finds it locked.

    Raises:
        VttsyncError: exit 7, when another process holds it; 3, when it can't be made.
    """
    path = state / "locks" / f"{env}.lock"
    since = datetime.now(UTC).isoformat(timespec="seconds")
    holder = f"`{work} --env {env}`, process {os.getpid()}, since {since}"
    with only_one(path, _taken(env, held_by(path)), holder):
        yield


def _taken(env: str, holder: str) -> VttsyncError:
    return VttsyncError(
        f"`{env}` is being changed from this folder already.",
        why=f"{(holder or 'Another process').rstrip('.')}, is at it. Nothing was changed by this "
        "one.",
        fix="Let that one end, or end it, then say this again.",
        exit_code=Exit.DEPLOY_FAILED,
    )
