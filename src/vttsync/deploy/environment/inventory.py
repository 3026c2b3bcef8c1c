"""What an environment is made of, and where each value comes from; never a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vttsync.deploy.desired import declared_secrets, resolve_env
from vttsync.deploy.difference import SECRET, VARIABLE
from vttsync.keychain import Keychain
from vttsync.project.folder import Project
from vttsync.project.secrets import ROOM_KEYS, previous
from vttsync.project.sources import Sources
from vttsync.project.wrangler_toml import REHEARSAL
from vttsync.settings import Settings

SETTING = "setting"
ORDER = ("variable", "file", "keyring")  # of asking, for a secret


@dataclass(frozen=True)
class Entry:
    """One name.

    Attributes:
        kind: SETTING (vttsync's own), SECRET or VARIABLE (the Worker's).
        origin: where its value comes from; "" when it is nowhere.
        places: where a secret is looked for, in order.
        also: places that have it too, and don't count.
    """

    name: str
    kind: str
    origin: str
    places: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def inventory(project: Project, env: str, environ: Mapping[str, str]) -> tuple[Entry, ...]:
    """List settings, secrets and variables of `env`.

    Raises:
        VttsyncError: exit 3, when the project or a file of secrets is wrong.
    """
    keychain = Keychain()
    worker, sources = project.worker(env), project.sources(env, environ, keychain)
    names = declared_secrets(project, env, worker)
    secrets = [_secret(sources, name) for name in names]
    rotated = [_secret(sources, previous(key)) for key in ROOM_KEYS if key in names]
    path = (project.config.party / "wrangler.toml").as_posix()
    variables = [Entry(name, VARIABLE, f"file {path}") for name in worker.variables]
    return (
        *_settings(project, env, keychain),
        *secrets,
        *(entry for entry in rotated if entry.origin),
        *variables,
    )


def _settings(project: Project, env: str, keychain: Keychain) -> Iterator[Entry]:
    resolved = resolve_env(project, env, keychain)
    for field in ("account_id", "api_token", "api_base_url"):
        name = str(Settings.model_fields[field].validation_alias)
        origin = resolved.origins[field]
        told = f"variable {name}" if origin == name else origin
        missing = getattr(resolved.settings, field) is None
        if env == REHEARSAL:
            told, missing = "the rehearsal", False
        yield Entry(name, SETTING, "" if missing else told)


def _secret(sources: Sources, name: str) -> Entry:
    places = tuple(place.told for place in sources.places(name))
    found = [it.place.told for it in sources.find_all(name)]
    return Entry(name, SECRET, found[0] if found else "", places, tuple(found[1:]))
