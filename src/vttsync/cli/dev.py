"""`vttsync dev`: the room on this machine, loaded anew whenever its code changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Folder, Json

if TYPE_CHECKING:
    from vttsync.local.dev import Served
    from vttsync.output.room_log import RoomLog
    from vttsync.output.terminal import Terminal

_Port = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=65535,
        help="The port of 127.0.0.1 to answer at.",
        show_default="8787, or a free one",
    ),
]


def dev(folder: Folder = Path(), port: _Port = None, json: Json = False) -> int:
    """Run the room on this machine until Ctrl-C; changes to its code are loaded at once.

    Its keys are made once and kept in .dev.vars; the variables that your app's server and page
    need are put into .env.local. git ignores both. Cloudflare is not called.
    """
    from vttsync.cli.holding import hold
    from vttsync.local.dev import serve
    from vttsync.output.room_log import RoomLog
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("dev", as_json=json)
    project = open_project(folder)
    log = RoomLog(terminal.say)
    with serve(project, port, terminal.stage, log.hear) as served:

        def check() -> None:
            log.check()
            served.check()

        return hold(terminal, lambda: _tell(terminal, served, log), check)


def _tell(terminal: Terminal, served: Served, log: RoomLog) -> int:
    if not served.usual:
        terminal.warn(f"Something else listens on the usual port: this time it is {served.url}.")
    terminal.say()
    terminal.show(f"room  {served.url}")
    if not terminal.as_json:  # keys for this machine alone, to be copied from here
        terminal.reveal("".join(f"{name}={it}\n" for name, it in served.variables.items()))
    state = "now; start your app anew to read them" if served.changed else "already"
    terminal.say(f"\nThese variables are in {served.env_file.name} {state}. Ctrl-C ends the room.")
    code = terminal.finish(
        {
            "url": served.url,
            "health": f"{served.url}/health",
            "variables": list(served.variables),
            "env_file": str(served.env_file),
            "changed": served.changed,
            "stages": terminal.stage_times(),
        }
    )
    log.open()
    return code
