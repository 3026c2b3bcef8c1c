"""wrangler.toml stays wrangler's: vttsync reads what it must know of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vttsync import toml_source
from vttsync.errors import Exit, VttsyncError

FILE_NAME = "wrangler.toml"


@dataclass(frozen=True)
class Worker:
    """One environment's Worker: its name, the secrets it can't run without, its pinned account."""

    name: str
    required_secrets: tuple[str, ...]
    account_id: str | None


def read_worker(party: Path, env: str) -> Worker:
    """Read the Worker of environment `env`, named the way wrangler names it.

    Raises:
        VttsyncError: exit 3, when the file is missing or does not describe that environment.
    """
    path = party / FILE_NAME
    if not path.is_file():
        raise VttsyncError(
            f"There is no {FILE_NAME} in {party}.",
            why="vttsync deploys the wrangler project that `vttsync init` writes there.",
            fix="Run `vttsync init`, or set `party` in vttsync.toml to the folder that holds it.",
            exit_code=Exit.CONFIG,
        )
    data = toml_source.load(path).data
    environments: dict[str, Any] = data.get("env", {})
    if env not in environments:
        known = ", ".join(sorted(environments)) or "none"
        raise VttsyncError(
            f"{path.name} has no environment `{env}`.",
            why=f"It has: {known}.",
            fix=f"Name one of these with --env, or add an [env.{env}] table.",
            exit_code=Exit.CONFIG,
        )
    table: dict[str, Any] = environments[env]
    name = table.get("name") or f"{_name(data, path)}-{env}"
    secrets = table.get("secrets", data.get("secrets", {})).get("required", [])
    return Worker(name, tuple(secrets), table.get("account_id", data.get("account_id")))


def _name(data: dict[str, Any], path: Path) -> str:
    name = data.get("name")
    if isinstance(name, str) and name:
        return name
    raise VttsyncError(
        f"{path.name} has no `name`.",
        why="It is the Worker's name on Cloudflare.",
        fix='Add a line such as `name = "my-table"` at the top.',
        exit_code=Exit.CONFIG,
    )
