"""Every command, where its function is, and an application of those that are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Annotated, cast

import typer

from vttsync import __version__

# The module of this folder, its function, and what `--help` says of it.
COMMANDS = {
    "init": ("init", "init", "Put a realtime room into an app."),
    "dev": ("dev", "dev", "Run the room on this machine while you work on it."),
    "login": ("login", "login", "Keep an API token in the system's keyring."),
    "logout": ("login", "logout", "Remove it from there."),
    "doctor": ("doctor", "doctor", "Check everything that a deploy needs."),
    "env list": ("env", "env_list", "Say where each value comes from; never a value."),
    "env set": ("env", "env_set", "Keep a secret's value for the next deploy."),
    "env generate": ("env", "env_generate", "Make the room's two keys."),
    "env export": ("env", "env_export", "Hand the room's keys to your app server."),
    "env diff": ("env_live", "env_diff", "Compare what is declared with what is deployed."),
    "env rotate": ("env_live", "env_rotate", "Change a key while everybody goes on."),
    "env prune": ("env_live", "env_prune", "Remove secrets that nobody declares."),
    "deploy": ("deploy", "deploy", "Deploy the room and prove it, or undo it."),
    "verify-broadcast": ("verify_broadcast", "verify_broadcast", "Prove what each client gets."),
    "verify-broadcast judge": ("judging", "judge", "Judge a kept transcript again."),
    "verify-broadcast merge": ("merge", "merge", "Put the shards of a crowd's run together."),
    "audit": ("audit", "audit", "Find the polling that is left in an app's source."),
    "verify-polling": ("verify_polling", "verify_polling", "Prove that a page polls no more."),
    "status": ("status", "status", "Say what is live, and how it is."),
    "history": ("history", "history", "List who deployed what, and when."),
    "rollback": ("rollback", "rollback", "Bring a version from before back, and prove it."),
    "logs": ("logs", "logs", "Watch what the deployed room does."),
    "open": ("open", "open_", "Open the deployed room in the browser."),
    "destroy": ("destroy", "destroy", "Delete the deployed room and all its data."),
    "demo": ("demo", "demo", "Play at a small realtime table on this machine."),
    "rehearse": ("rehearse", "rehearse", "Do all of it on this machine, without an account."),
    "cost": ("cost", "cost", "Reckon what realtime and polling cost."),
    "help": ("help", "help_", "Print a page of the documentation."),
}
# What only leads to others. A command that others begin with does its own work, too.
GROUPS = {"env": "Secrets and variables of an environment."}


def function_of(name: str) -> Callable[..., int]:
    """The function of the command `name`, imported now."""
    module, function, _ = COMMANDS[name]
    return cast("Callable[..., int]", getattr(import_module(f"vttsync.cli.{module}"), function))


def application(words: Sequence[str]) -> typer.Typer:
    """The application for these words: with the command that they begin with, or with all.

    Every command costs time to import and to build: a deploy is not to wait for the other ones.
    """
    app = typer.Typer(
        name="vttsync",
        help="Realtime sync for virtual tabletops, on your own Cloudflare account.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(vttsync)
    asked = list(_asked_for(words))
    groups = {name.rpartition(" ")[0]: typer.Typer(rich_markup_mode=None) for name in asked}
    for name in asked:
        group, _, last = name.rpartition(" ")
        summary = COMMANDS[name][2]
        if name in groups:
            groups[name].callback(invoke_without_command=True)(function_of(name))
            app.add_typer(groups[name], name=name, short_help=summary)
        else:
            (groups[group] if group else app).command(last, short_help=summary)(function_of(name))
    for name in groups.keys() & GROUPS.keys():
        app.add_typer(groups[name], name=name, help=GROUPS[name])
    return app


def _asked_for(words: Sequence[str]) -> Iterable[str]:
    if list(words) == ["--version"]:
        return ()
    first = words[0] if words else ""
    return [name for name in COMMANDS if name.split()[0] == first] or COMMANDS


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vttsync {__version__}")
        raise typer.Exit


def vttsync(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Realtime sync for virtual tabletops, on your own Cloudflare account."""
