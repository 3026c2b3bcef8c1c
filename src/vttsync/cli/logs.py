"""`vttsync logs`: what the deployed room does, as it happens."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import ChosenEnv, Folder

if TYPE_CHECKING:
    from vttsync.deploy.desired import Desired
    from vttsync.deploy.operate.listening import Listening
    from vttsync.node.tail import Filters
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import Project


class Ended(StrEnum):
    """How an event ended."""

    OK = "ok"
    ERROR = "error"
    CANCELED = "canceled"


_Status = Annotated[
    list[Ended] | None,
    typer.Option(
        metavar="ok|error|canceled", help="Only what ended so; may be said several times."
    ),
]
_Method = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Only requests of this method; may be said several times."),
]
_Header = Annotated[
    str, typer.Option(metavar="NAME[:TEXT]", help="Only requests with this header.")
]
_Search = Annotated[str, typer.Option(metavar="TEXT", help="Only what logged this.")]
_Ip = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ADDRESS", help='Only from this address, or "self"; may be said several times.'
    ),
]
_Version = Annotated[str, typer.Option("--version-id", metavar="ID", help="Only of this version.")]
_Sampling = Annotated[
    float | None,
    typer.Option(
        "--sampling-rate", metavar="SHARE", min=0.001, max=0.999, help="This share, below 1."
    ),
]
_Json = Annotated[
    bool, typer.Option("--json", help="Print each event as a line of JSON; errors as elsewhere.")
]


def logs(  # noqa: PLR0913, PLR0917  (one for each thing that can be said)
    env: ChosenEnv,
    status: _Status = None,
    method: _Method = None,
    header: _Header = "",
    search: _Search = "",
    ip: _Ip = None,
    version: _Version = "",
    sampling: _Sampling = None,
    folder: Folder = Path(),
    json: _Json = False,
) -> int:
    """Show requests, websocket messages, log lines and exceptions until Ctrl-C.

    Cloudflare may start the room anew for it, so that its players' connections break once: they
    come back by themselves.
    """
    from vttsync.node.tail import Filters
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("logs", as_json=json)
    filters = Filters(status or (), method or (), header, search, ip or (), version, sampling)
    return _follow(terminal, open_project(folder), env, filters)


def _follow(terminal: Terminal, project: Project, env: str, filters: Filters) -> int:
    import os

    from vttsync.cli.account import reached
    from vttsync.cli.holding import hold
    from vttsync.deploy.operate.listening import listen

    with (
        reached(project, env, os.environ, terminal, with_secrets=False) as want,
        listen(project, want, filters, terminal.stage) as listening,
    ):
        return hold(terminal, lambda: _begin(terminal, want), _show(terminal, listening))


def _begin(terminal: Terminal, want: Desired) -> int:
    terminal.warn(
        "Listening can make Cloudflare start the room anew: its players' connections may break "
        "once, and come back."
    )
    terminal.say(f"Listening to {want.worker.name}; websockets' events come when they end.")
    terminal.say("Ctrl-C ends it.\n")
    return 0


def _show(terminal: Terminal, listening: Listening) -> Callable[[], None]:
    from vttsync.output.events import event_json, event_text

    def show() -> None:
        for it in listening.heard():
            if isinstance(it, str):
                terminal.warn(it)
            elif terminal.as_json:
                terminal.line(event_json(it))
            else:
                terminal.show(event_text(it))
        listening.check()

    return show
