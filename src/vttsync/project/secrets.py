"""The values of the Worker's secrets, from where vttsync.toml says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from vttsync.errors import Exit, VttsyncError
from vttsync.project.config import SecretSource

PUBLISH_KEY = "PUBLISH_KEY"
TICKET_KEY = "TICKET_KEY"
_KEY_LENGTH = 32  # HS256 asks for a key of 256 bits (RFC 7518 §3.2); the publish key follows suit
_NEW_KEY = 'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'


@dataclass(frozen=True)
class Secrets:
    """Secret values by the Worker's names for them; never shown."""

    values: Mapping[str, str] = field(repr=False)

    def room_keys(self) -> tuple[SecretStr, SecretStr]:
        """The publish key and the ticket key."""
        return SecretStr(self[PUBLISH_KEY]), SecretStr(self[TICKET_KEY])

    def __getitem__(self, name: str) -> str:
        return self.values[name]


def read_secrets(
    sources: Mapping[str, SecretSource], names: Iterable[str], environ: Mapping[str, str]
) -> Secrets:
    """Read the secrets `names`; one that vttsync.toml doesn't mention is VTTSYNC_<name>.

    Raises:
        VttsyncError: exit 4, naming every variable that is missing or unfit, never a value.
    """
    wanted = {name: _variable(sources, name) for name in names}
    missing = [variable for variable in wanted.values() if not environ.get(variable)]
    if missing:
        raise VttsyncError(
            f"Missing: {', '.join(missing)}.",
            why="The room can't run without these secrets; their values come from variables of "
            "these names (vttsync.toml, [secrets]).",
            fix=f"Make each once, with `{_NEW_KEY}`, keep it where your app server and your "
            "pipeline keep theirs, and set the variable.",
            exit_code=Exit.CREDENTIALS,
        )
    for name, variable in wanted.items():
        _check(name, variable, environ[variable])
    return Secrets({name: environ[variable] for name, variable in wanted.items()})


def _variable(sources: Mapping[str, SecretSource], name: str) -> str:
    return sources[name].variable if name in sources else f"VTTSYNC_{name}"


def _check(name: str, variable: str, value: str) -> None:
    why = ""
    if value != value.strip():
        why = "It has a line break or spaces around it."
    elif name in (PUBLISH_KEY, TICKET_KEY) and len(value) < _KEY_LENGTH:
        why = f"It has {len(value)} characters; {_KEY_LENGTH} are the least."
    if why:
        raise VttsyncError(
            f"{variable} can't be used.",
            why=why,
            fix=f"Make a new one with `{_NEW_KEY}`.",
            exit_code=Exit.CREDENTIALS,
        )
