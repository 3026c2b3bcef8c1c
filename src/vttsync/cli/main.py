"""The entry point: argv in, exit code out. Nothing below this layer prints or exits."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Annotated, NoReturn

import typer

from vttsync import __version__
from vttsync.cli.deploy import deploy
from vttsync.cli.init import init
from vttsync.cli.rehearse import rehearse
from vttsync.cli.verify_broadcast import verify_broadcast
from vttsync.errors import Exit, VttsyncError

app = typer.Typer(
    name="vttsync",
    help="Realtime sync for virtual tabletops, on your own Cloudflare account.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS: dict[str, Callable[..., int]] = {
    "init": init,
    "deploy": deploy,
    "verify-broadcast": verify_broadcast,
    "rehearse": rehearse,
}
for _name, _function in COMMANDS.items():
    app.command(_name)(_function)


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


def run(words: list[str], application: Callable[..., object] = app) -> int:
    """Run one command and return its exit code; every failure ends here."""
    try:
        code = application(args=words, prog_name="vttsync", standalone_mode=False)
    except typer.TyperException as error:
        asked = _command(words) if _command(words) in COMMANDS else ""
        fix = f"`{f'vttsync {asked}'.strip()} --help` lists what can be given."
        return _fail(words, VttsyncError(error.format_message(), fix=fix, exit_code=Exit.USAGE))
    except VttsyncError as error:
        return _fail(words, error)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(words)
    except Exception as error:
        return _bug(words, error)
    if code == Exit.INTERRUPTED:  # typer turns a Ctrl-C into this number itself
        return _interrupted(words)
    return code if isinstance(code, int) else 0


def _command(words: list[str]) -> str:
    return next((word for word in words if not word.startswith("-")), "")


def _fail(words: list[str], error: VttsyncError) -> int:
    from vttsync.output.terminal import Terminal

    return Terminal(_command(words), as_json="--json" in words).fail(error)


def _interrupted(words: list[str]) -> int:
    what = "Interrupted; what was started has been stopped."
    return _fail(words, VttsyncError(what, exit_code=Exit.INTERRUPTED))


def _bug(words: list[str], error: Exception) -> int:
    if os.environ.get("VTTSYNC_TRACEBACK"):
        traceback.print_exception(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    # The message is left out: it may quote what vttsync was given, secrets included.
    return _fail(
        words,
        VttsyncError(
            f"vttsync failed with {type(error).__name__}.",
            why=f"This is a bug in vttsync (in {frame.name}, line {frame.lineno}).",
            fix="Please report it with the output of the same command and VTTSYNC_TRACEBACK=1 "
            "set, after reading it through for secrets.",
            exit_code=Exit.BUG,
        ),
    )


def _terminated(_signal: int, _frame: FrameType | None) -> NoReturn:
    # A pipeline that cancels a job sends SIGTERM: clean up as on Ctrl-C.
    raise KeyboardInterrupt


def main() -> None:
    """Console script."""
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(run(sys.argv[1:]))
