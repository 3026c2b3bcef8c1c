"""What an app server needs of an environment, in the form that it reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from vttsync.deploy.receipt import read_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.project import dotenv, private
from vttsync.project.folder import Project
from vttsync.project.secrets import ROOM_KEYS, read_secrets

URL = "VTTSYNC_ROOM_URL"


class Form(StrEnum):
    """How the values are written."""

    DOTENV = "dotenv"
    GITHUB = "github"
    JSON = "json"


def values_for_app(project: Project, env: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The room's keys and, once it was deployed from here or has a domain, its address.

    Raises:
        VttsyncError: exit 3 (project), 4 (a key is missing or unfit).
    """
    secrets = read_secrets(project.sources(env, environ), ROOM_KEYS)
    table, receipt = project.config.env.get(env), read_receipt(project.state, env)
    url = (table.url if table else "") or (receipt.url if receipt else "")
    keys = {f"VTTSYNC_{name}": secrets[name] for name in ROOM_KEYS}
    return {**({URL: url} if url else {}), **keys}


def written(values: Mapping[str, str], form: Form) -> str:
    """The values as text; GitHub's files of variables take what dotenv files hold."""
    if form is Form.JSON:
        return json.dumps(values, indent=2) + "\n"
    return dotenv.write(values)


def masks(values: Mapping[str, str]) -> str:
    """GitHub's workflow commands that let it hide `values` in its logs, but for the address."""
    return "".join(f"::add-mask::{value}\n" for name, value in values.items() if name != URL)


def write_new(path: Path, text: str, *, replace: bool) -> None:
    """Write `text` to the file `path`, for nobody else to read.

    Raises:
        VttsyncError: exit 9, when it is there and `replace` isn't said; exit 3, when git would
            commit it or it can't be written.
    """
    path = path.absolute()
    if path.exists() and not replace:
        raise VttsyncError(
            f"{path} is there already.",
            why="All that is in it would be replaced.",
            fix="Say --yes to replace it, or name another file.",
            exit_code=Exit.DECISION_NEEDED,
        )
    private.check_ignored(path)
    private.write(path, text)


def append(path: Path, text: str) -> None:
    """Add `text` to a file that a pipeline's runner made.

    Raises:
        VttsyncError: exit 3, when it can't be written.
    """
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise private.cannot("write", path, error) from error
