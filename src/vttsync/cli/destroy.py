"""`vttsync destroy`: the end of a deployed room, and of all its data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import ChosenEnv, Folder, Json

if TYPE_CHECKING:
    from vttsync.deploy.operate.destroy import Stake
    from vttsync.output.terminal import Terminal

_Named = Annotated[
    str,
    typer.Option(
        "--yes-delete",
        metavar="WORKER",
        help="Don't ask; the Worker's name, to show that it is meant.",
    ),
]


def destroy(env: ChosenEnv, named: _Named = "", folder: Folder = Path(), json: Json = False) -> int:
    """Delete an environment's Worker with all that its rooms have stored; asks for its name.

    There is no way back. Your app's database, your keys and this folder stay.
    """
    import os
    from dataclasses import asdict

    from vttsync.cli.account import reached
    from vttsync.deploy.execute.lock import locked
    from vttsync.deploy.operate import destroy as ending
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("destroy", as_json=json)
    project = open_project(folder)
    with (
        locked(project.state, env, "vttsync destroy"),
        reached(project, env, os.environ, terminal, with_secrets=False) as want,
    ):
        stake = ending.at_stake(want)
        if stake.exists:
            ending.check_unused(stake, want)
            _make_sure(terminal, stake, named)
            ending.destroy(project, want, terminal.stage)
        else:
            terminal.say(f"There is no {stake.worker} on this account.")
    told = {"env": env, **asdict(stake), "deleted": stake.exists}
    return terminal.finish({**told, "stages": terminal.stage_times()})


def _make_sure(terminal: Terminal, stake: Stake, named: str) -> None:
    from vttsync.errors import Exit, VttsyncError

    terminal.warn(f"{stake.worker} will be deleted. {stake.told()} There is no way back.")
    asked = terminal.interactive and not named
    typed = (
        typer.prompt("Type the Worker's name", default="", show_default=False, err=True)
        if asked
        else named
    )
    if typed.strip() == stake.worker:
        return
    raise VttsyncError(
        "Nothing was deleted.",
        why="That is not its name." if typed else "Its name was not given.",
        fix=f"The Worker is {stake.worker}; {stake.told()} To delete it without a question, say "
        f"--yes-delete {stake.worker}.",
        exit_code=Exit.DECISION_NEEDED,
    )
