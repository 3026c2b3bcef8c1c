"""The rehearsal that stays: an account on this machine, kept with the project's notes.

It is up while a command works on it. A second command goes through the door of the first.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.token import read_token
from vttsync.deploy.desired import Desired, declared_secrets, secrets_of
from vttsync.deploy.receipt import read_receipt, write_receipt
from vttsync.deploy.where import workers_dev_of
from vttsync.errors import Exit, VttsyncError
from vttsync.node import packages
from vttsync.node.runtime import find_node
from vttsync.progress import Stages
from vttsync.project.folder import Project
from vttsync.project.only_one import only_one
from vttsync.project.secrets import ROOM_KEYS, Secrets, new_key
from vttsync.project.wrangler_toml import REHEARSAL, Worker
from vttsync.rehearsal.edge.edge import BootError
from vttsync.rehearsal.standin import ACCOUNT_ID, StandIn
from vttsync.rehearsal.store import write_private

_ORIGIN = "an account on this machine"
_DOOR = "door.json"
_PATIENCE = 30.0  # seconds; somebody who has just begun boots the room first
_PAUSE = 0.05


@dataclass(frozen=True)
class _Door:
    """The way into the account that a command has opened."""

    account_id: str
    api_url: str
    token: str = field(repr=False)


@contextmanager
def kept(project: Project, stage: Stages, *, with_secrets: bool = True) -> Iterator[Desired]:
    """Say what the rehearsal of `project` should be, while its account answers.

    Keys that it has not got yet are made up. Nothing comes from the user's environment.

    Raises:
        VttsyncError: exit 3 (project), 5 and 6 (Node, npm, workerd).
    """
    worker = project.worker(REHEARSAL)
    secrets = _secrets(project, worker) if with_secrets else Secrets({})
    with _door(project, worker, stage) as door:
        yield Desired(
            env=REHEARSAL,
            worker=worker,
            account_id=door.account_id,
            account_origin=_ORIGIN,
            token=read_token(door.token),
            token_origin=_ORIGIN,
            api_base_url=door.api_url,
            secrets=secrets,
            url="",
        )


def room_url(want: Desired) -> str:
    """Where the rehearsal's room answers.

    Raises:
        VttsyncError: exit 3, when nothing is deployed to it.
    """
    with CloudflareApi(want.api_base_url, want.token) as api:
        path = f"/accounts/{want.account_id}/workers/workers/{want.worker.name}"
        url = workers_dev_of(api.get(path).fields())
    if url:
        return url
    raise VttsyncError(
        "Nothing is deployed to the rehearsal yet.",
        why=f"Its account, on this machine, has no Worker {want.worker.name}.",
        fix=f"Run `vttsync deploy --env {REHEARSAL}` first.",
        exit_code=Exit.CONFIG,
    )


def _secrets(project: Project, worker: Worker) -> Secrets:
    sources = project.sources(REHEARSAL, {})
    for name in (*declared_secrets(project, REHEARSAL, worker), *ROOM_KEYS):
        if sources.find(name) is None:
            sources.keep(name, new_key())
    return secrets_of(project, worker, sources)


@contextmanager
def _door(project: Project, worker: Worker, stage: Stages) -> Iterator[_Door]:
    folder = project.state / REHEARSAL
    taken = VttsyncError(
        "Another command is using the rehearsal.",
        why=f"It holds {folder}, and does not let this one in.",
        fix="Wait until it has ended, then try again.",
        exit_code=Exit.DECISION_NEEDED,
    )
    with ExitStack() as stack:
        try:
            stack.enter_context(only_one(folder / "lock", taken))
        except VttsyncError as error:
            if error is not taken:
                raise
            door = _others(folder, taken)
        else:
            door = stack.enter_context(_opened(project, worker, folder, stage))
        yield door


def _others(folder: Path, taken: VttsyncError) -> _Door:
    """The door that another command has opened, as soon as it has."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            return _Door(**json.loads((folder / _DOOR).read_bytes()))
        except OSError:
            time.sleep(_PAUSE)
    raise taken


@contextmanager
def _opened(project: Project, worker: Worker, folder: Path, stage: Stages) -> Iterator[_Door]:
    (folder / _DOOR).unlink(missing_ok=True)  # of a command that was killed
    if any(folder.glob("*/worker.json")):
        packages.ensure(find_node(), project.party, stage)  # it is to run at once
    standin = StandIn(
        folder,
        workerd=lambda: packages.workerd_binary(project.party),
        account_id=worker.account_id or ACCOUNT_ID,
    )
    try:
        standin.__enter__()
    except (BootError, OSError, ValueError) as error:
        raise _stuck(folder, error) from error
    try:
        _tell_address(project, standin.room_url(worker.name))
        door = _Door(standin.account_id, standin.api_url, standin.token)
        write_private(folder / _DOOR, json.dumps(asdict(door)).encode())
        yield door
    finally:
        (folder / _DOOR).unlink(missing_ok=True)
        standin.close()


def _tell_address(project: Project, url: str) -> None:
    """Let the receipt follow the room, which has another port each time."""
    receipt = read_receipt(project.state, REHEARSAL)
    if receipt and url and receipt.url != url:
        write_receipt(project.state, replace(receipt, url=url))


def _stuck(folder: Path, error: Exception) -> VttsyncError:
    return VttsyncError(
        "What was deployed to the rehearsal does not start any more.",
        why=f"{error}",
        fix=f"Remove {folder} to begin anew; its rooms' data goes with it.",
        exit_code=Exit.MISSING,
    )
