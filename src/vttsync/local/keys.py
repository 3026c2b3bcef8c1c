"""The keys of a local room: made once, kept in `.dev.vars`, where wrangler finds them too."""

from __future__ import annotations

from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.project import dotenv, private
from vttsync.project.secrets import ROOM_KEYS, Secrets, new_key, unfit
from vttsync.redaction import confide

FILE_NAME = ".dev.vars"
_HEADING = "vttsync dev: for the room on this machine, never for a deploy"


def local_keys(party: Path) -> Secrets:
    """The two keys in `party`/.dev.vars; what is missing is made and written there.

    The file ends with the mode 0600, unseen by git.

    Raises:
        VttsyncError: exit 3, when the file can't be used or holds a key that the room refuses.
    """
    path = party / FILE_NAME
    private.check_own(path)
    text = private.read(path)
    there = dotenv.read(text)
    values = {name: confide(there.get(name) or new_key()) for name in ROOM_KEYS}
    for name, value in values.items():
        why = unfit(name, value, values)
        if why:
            raise _refused(path, name, why)
    private.keep_from_git(path)
    private.write(path, dotenv.with_variables(text, values, _HEADING))
    return Secrets(values)


def _refused(path: Path, name: str, why: str) -> VttsyncError:
    return VttsyncError(
        f"{name} in {path} can't be used.",
        why=why,
        fix="Remove its line: `vttsync dev` makes a new one.",
        exit_code=Exit.CONFIG,
    )
