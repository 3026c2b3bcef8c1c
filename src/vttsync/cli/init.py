"""`vttsync init`: the room, its configuration and a first broadcast script, into an app."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Callable

    from vttsync.errors import VttsyncError
    from vttsync.output.terminal import Terminal
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
_Force = Annotated[
    bool,
    typer.Option("--force", help="Overwrite files that you changed, keeping copies of them."),
]


def init(
    folder: _Dir = Path(),
    name: _Name = None,
    account_id: _AccountId = None,
    party: _Party = None,
    force: _Force = False,
    json: Json = False,
) -> int:
    """Put a realtime room into an app: a PartyKit project, its settings, a broadcast script.

    Safe to run again: what you changed is left alone, and said; the rest is brought up to date.
    """
    from vttsync.output.terminal import Terminal
    from vttsync.project import write
    from vttsync.project.install import answers, plan_install

    terminal = Terminal("init", as_json=json)
    write.check_folder(folder)
    known = answers(folder, name, account_id, party)
    if known.name is None:
        if not terminal.interactive:
            raise _nobody_to_ask(folder, account_id, party, force=force)
        known = _ask(terminal, folder, known, ask_account=account_id is None)
    planned = plan_install(folder, known, force=force)
    write.write_all(folder, planned)
    _report(terminal, planned)
    _say_next(terminal, folder)
    files = [{"path": entry.path, "action": entry.kind.value} for entry in planned]
    return terminal.finish({"folder": str(folder.resolve()), "name": known.name, "files": files})


def _nobody_to_ask(
    folder: Path, account_id: str | None, party: str | None, *, force: bool
) -> VttsyncError:
    from vttsync.errors import Exit, VttsyncError
    from vttsync.project import scaffold

    words = ["vttsync", "init", *([] if folder == Path() else [str(folder)])]
    words += ["--name", scaffold.suggest_name(folder.resolve().name)]
    for flag, value in (("--account-id", account_id), ("--party", party)):
        words += [flag, value] if value else []
    words += ["--force"] if force else []
    return VttsyncError(
        "The Worker's name is not known, and nobody is there to ask.",
        why="Without a terminal, vttsync asks nothing and assumes nothing.",
        fix=f"Say it: `{_shell(words)}`.",
        exit_code=Exit.DECISION_NEEDED,
    )


def _ask(terminal: Terminal, folder: Path, known: Answers, *, ask_account: bool) -> Answers:
    from vttsync.cloudflare.token import check_account_id
    from vttsync.project import scaffold
    from vttsync.project.install import answers

    suggestion = scaffold.suggest_name(folder.resolve().name)
    question = "Name of the Worker on Cloudflare"
    name = _prompt(terminal, question, scaffold.check_name, default=suggestion)
    account_id = known.account_id
    if ask_account and not account_id:
        question = "Cloudflare account id (Enter: later)"
        account_id = _prompt(terminal, question, check_account_id, default="")
    return answers(folder, name, account_id, None)


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


def _report(terminal: Terminal, planned: list[Planned]) -> None:
    from vttsync.project.scaffold import Kind

    paths = {kind: [entry.path for entry in planned if entry.kind is kind] for kind in Kind}
    if paths[Kind.CREATE]:
        terminal.say(f"{Kind.CREATE.value}: {_folders(paths[Kind.CREATE])}")
    for kind in (Kind.EXTEND, Kind.UPDATE, Kind.OVERWRITE):
        if paths[kind]:
            terminal.say(f"{kind.value}: {', '.join(paths[kind])}")
    if paths[Kind.KEEP]:
        folder = "/".join(paths[Kind.KEEP][0].split("/")[:3])
        terminal.say(f"what was overwritten is kept in {folder}/")
    if paths[Kind.LEAVE]:
        terminal.say(f"left alone, as you changed it: {', '.join(paths[Kind.LEAVE])}")
    elif not any(entry.writes for entry in planned):
        terminal.say("Nothing to do: every file is there and up to date.")


def _say_next(terminal: Terminal, folder: Path) -> None:
    there = "" if folder.resolve() == Path.cwd() else f"  {_shell(['cd', str(folder)])}\n"
    terminal.say(
        "\nNext, without an account, the whole pipeline on this machine:\n"
        f"{there}  vttsync rehearse --project .\n"
        "Then, with an account (`vttsync help cloudflare` says where each value comes from), and\n"
        "VTTSYNC_PUBLISH_KEY and VTTSYNC_TICKET_KEY set:\n"
        "  vttsync login\n"
        "  vttsync doctor --env staging\n"
        "  vttsync deploy --env staging\n"
        "  vttsync verify-broadcast --env staging"
    )


def _shell(words: list[str]) -> str:
    """The words as they can be pasted into this system's shell."""
    import shlex
    import subprocess
    import sys

    # A name that is no text in this locale comes with surrogates, which no output takes.
    words = [word.encode(errors="surrogateescape").decode(errors="replace") for word in words]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def _folders(paths: list[str]) -> str:
    tops = dict.fromkeys(path.split("/")[0] for path in paths)
    folders = {path.split("/")[0] for path in paths if "/" in path}
    return ", ".join(f"{top}/" if top in folders else top for top in tops)
