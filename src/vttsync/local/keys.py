"""The keys of a local room: made once, kept in `.dev.vars`, where wrangler finds them too."""

from __future__ import annotations

import secrets
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.local import dotenv, private_file
from vttsync.project.secrets import PUBLISH_KEY, TICKET_KEY, Secrets, unfit

FILE_NAME = ".dev.vars"
_HEADING = "vttsync dev: for the room on this machine, never for a deploy"


def local_keys(party: Path) -> Secrets:
    """The two keys in `party`/.dev.vars; what is missing is made and written there.

    The file ends with the mode 0600, unseen by git.

    Raises:
        VttsyncError: exit 3, when the file can't be used or holds a key that the room refuses.
    """
    path = party / FILE_NAME
    private_file.check(path)
    text = private_file.read(path)
    there = {name: value for name, value in dotenv.read(text).items() if value}
    made = {name: secrets.token_urlsafe(32) for name in (PUBLISH_KEY, TICKET_KEY)}
    values = {name: there.get(name, new) for name, new in made.items()}
    for name in values:
        why = unfit(name, values)
        if why:
            raise _refused(path, name, why)
    private_file.write(path, dotenv.with_variables(text, values, _HEADING))
    private_file.close_to_others(path)
    return Secrets(values)


def _refused(path: Path, name: str, why: str) -> VttsyncError:
    return VttsyncError(
        f"{name} in {path} can't be used.",
        why=why,
        fix="Remove its line: `vttsync dev` makes a new one.",
        exit_code=Exit.CONFIG,
    )
