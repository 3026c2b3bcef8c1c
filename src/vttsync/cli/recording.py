"""`vttsync verify-broadcast --record`: a script from what a live session is told."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vttsync.broadcast.recording.tape import Tape
    from vttsync.broadcast.replay.room import Room
    from vttsync.output.terminal import Terminal
    from vttsync.progress import Step

Record = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Instead: listen to the session that --session names, until Ctrl-C, and write what "
        "is published to it as a script.",
        show_default=False,
    ),
]
Session = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="With --record: the session.", show_default=False),
]
For = Annotated[
    float | None,
    typer.Option(
        "--for", metavar="SECONDS", min=0.1, help="With --record: how long.", show_default=False
    ),
]


def check_record(record: Path | None, session: str | None, seconds: float | None) -> None:
    """See that what goes together was said together.

    Raises:
        VttsyncError: exit 2.
    """
    from vttsync.errors import Exit, VttsyncError

    wrong = ""
    if record is None and (session is not None or seconds is not None):
        wrong = "--session and --for go with --record."
    elif record is not None and session is None:
        wrong = "--record needs --session: which session is to be listened to?"
    if wrong:
        raise VttsyncError(
            wrong,
            fix="For example `vttsync verify-broadcast --env prod --record evening.toml --session "
            "friday`.",
            exit_code=Exit.USAGE,
        )


def record(terminal: Terminal, room: Room, file: Path, seconds: float | None, *, yes: bool) -> int:
    """Listen to the room's session, and write the script; return the exit code."""
    from vttsync.broadcast.recording import save
    from vttsync.broadcast.recording.script import record as to_script
    from vttsync.broadcast.recording.tape import Tape

    save.check_place(file, replace=yes)
    terminal.say(f"Listens to {room.session} at {room.url} as a game master; publishes nothing.")
    terminal.warn("The script will hold what the game master sees: hidden names and notes, too.")
    if seconds is None:
        terminal.say("Ctrl-C ends it.")
    with terminal.stage("record") as step:
        tape = _listen(room, seconds, step) or Tape({}, 0.0, ())
        made = to_script(tape, room.session, save.rows_beside(file).name)
        save.save(made, file)
        step.update(f"{made.changes} publishes in {made.steps} steps: {file}")
    _check(terminal, file)
    if made.kinds:
        terminal.warn(f"Complete [[kind]] of {', '.join(made.kinds)}: who sees what is guessed.")
    files = [str(file), *([str(save.rows_beside(file))] if made.rows else [])]
    told = {"session": room.session, "files": files, "publishes": made.changes}
    return terminal.finish({**told, "steps": made.steps, "kinds": list(made.kinds)})


def _listen(room: Room, seconds: float | None, step: Step) -> Tape | None:
    import asyncio

    from vttsync.broadcast.recording.listen import listen
    from vttsync.interrupts import interrupts

    async def until_ended() -> Tape | None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        with interrupts.answered(lambda: loop.call_soon_threadsafe(ended.set)):
            observe = lambda heard: step.update(f"{heard} messages")  # noqa: E731
            return await listen(room, math.inf if seconds is None else seconds, ended, observe)

    return asyncio.run(until_ended())


def _check(terminal: Terminal, file: Path) -> None:
    """See that it can be played; what was heard is kept all the same."""
    from vttsync.broadcast.proof import read_plan
    from vttsync.errors import VttsyncError

    try:
        read_plan(file)
    except VttsyncError as error:
        terminal.warn(f"It can't be played as it stands. {error.why}")
