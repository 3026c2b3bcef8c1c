"""wrangler.toml stays wrangler's: vttsync reads what it must know of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, Field

from vttsync import toml_source, validation
from vttsync.errors import Exit, VttsyncError
from vttsync.project.templates import template_files

FILE_NAME = "wrangler.toml"
REHEARSAL = "rehearsal"
"""The environment on this machine: all commands work on it, and nothing of it leaves."""


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
class Migration:
    """One step in the life of the Durable Object classes.

    Attributes:
        created: the new classes.
        renamed: the new name of each class, by the one before; its objects keep their data.
        deleted: the classes that go, and all that their objects stored.
    """

    tag: str
    created: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Worker:
    """One environment's Worker.

    Attributes:
        required_secrets: what it can't run without.
        account_id: the account that wrangler.toml pins it to, if it does.
        workers_dev: whether it answers at the account's workers.dev subdomain.
        tags: of its migrations, in order.
        migrations: the same, with what each does.
        bound: the Durable Object classes of its own that it is given.
        bindings: the same, by the names that its code finds them under.
        created: the classes that its migrations leave, and whether each stores in SQLite.
        variables: the values that its code finds in `env`, not secret.
        keeps_variables: whether a deploy leaves alone what was set on the dashboard.
        compatibility_date: "YYYY-MM-DD", as of which the runtime behaves; "" where it isn't said.
        compatibility_flags: exceptions from that.
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
    migrations: tuple[Migration, ...] = ()
    compatibility_date: str = ""
    compatibility_flags: tuple[str, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)


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
    name: str = ""
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
    compatibility_date: str | None = None
    compatibility_flags: tuple[str, ...] | None = None
    # Not inherited, as wrangler has it.
    durable_objects: _Objects = _Objects()
    variables: dict[str, object] = Field(default_factory=dict, alias="vars")


class _File(_Table):
    env: dict[str, _Table] = Field(default_factory=dict)
    keep_vars: bool = False


def environments(party: Path) -> list[str]:
    """The environments of wrangler.toml that go to Cloudflare, in its order.

    Raises:
        VttsyncError: exit 3, when the file is missing or wrong.
    """
    return [name for name in _read(party).env if name != REHEARSAL]


def read_worker(party: Path, env: str) -> Worker:
    """Read the Worker of environment `env`, named the way wrangler names it.

    Raises:
        VttsyncError: exit 3, when the file is missing or does not describe that environment.
    """
    file = _read(party)
    if env not in file.env:
        raise _no_environment(env, file)
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
        migrations=tuple(map(_migration, migrations)),
        compatibility_date=table.compatibility_date or file.compatibility_date or "",
        compatibility_flags=_flags(table, file),
        bindings={entry.name: entry.class_name for entry in objects if not entry.script_name},
    )


def _no_environment(env: str, file: _File) -> VttsyncError:
    fix = f"Name one of these with --env, or add an [env.{env}] table."
    if env == REHEARSAL:
        fix = f"Put these lines at its end:\n\n{_rehearsal_lines()}"
    return VttsyncError(
        f"{FILE_NAME} has no environment `{env}`.",
        why=f"It has: {', '.join(sorted(file.env)) or 'none'}.",
        fix=fix,
        exit_code=Exit.CONFIG,
    )


def _rehearsal_lines() -> str:
    """The tables of the rehearsal, as the template has them."""
    text = dict(template_files("party"))[FILE_NAME].decode()
    return text[text.index(f"[env.{REHEARSAL}]") :].strip()


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


def _flags(table: _Table, file: _File) -> tuple[str, ...]:
    said = (table.compatibility_flags, file.compatibility_flags)
    return next((flags for flags in said if flags is not None), ())


def _migration(table: _Migration) -> Migration:
    return Migration(
        tag=table.tag,
        created=(*table.new_classes, *table.new_sqlite_classes),
        renamed={rename.from_: rename.to for rename in table.renamed_classes},
        deleted=table.deleted_classes,
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
