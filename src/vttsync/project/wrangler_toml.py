"""wrangler.toml stays wrangler's: vttsync reads what it must know of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field

from vttsync import toml_source, validation
from vttsync.errors import Exit, VttsyncError

FILE_NAME = "wrangler.toml"


@dataclass(frozen=True)
class Worker:
    """One environment's Worker.

    Attributes:
        required_secrets: what it can't run without.
        account_id: the account that wrangler.toml pins it to, if it does.
        workers_dev: whether it answers at the account's workers.dev subdomain.
    """

    name: str
    required_secrets: tuple[str, ...]
    account_id: str | None
    workers_dev: bool


class _Secrets(BaseModel):
    required: tuple[str, ...] = ()


class _Table(BaseModel):
    """What vttsync reads of an environment's table; None is inherited from the top."""

    name: str | None = None
    account_id: str | None = None
    workers_dev: bool | None = None
    route: object = None
    routes: object = None
    secrets: _Secrets | None = None


class _File(_Table):
    env: dict[str, _Table] = Field(default_factory=dict)


def read_worker(party: Path, env: str) -> Worker:
    """Read the Worker of environment `env`, named the way wrangler names it.

    Raises:
        VttsyncError: exit 3, when the file is missing or does not describe that environment.
    """
    file = _read(party)
    if env not in file.env:
        known = ", ".join(sorted(file.env)) or "none"
        raise VttsyncError(
            f"{FILE_NAME} has no environment `{env}`.",
            why=f"It has: {known}.",
            fix=f"Name one of these with --env, or add an [env.{env}] table.",
            exit_code=Exit.CONFIG,
        )
    table = file.env[env]
    secrets = table.secrets or file.secrets or _Secrets()
    return Worker(
        name=table.name or f"{_name(file)}-{env}",
        required_secrets=secrets.required,
        account_id=table.account_id or file.account_id,
        workers_dev=_workers_dev(table, file),
    )


def check_readable(party: Path) -> None:
    """See that there is a wrangler.toml with sense in it.

    Raises:
        VttsyncError: exit 3, when there isn't; names the lines.
    """
    _read(party)


def _read(party: Path) -> _File:
    path = party / FILE_NAME
    if not path.is_file():
        raise VttsyncError(
            f"There is no {FILE_NAME} in {party}.",
            why="vttsync runs and deploys the wrangler project that `vttsync init` writes there.",
            fix="Run `vttsync init`, or set `party` in vttsync.toml to the folder that holds it.",
            exit_code=Exit.CONFIG,
        )
    fix = "Correct the lines named; wrangler's documentation describes every key."
    return validation.read_tables(toml_source.load(path), _File, (), fix)


def _workers_dev(table: _Table, file: _File) -> bool:
    said = (table.workers_dev, file.workers_dev)
    routes = (table.route, table.routes, file.route, file.routes)
    # wrangler's default: on, unless the Worker has a route of its own.
    return next((value for value in said if value is not None), not any(routes))


def _name(file: _File) -> str:
    if file.name:
        return file.name
    raise VttsyncError(
        f"{FILE_NAME} has no `name`.",
        why="It is the Worker's name on Cloudflare.",
        fix='Add a line such as `name = "my-table"` at the top.',
        exit_code=Exit.CONFIG,
    )
