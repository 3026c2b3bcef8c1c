"""The entry point: argv in, exit code out. Nothing below this layer prints or exits."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

import typer

from vttsync.cli import streams
from vttsync.cli.commands import COMMANDS, GROUPS, application
from vttsync.errors import Exit, VttsyncError
from vttsync.interrupts import interrupts
from vttsync.output import github
from vttsync.redaction import confide_what_looks_secret

_EXTRA = "Got unexpected extra argument"


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


def run(words: list[str], built: Callable[..., object] | None = None) -> int:
    """Run one command and return its exit code; every failure but that to print ends here."""
    # Such as a token in the place of a name: it is in the shell's history, but in no log then.
    confide_what_looks_secret(" ".join(words))
    github.begin(os.environ)
    try:
        interrupts.begin()
        app = built or application(words)
        code = app(args=words or ["--help"], prog_name="vttsync", standalone_mode=False)
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
        case typer.Abort() if not interrupts.heard:  # the other thing that it stands for
            return _unanswered()
        case KeyboardInterrupt() | typer.Abort():
            return _interrupted()
        case _:
            return _bug(error)


def _command(words: list[str]) -> str:
    said = [word for word in words if not word.startswith("-")]
    whole = " ".join(said[:2])
    alone = "".join(said[:1])
    return whole if whole in COMMANDS or alone in GROUPS else alone


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


def _unanswered() -> VttsyncError:
    return VttsyncError(
        "The question was not answered; nothing was changed.",
        why="Its input ended, as Ctrl-D or the end of a file makes it.",
        fix="Run it again and answer; for scripts, --help lists what can be said beforehand.",
        exit_code=Exit.DECISION_NEEDED,
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
