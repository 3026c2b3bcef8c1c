"""Options that several commands share, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from vttsync.address import address
from vttsync.errors import Exit, VttsyncError

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON envelope on stdout, errors included.")
]
Folder = Annotated[
    Path,
    typer.Option(
        "--project",
        "-C",
        metavar="DIR",
        help="The folder that holds vttsync.toml.",
        show_default="here",
    ),
]
Url = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="The room's address, instead of the one that --env was deployed to.",
    ),
]
Env = Annotated[
    str | None,
    typer.Option("--env", "-e", metavar="NAME", help="The environment that was deployed."),
]
ChosenEnv = Annotated[
    str,
    typer.Option(
        "--env", "-e", metavar="NAME", help="The environment in wrangler.toml.", show_default=False
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask; do it.")]
RehearsedEnv = Annotated[
    str, typer.Option("--env", "-e", metavar="NAME", help="The environment to rehearse.")
]
RehearsedFolder = Annotated[
    Path | None,
    typer.Option(
        "--project",
        "-C",
        metavar="DIR",
        help="Rehearse the project in this folder, not a fresh one.",
        show_default=False,
    ),
]
Keep = Annotated[
    bool,
    typer.Option(
        "--keep", help="Leave the room running until Ctrl-C (or SIGTERM); say how to reach it."
    ),
]
NoProof = Annotated[
    bool, typer.Option("--no-proof", help="Don't replay the broadcast; see that it answers.")
]
Script = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The broadcast script to replay. Without it: `[broadcast] script` in vttsync.toml, "
        "or the fight that comes with vttsync.",
        show_default=False,
    ),
]

Hooks = Annotated[
    list[str],
    typer.Option(
        "--hook",
        metavar="NAME=COMMAND",
        help="What a `hook` step of the script does, such as `redeploy=make deploy`. Repeatable.",
        default_factory=list,
        show_default=False,
    ),
]


def is_alone(context: typer.Context) -> bool:
    """Tell whether a command that others begin with was asked for itself.

    Raises:
        TyperException: one of the others was, and an option stands before its name.
    """
    other = context.invoked_subcommand
    if other is None:
        return True
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            context.fail(f"What `{other}` is to know stands behind its name.")
    return False


def given_address(url: str | None, environ: Mapping[str, str]) -> str | None:
    """Check the room's address where --url or VTTSYNC_URL gives one.

    Raises:
        VttsyncError: exit 2, naming the flag or the variable, and never what may be a password.
    """
    name, text = ("--url", url) if url else ("VTTSYNC_URL", environ.get("VTTSYNC_URL"))
    if not text:
        return None
    try:
        return address(text)
    except ValueError as error:
        raise VttsyncError(
            f"{name} is not an address that vttsync sends keys to.",
            why=f"{error}.",
            fix="Give the room's address, such as https://my-table-prod.example.workers.dev.",
            exit_code=Exit.USAGE,
        ) from None
