"""The values of the Worker's secrets, from where vttsync.toml says, judged before they are used."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from vttsync.errors import Exit, VttsyncError
from vttsync.project.config import PREVIOUS
from vttsync.project.sources import Sources
from vttsync.redaction import confide

PUBLISH_KEY = "PUBLISH_KEY"
TICKET_KEY = "TICKET_KEY"
ROOM_KEYS = (PUBLISH_KEY, TICKET_KEY)
_KEY_LENGTH = 32  # HS256 asks for a key of 256 bits (RFC 7518 §3.2); the publish key follows suit
# What may stand behind "Bearer" (RFC 6750 §2.1, and = anywhere): the publish key is sent there.
_STRAY = re.compile(r"[^A-Za-z0-9._~+/=-]")


@dataclass(frozen=True)
class Secrets:
    """Secret values by the Worker's names for them; never shown."""

    values: Mapping[str, str] = field(repr=False)

    def room_keys(self) -> tuple[SecretStr, SecretStr]:
        """The publish key and the ticket key."""
        return SecretStr(self[PUBLISH_KEY]), SecretStr(self[TICKET_KEY])

    def without(self, names: Iterable[str]) -> Secrets:
        """The same but for `names`."""
        left = set(names)
        return Secrets({name: value for name, value in self.values.items() if name not in left})

    def __getitem__(self, name: str) -> str:
        return self.values[name]


def new_key() -> str:
    """A key of 256 random bits, in characters that need no quoting anywhere."""
    return confide(secrets.token_urlsafe(32))


def previous(name: str) -> str:
    """The name of the value before, while the key `name` is rotated."""
    return name + PREVIOUS


def read_secrets(sources: Sources, names: Iterable[str]) -> Secrets:
    """Read the secrets `names`, and the previous value of a room's key while it is rotated.

    Raises:
        VttsyncError: exit 4, naming every secret that is missing or unfit, never a value; exit
            3, when a file of secrets is unfit.
    """
    wanted = tuple(dict.fromkeys(names))
    found = {name: sources.find(name) for name in wanted}
    missing = [name for name in wanted if not found[name]]
    if missing:
        raise _missing(sources, missing)
    found |= {previous(key): sources.find_previous(key) for key in ROOM_KEYS if key in found}
    there = {name: it for name, it in found.items() if it}
    values = {name: it.value for name, it in there.items()}
    for name, it in there.items():
        why = unfit(name, it.value, values)
        if why:
            raise cannot_use(f"{name} ({it.place.told})", why)
    return Secrets(values)


def _missing(sources: Sources, names: list[str]) -> VttsyncError:
    told = {name: " or ".join(place.told for place in sources.places(name)) for name in names}
    keyring = sources.no_keyring(names[0])
    env = f" --env {sources.env}" if sources.env else ""
    return VttsyncError(
        f"Missing: {', '.join(f'{name} ({where})' for name, where in told.items())}.",
        why="The room can't run without these secrets; vttsync.toml says where each comes from."
        + (f" {keyring}" if keyring else ""),
        fix=f"Make the room's keys with `vttsync env generate{env}`, and give any other secret "
        f"with `vttsync env set NAME{env}`; in a pipeline, set the variables to the values that "
        "your app server has.",
        exit_code=Exit.CREDENTIALS,
    )


def cannot_use(what: str, why: str) -> VttsyncError:
    """The error for a value that is unfit, for the reason `why`."""
    return VttsyncError(
        f"{what} can't be used.",
        why=why,
        fix='`vttsync env generate` makes a key; so does `python3 -c "import secrets; '
        'print(secrets.token_urlsafe(32))"`.',
        exit_code=Exit.CREDENTIALS,
    )


def unfit(name: str, value: str, others: Mapping[str, str]) -> str:
    """Why `value` can't be the secret `name` beside `others`; empty when it can."""
    if value != value.strip():
        return "It has a line break or spaces around it."
    if name.removesuffix(PREVIOUS) not in ROOM_KEYS:
        return ""
    stray = _STRAY.search(value)
    if stray:
        return f"Its character {stray.start() + 1} can't be sent; A-Z a-z 0-9 . _ ~ + / = - can."
    if len(value) < _KEY_LENGTH:
        return f"It has {len(value)} characters; {_KEY_LENGTH} are the least."
    twin = next((key for key in ROOM_KEYS if key != name and others.get(key) == value), "")
    if twin and name in ROOM_KEYS:
        return f"It is {twin} again: whoever may publish could sign tickets too."
    return ""
