"""`vttsync init`: the room, its configuration and a first broadcast script, into an app."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Json

if TYPE_CHECKING:
    from vttsync.output.terminal import Terminal
    from vttsync.project.install import Answers
    from vttsync.project.scaffold import Planned


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The app's folder, or a new one.")
    ] = Path(),
    name: Annotated[
        str | None,
        typer.Option(help="The Worker's name on Cloudflare; asked for in a terminal."),
    ] = None,
    account_id: Annotated[
        str | None,
        typer.Option(help="The Cloudflare account's id. Left out, CLOUDFLARE_ACCOUNT_ID says it."),
    ] = None,
    party: Annotated[str, typer.Option(help="The folder for the room's package.")] = "party",
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files that differ from vttsync's.")
    ] = False,
    json: Json = False,
) -> int:
    """Put a realtime room into an app: a PartyKit project, its settings, a broadcast script.

    Safe to run again: what you changed is left alone, and said.
    """
    from vttsync.output.terminal import Terminal
    from vttsync.project import scaffold, write
    from vttsync.project.install import answers, plan_install

    terminal = Terminal("init", as_json=json)
    known = answers(folder, name, account_id, scaffold.check_party(party))
    if known.name is None:
        known = _ask(terminal, folder, known, ask_account=account_id is None)
    planned = plan_install(folder, known, force=force)
    write.write_all(folder, planned)
    _report(terminal, folder, planned)
    files = [{"path": entry.path, "action": entry.kind.value} for entry in planned]
    return terminal.finish({"folder": str(folder.resolve()), "name": known.name, "files": files})


def _ask(terminal: Terminal, folder: Path, known: Answers, *, ask_account: bool) -> Answers:
    from vttsync.errors import Exit, VttsyncError
    from vttsync.project import scaffold
    from vttsync.project.install import answers

    suggestion = scaffold.suggest_name(folder.resolve().name)
    if not terminal.interactive:
        raise VttsyncError(
            "The Worker's name is not known, and nobody is there to ask.",
            why="Without a terminal, vttsync asks nothing and assumes nothing.",
            fix=f"Say it: `vttsync init --name {suggestion}`.",
            exit_code=Exit.DECISION_NEEDED,
        )
    name = typer.prompt("Name of the Worker on Cloudflare", default=suggestion, err=True)
    account_id = known.account_id
    if ask_account and not account_id:
        account_id = typer.prompt(
            "Cloudflare account id (Enter: later)", default="", show_default=False, err=True
        )
    return answers(folder, name.strip(), account_id.strip(), known.party)


def _report(terminal: Terminal, folder: Path, planned: list[Planned]) -> None:
    from vttsync.project.scaffold import Kind

    counts = {kind: [entry for entry in planned if entry.kind is kind] for kind in Kind}
    for kind in (Kind.CREATE, Kind.EXTEND, Kind.OVERWRITE):
        if counts[kind]:
            terminal.say(f"{kind.value}: {_sample(counts[kind])}")
    if counts[Kind.LEAVE]:
        paths = ", ".join(entry.path for entry in counts[Kind.LEAVE])
        terminal.say(f"left alone, as you changed it: {paths}")
    if not any(entry.writes for entry in planned):
        terminal.say("Nothing to do: every file is there.")
    there = "" if folder.resolve() == Path.cwd() else f"  cd {folder}\n"
    terminal.say(
        "\nNext, without an account, the whole pipeline on this machine:\n"
        f"{there}  vttsync rehearse --project .\n"
        "Then, with an account (docs/first-deploy.md says where each value comes from), set\n"
        "CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID, VTTSYNC_PUBLISH_KEY, VTTSYNC_TICKET_KEY:\n"
        "  vttsync deploy --env staging\n"
        "  vttsync verify-broadcast --env staging"
    )


def _sample(entries: list[Planned]) -> str:
    tops = dict.fromkeys(entry.path.split("/")[0] for entry in entries)
    folders = {entry.path.split("/")[0] for entry in entries if "/" in entry.path}
    return ", ".join(f"{top}/" if top in folders else top for top in tops)
