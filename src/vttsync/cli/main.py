"""The entry point: argv in, exit code out. Nothing below this layer prints or exits."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import Annotated

import typer

from vttsync import __version__
from vttsync.cli import streams
from vttsync.cli.audit import audit
from vttsync.cli.cost import cost
from vttsync.cli.demo import demo
from vttsync.cli.deploy import deploy
from vttsync.cli.destroy import destroy
from vttsync.cli.dev import dev
from vttsync.cli.doctor import doctor
from vttsync.cli.env import env_export, env_generate, env_list, env_set
from vttsync.cli.env_live import env_diff, env_prune, env_rotate
from vttsync.cli.help import help_
from vttsync.cli.history import history
from vttsync.cli.init import init
from vttsync.cli.login import login, logout
from vttsync.cli.logs import logs
from vttsync.cli.open import open_
from vttsync.cli.rehearse import rehearse
from vttsync.cli.rollback import rollback
from vttsync.cli.status import status
from vttsync.cli.verify_broadcast import verify_broadcast
from vttsync.errors import Exit, VttsyncError
from vttsync.interrupts import interrupts
from vttsync.output import github
from vttsync.redaction import confide_what_looks_secret

app = typer.Typer(
    name="vttsync",
    help="Realtime sync for virtual tabletops, on your own Cloudflare account.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS: dict[str, tuple[Callable[..., int], str]] = {
    "init": (init, "Put a realtime room into an app."),
    "dev": (dev, "Run the room on this machine while you work on it."),
    "login": (login, "Keep an API token in the system's keyring."),
    "logout": (logout, "Remove it from there."),
    "doctor": (doctor, "Check everything that a deploy needs."),
    "env list": (env_list, "Say where each value comes from; never a value."),
    "env set": (env_set, "Keep a secret's value for the next deploy."),
    "env generate": (env_generate, "Make the room's two keys."),
    "env export": (env_export, "Hand the room's keys to your app server."),
    "env diff": (env_diff, "Compare what is declared with what is deployed."),
    "env rotate": (env_rotate, "Change a key while everybody goes on."),
    "env prune": (env_prune, "Remove secrets that nobody declares."),
    "deploy": (deploy, "Deploy the room, and see that it answers."),
    "verify-broadcast": (verify_broadcast, "Prove what each client gets."),
    "audit": (audit, "Find the polling that is left in an app's source."),
    "status": (status, "Say what is live, and how it is."),
    "history": (history, "List who deployed what, and when."),
    "rollback": (rollback, "Bring a version from before back, and prove it."),
    "logs": (logs, "Watch what the deployed room does."),
    "open": (open_, "Open the deployed room in the browser."),
    "destroy": (destroy, "Delete the deployed room and all its data."),
    "demo": (demo, "Play at a small realtime table on this machine."),
    "rehearse": (rehearse, "Do all of it on this machine, without an account."),
    "cost": (cost, "Reckon what realtime and polling cost."),
    "help": (help_, "Print a page of the documentation."),
}
GROUPS = {"env": typer.Typer(rich_markup_mode=None)}
app.add_typer(GROUPS["env"], name="env", help="Secrets and variables of an environment.")
for _name, (_function, _summary) in COMMANDS.items():
    _group, _, _last = _name.rpartition(" ")
    GROUPS.get(_group, app).command(_last, short_help=_summary)(_function)


_EXTRA = "Got unexpected extra argument"


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vttsync {__version__}")
        raise typer.Exit


@app.callback()
def vttsync(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Realtime sync for virtual tabletops, on your own Cloudflare account."""


def main(words: list[str]) -> int:
    """Run one command for the console script."""
    streams.guard()
    try:
        code = run(words)
        sys.stdout.flush()
    except streams.UnwrittenError as error:
        streams.give_up(error)
        return error.exit_code
    return code


def run(words: list[str], application: Callable[..., object] = app) -> int:
    """Run one command and return its exit code; every failure but that to print ends here."""
    # Such as a token in the place of a name: it is in the shell's history, but in no log then.
    confide_what_looks_secret(" ".join(words))
    github.begin(os.environ)
    try:
        interrupts.begin()
        code = application(args=words or ["--help"], prog_name="vttsync", standalone_mode=False)
    except streams.UnwrittenError:
        raise
    except (KeyboardInterrupt, Exception) as error:
        return _fail(words, _told(words, error))
    if code == Exit.INTERRUPTED:  # typer turns a Ctrl-C into this number itself
        return _fail(words, _interrupted())
    if not words:
        return Exit.USAGE
    return code if isinstance(code, int) else 0


def _told(words: list[str], error: BaseException) -> VttsyncError:
    match error:
        case VttsyncError():
            return error
        case typer.TyperException():
            return _misused(words, error)
        case KeyboardInterrupt() | typer.Abort():
            return _interrupted()
        case _:
            return _bug(error)


def _command(words: list[str]) -> str:
    said = [word for word in words if not word.startswith("-")]
    return " ".join(said[:2] if said[:1] and said[0] in GROUPS else said[:1])


def _fail(words: list[str], error: VttsyncError) -> int:
    from vttsync.output.terminal import Terminal

    return Terminal(_command(words), as_json="--json" in words).fail(error)


def _misused(words: list[str], error: typer.TyperException) -> VttsyncError:
    named = _command(words)
    known = (*COMMANDS, *GROUPS)
    asked = next((it for it in (named, named.partition(" ")[0]) if it in known), "")
    context = getattr(error, "ctx", None)
    usage = f"{context.get_usage().rstrip('.')}." if context else ""
    if asked in GROUPS:
        usage = f"Its commands are {', '.join(name for name in COMMANDS if asked in name.split())}."
    said = error.format_message()
    if said.startswith(_EXTRA):  # what was given may be a secret
        said = "More was given than the command takes."
    return VttsyncError(
        said,
        why=usage if asked else f"The commands are {', '.join(COMMANDS)}.",
        fix=f"`{f'vttsync {asked}'.strip()} --help` lists what can be given.{_betrayed(words)}",
        exit_code=Exit.USAGE,
    )


def _betrayed(words: list[str]) -> str:
    if not confide_what_looks_secret(" ".join(words)):
        return ""
    return (
        " What was given looks like a token or key: your shell's history has it now, and others "
        "could see it meanwhile. Make a new one; vttsync asks for it, or reads it from a variable."
    )


def _interrupted() -> VttsyncError:
    return VttsyncError(
        "Interrupted; what was started has been stopped.",
        why="Ctrl-C was pressed, the terminal was closed, or something sent SIGTERM.",
        fix="Run the same command again when you like.",
        exit_code=Exit.INTERRUPTED,
    )


def _bug(error: BaseException) -> VttsyncError:
    if os.environ.get("VTTSYNC_TRACEBACK"):
        traceback.print_exception(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    # The message is left out: it may quote what vttsync was given, secrets included.
    return VttsyncError(
        f"vttsync failed with {type(error).__name__}.",
        why=f"This is a bug in vttsync (in {frame.name}, line {frame.lineno}).",
        fix="Please report it with the output of the same command and VTTSYNC_TRACEBACK=1 "
        "set, after reading it through for secrets.",
        exit_code=Exit.BUG,
    )
