"""`vttsync init`: the room, what the app needs for it, a first broadcast script, into an app."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Json
from vttsync.project.parts import Publisher

if TYPE_CHECKING:
    from collections.abc import Callable

    from vttsync.errors import VttsyncError
    from vttsync.output.terminal import Terminal
    from vttsync.project.choosing import Asked
    from vttsync.project.install import Answers
    from vttsync.project.scaffold import Planned


_Dir = Annotated[Path, typer.Argument(metavar="[DIR]", help="The app's folder, or a new one.")]
_Name = Annotated[
    str | None, typer.Option(help="The Worker's name on Cloudflare; asked for in a terminal.")
]
_AccountId = Annotated[
    str | None,
    typer.Option(help="The Cloudflare account's id. Left out, CLOUDFLARE_ACCOUNT_ID says it."),
]
_Party = Annotated[
    str | None, typer.Option(help="The folder for the room's package; `party` when left out.")
]
_Publisher = Annotated[
    Publisher | None,
    typer.Option(
        help="In which language your server publishes. Left out, the app's files tell, or it is "
        "asked for in a terminal."
    ),
]
_Client = Annotated[
    bool | None,
    typer.Option(
        "--client/--no-client",
        help="Whether your page gets the client for the browser.",
        show_default="client",
    ),
]
_Table = Annotated[
    bool,
    typer.Option("--with-table", help="Add the worked example: a small VTT, page and server."),
]
_Force = Annotated[
    bool,
    typer.Option("--force", help="Overwrite files that you changed, keeping copies of them."),
]


def init(  # noqa: PLR0913, PLR0917  (one for each thing that can be said)
    folder: _Dir = Path(),
    name: _Name = None,
    account_id: _AccountId = None,
    party: _Party = None,
    publisher: _Publisher = None,
    client: _Client = None,
    table: _Table = False,
    force: _Force = False,
    json: Json = False,
) -> int:
    """Put a realtime room into an app, with what the app's page and server need beside it.

    Safe to run again: what you changed is left alone, and said; the rest is brought up to date.
    """
    from vttsync.output.terminal import Terminal
    from vttsync.project import write
    from vttsync.project.choosing import Asked
    from vttsync.project.install import answers, plan_install

    terminal = Terminal("init", as_json=json)
    write.check_folder(folder)
    asked = Asked(client, publisher, table)
    known = answers(folder, name, account_id, party, asked)
    if terminal.interactive:
        known = _ask(terminal, folder, known, asked, ask_account=account_id is None)
    elif known.name is None:
        raise _nobody_to_ask(folder, _given(account_id, party, asked, force=force))
    planned = plan_install(folder, known, force=force)
    write.write_all(folder, planned)
    return _finish(terminal, folder, known, planned)


def _finish(terminal: Terminal, folder: Path, known: Answers, planned: list[Planned]) -> int:
    from dataclasses import asdict

    from vttsync.cli.scaffolded import report, say_next

    report(terminal, planned)
    say_next(terminal, folder, known)
    files = [{"path": entry.path, "action": entry.kind.value} for entry in planned]
    return terminal.finish(
        {
            "folder": str(folder.resolve()),
            "name": known.name,
            "parts": asdict(known.parts),
            "files": files,
        }
    )


def _given(account_id: str | None, party: str | None, asked: Asked, *, force: bool) -> list[str]:
    """The words on the command line besides those that are to be added."""
    words = []
    for flag, value in (("--account-id", account_id), ("--party", party)):
        words += [flag, value] if value else []
    words += [] if asked.client is None else ["--client" if asked.client else "--no-client"]
    words += ["--with-table"] if asked.table else []
    return [*words, *(["--force"] if force else [])]


def _nobody_to_ask(folder: Path, given: list[str]) -> VttsyncError:
    from vttsync.cli.scaffolded import shell
    from vttsync.errors import Exit, VttsyncError
    from vttsync.project import scaffold

    words = ["vttsync", "init", *([] if folder == Path() else [str(folder)])]
    words += ["--name", scaffold.suggest_name(folder.resolve().name)]
    return VttsyncError(
        "The Worker's name is not known, and nobody is there to ask.",
        why="Without a terminal, vttsync asks nothing and assumes nothing.",
        fix=f"Say it: `{shell([*words, *given])}`.",
        exit_code=Exit.DECISION_NEEDED,
    )


def _ask(
    terminal: Terminal, folder: Path, known: Answers, asked: Asked, *, ask_account: bool
) -> Answers:
    from dataclasses import replace

    from vttsync.cloudflare.token import check_account_id
    from vttsync.project import scaffold
    from vttsync.project.install import answers

    name, account_id = known.name, known.account_id
    if name is None:
        suggestion = scaffold.suggest_name(folder.resolve().name)
        question = "Name of the Worker on Cloudflare"
        name = _prompt(terminal, question, scaffold.check_name, default=suggestion)
        if ask_account and not account_id:
            question = "Cloudflare account id (Enter: later)"
            account_id = _prompt(terminal, question, check_account_id, default="")
    if known.parts.publisher is None:
        question = "Language of the app's server (python, typescript, both, none)"
        language = _prompt(terminal, question, _check_language, default=Publisher.NONE.value)
        asked = replace(asked, publisher=Publisher(language))
    return answers(folder, name, account_id, known.party, asked)


def _check_language(text: str) -> str:
    from vttsync.errors import Exit, VttsyncError

    if text in {publisher.value for publisher in Publisher}:
        return text
    raise VttsyncError(f"`{text}` is none of the four.", exit_code=Exit.USAGE)


def _prompt(terminal: Terminal, question: str, check: Callable[[str], str], *, default: str) -> str:
    """Ask until the answer passes `check`; Enter gives `default`."""
    from vttsync.errors import VttsyncError

    while True:
        answer: str = typer.prompt(question, default=default, show_default=bool(default), err=True)
        answer = answer.strip()
        try:
            return check(answer) if answer else answer
        except VttsyncError as error:
            terminal.warn(f"{error.what} {error.why}")
