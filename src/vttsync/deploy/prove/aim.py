"""Which room a proof is about: its address, the version it should run, its keys, the script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vttsync import PROTOCOL, web
from vttsync.address import address
from vttsync.deploy.health import Health, read_health
from vttsync.deploy.receipt import Receipt, read_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.project import config
from vttsync.project.folder import Project, open_project
from vttsync.project.secrets import ROOM_KEYS, Secrets, read_secrets
from vttsync.project.sources import Sources
from vttsync.project.templates import first_script
from vttsync.settings import FILE, resolve


@dataclass(frozen=True)
class Aim:
    """A deployed room, seen to answer.

    Attributes:
        version: what was deployed from this folder; else what the room says of itself.
        keys: PUBLISH_KEY and TICKET_KEY.
    """

    url: str
    version: str
    keys: Secrets
    script: Path


def aim(
    folder: Path,
    *,
    env: str | None,
    url: str | None,
    script: Path | None,
    environ: Mapping[str, str],
    check_script: Callable[[Path], object],
) -> Aim:
    """Resolve the room and ask it once for its health, after `check_script` liked the script.

    Raises:
        VttsyncError: exit 2 (neither --env nor --url), 3 (project), 4 (keys missing),
            6 (not reached), 8 (what answers is no room, or of another protocol).
    """
    project = _project(folder, env)
    receipt = read_receipt(project.state, env) if project and env else None
    table = project.config.env.get(env) if project and env else None
    from_file = {
        "url": (table.url if table else "") or (receipt.url if receipt else ""),
        "script": _script(project, env),
    }
    resolved = resolve({"url": url, "script": script}, from_file)
    settings, origin = resolved.settings, resolved.origins["url"]
    if settings.url is None:
        raise _no_address(env)
    where = _check(settings.url, origin)
    # What the project says is the deployed Worker's address, whichever of its names that is.
    same = receipt if receipt and (origin == FILE or receipt.url == where) else None
    path = settings.script or first_script()
    check_script(path)
    return Aim(
        url=where,
        version=_version(where, same),
        keys=read_secrets(_sources(project, env, environ), ROOM_KEYS),
        script=path,
    )


def _script(project: Project | None, env: str | None) -> Path | None:
    if project is None:
        return None
    return project.script_of(env) if env else project.script


def _project(folder: Path, env: str | None) -> Project | None:
    if env is None and not (folder / config.FILE_NAME).is_file():
        return None
    project = open_project(folder)
    if env is not None:
        project.worker(env)  # an unknown environment is told as such
    return project


def _sources(project: Project | None, env: str | None, environ: Mapping[str, str]) -> Sources:
    if project and env:
        return project.sources(env, environ)
    return Sources(project.config.secrets if project else {}, environ)


def _no_address(env: str | None) -> VttsyncError:
    if env is None:
        return VttsyncError(
            "Which room?",
            why="Neither an environment nor an address was given.",
            fix="Say `--env NAME` for what was deployed from here, or `--url https://…`.",
            exit_code=Exit.USAGE,
        )
    return VttsyncError(
        f"The address of `{env}` is not known.",
        why="No deploy from this folder got as far as its address, and vttsync.toml names none.",
        fix=f"Run `vttsync deploy --env {env}`, give --url, or set `url` in [env.{env}].",
        exit_code=Exit.CONFIG,
    )


def _check(url: str, origin: str) -> str:
    try:
        return address(url)
    except ValueError as error:
        raise VttsyncError(
            f"{origin} is not an address vttsync sends keys to.",
            why=f"{error}.",
            fix="Give the room's address, such as https://my-table-prod.example.workers.dev.",
            exit_code=Exit.USAGE,
        ) from error


def _version(url: str, receipt: Receipt | None) -> str:
    with web.reaching("The room", url), web.client(url) as client:
        health = read_health(client)
    if not isinstance(health, Health):
        raise VttsyncError(
            f"What answers at {url} is not a vttsync room.",
            why=f"{url}/health gave {health}.",
            fix="Check the address; it is the Worker's, without a path.",
            exit_code=Exit.VERIFY_FAILED,
        )
    if health.protocol != PROTOCOL:
        raise VttsyncError(
            f"The room speaks protocol version {health.protocol}.",
            why=f"This vttsync speaks version {PROTOCOL}.",
            fix="Deploy the room with this vttsync, or verify it with the one that deployed it.",
            exit_code=Exit.VERIFY_FAILED,
        )
    return receipt.version_id if receipt else health.version
