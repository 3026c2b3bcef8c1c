"""wrangler.toml stays wrangler's: vttsync reads what it must know of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, Field

from vttsync import toml_source, validation
from vttsync.errors import Exit, VttsyncError

FILE_NAME = "wrangler.toml"


@dataclass(frozen=True)
class Route:
    """Where a Worker answers besides workers.dev.

    Attributes:
        pattern: a host name, for a custom domain; else a pattern such as "example.com/table/*".
        zone: the zone's name or id, where the file says it; else "".
    """

    pattern: str
    custom_domain: bool = False
    zone: str = ""


@dataclass(frozen=True)
class Worker:
    """One environment's Worker.

    Attributes:
        required_secrets: what it can't run without.
        account_id: the account that wrangler.toml pins it to, if it does.
        workers_dev: whether it answers at the account's workers.dev subdomain.
        tags: of its migrations, in order.
        bound: the Durable Object classes of its own that it is given.
        created: the classes that its migrations leave, and whether each stores in SQLite.
        variables: the values that its code finds in `env`, not secret.
        keeps_variables: whether a deploy leaves alone what was set on the dashboard.
    """

    name: str
    required_secrets: tuple[str, ...]
    account_id: str | None
    workers_dev: bool
    routes: tuple[Route, ...] = ()
    tags: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    created: Mapping[str, bool] = field(default_factory=dict)
    variables: Mapping[str, object] = field(default_factory=dict)
    keeps_variables: bool = False


class _Secrets(BaseModel):
    required: tuple[str, ...] = ()


class _Route(BaseModel):
    pattern: str
    custom_domain: bool = False
    zone_name: str = ""
    zone_id: str = ""


class _Rename(BaseModel):
    from_: str = Field(alias="from")
    to: str


class _Migration(BaseModel):
    tag: str
    new_classes: tuple[str, ...] = ()
    new_sqlite_classes: tuple[str, ...] = ()
    renamed_classes: tuple[_Rename, ...] = ()
    deleted_classes: tuple[str, ...] = ()


class _Object(BaseModel):
    class_name: str
    script_name: str | None = None


class _Objects(BaseModel):
    bindings: tuple[_Object, ...] = ()


class _Table(BaseModel):
    """What vttsync reads of an environment's table; None is inherited from the top."""

    name: str | None = None
    account_id: str | None = None
    workers_dev: bool | None = None
    route: str | _Route | None = None
    routes: tuple[str | _Route, ...] | None = None
    migrations: tuple[_Migration, ...] | None = None
    secrets: _Secrets | None = None
    # Not inherited, as wrangler has it.
    durable_objects: _Objects = _Objects()
    variables: dict[str, object] = Field(default_factory=dict, alias="vars")


class _File(_Table):
    env: dict[str, _Table] = Field(default_factory=dict)
    keep_vars: bool = False


def environments(party: Path) -> list[str]:
    """The environments that wrangler.toml describes, in its order.

    Raises:
        VttsyncError: exit 3, when the file is missing or wrong.
    """
    return list(_read(party).env)


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
    routes = _routes(table) if _routes(table) is not None else _routes(file)
    migrations = table.migrations if table.migrations is not None else file.migrations or ()
    objects = table.durable_objects.bindings
    return Worker(
        name=table.name or f"{_name(file)}-{env}",
        required_secrets=secrets.required,
        account_id=table.account_id or file.account_id,
        workers_dev=_workers_dev(table, file, bool(routes)),
        routes=routes or (),
        tags=tuple(migration.tag for migration in migrations),
        bound=tuple(entry.class_name for entry in objects if not entry.script_name),
        created=_created(migrations),
        variables=table.variables,
        keeps_variables=file.keep_vars,
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


def _workers_dev(table: _Table, file: _File, routed: bool) -> bool:
    said = (table.workers_dev, file.workers_dev)
    # wrangler's default: on, unless the Worker has a route of its own.
    return next((value for value in said if value is not None), not routed)


def _routes(table: _Table) -> tuple[Route, ...] | None:
    if table.route is None and table.routes is None:
        return None
    given = (*((table.route,) if table.route is not None else ()), *(table.routes or ()))
    return tuple(
        Route(route)
        if isinstance(route, str)
        else Route(route.pattern, route.custom_domain, route.zone_id or route.zone_name)
        for route in given
    )


def _created(migrations: Iterable[_Migration]) -> dict[str, bool]:
    classes: dict[str, bool] = {}
    for migration in migrations:
        classes |= dict.fromkeys(migration.new_classes, False)
        classes |= dict.fromkeys(migration.new_sqlite_classes, True)
        for rename in migration.renamed_classes:
            classes[rename.to] = classes.pop(rename.from_, True)
        for name in migration.deleted_classes:
            classes.pop(name, None)
    return classes


def _name(file: _File) -> str:
    if file.name:
        return file.name
    raise VttsyncError(
        f"{FILE_NAME} has no `name`.",
        why="It is the Worker's name on Cloudflare.",
        fix='Add a line such as `name = "my-table"` at the top.',
        exit_code=Exit.CONFIG,
    )
