"""Questions to a person, and what is said where there is nobody to answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from vttsync.output.terminal import Terminal


def make_sure(terminal: Terminal, question: str, *, yes: bool) -> None:
    """Ask a person before something is destroyed, unless `yes` has said so already.

    Raises:
        VttsyncError: exit 9, when the answer is no, or nobody is there to give one.
    """
    from vttsync.errors import Exit, VttsyncError

    if yes:
        return
    asked = terminal.interactive
    if asked and typer.confirm(question, err=True):
        return
    raise VttsyncError(
        "Nothing was changed.",
        why="You said no." if asked else f"Nobody is there to answer: {question}",
        fix="Say --yes to do it without a question.",
        exit_code=Exit.DECISION_NEEDED,
    )


def secret_value(terminal: Terminal, name: str) -> str:
    """Ask for a value without showing it; without a terminal, it is all of standard input.

    Raises:
        VttsyncError: exit 9, when none is given.
    """
    from vttsync.errors import Exit, VttsyncError
    from vttsync.redaction import confide

    if terminal.interactive:
        value: str = typer.prompt(f"Value of {name} (not shown)", hide_input=True, err=True)
    else:
        value = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    value = value.removesuffix("\n").removesuffix("\r")
    if value:
        return confide(value)
    raise VttsyncError(
        f"No value for {name} was given.",
        why="A secret is typed in, or comes through standard input; never on the command line.",
        fix=f"Say it in a terminal, or pipe it: `… | vttsync env set {name}` with its --env.",
        exit_code=Exit.DECISION_NEEDED,
    )
