"""The values of the Worker's secrets, from where vttsync.toml says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from vttsync.errors import Exit, VttsyncError
from vttsync.project.config import SecretSource

PUBLISH_KEY = "PUBLISH_KEY"
TICKET_KEY = "TICKET_KEY"
_KEY_LENGTH = 32  # HS256 asks for a key of 256 bits (RFC 7518 §3.2); the publish key follows suit
# What may stand behind "Bearer" (RFC 6750 §2.1, and = anywhere): the publish key is sent there.
_STRAY = re.compile(r"[^A-Za-z0-9._~+/=-]")
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
    wanted = {name: variable_of(sources, name) for name in names}
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
    values = {name: environ[variable] for name, variable in wanted.items()}
    for name, variable in wanted.items():
        why = unfit(name, values)
        if why:
            raise VttsyncError(
                f"{variable} can't be used.",
                why=why,
                fix=f"Make a new one with `{_NEW_KEY}`.",
                exit_code=Exit.CREDENTIALS,
            )
    return Secrets(values)


def variable_of(sources: Mapping[str, SecretSource], name: str) -> str:
    """The environment variable that holds the secret `name`: what vttsync.toml says, or its own."""
    return sources[name].variable if name in sources else f"VTTSYNC_{name}"


def unfit(name: str, values: Mapping[str, str]) -> str:
    """Why the room refuses the value of `name`; empty when it takes it."""
    value = values[name]
    if value != value.strip():
        return "It has a line break or spaces around it."
    if name not in (PUBLISH_KEY, TICKET_KEY):
        return ""
    stray = _STRAY.search(value)
    if stray:
        return f"Its character {stray.start() + 1} can't be sent; A-Z a-z 0-9 . _ ~ + / = - can."
    if len(value) < _KEY_LENGTH:
        return f"It has {len(value)} characters; {_KEY_LENGTH} are the least."
    if name == TICKET_KEY and value == values.get(PUBLISH_KEY):
        return "It is the publish key again: whoever may publish could sign tickets too."
    return ""
