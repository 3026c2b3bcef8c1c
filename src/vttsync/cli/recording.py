"""`vttsync verify-broadcast --record`: a script from what a live session is told."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vttsync.broadcast.recording.tape import Tape
    from vttsync.broadcast.replay.room import Room
    from vttsync.output.terminal import Terminal
    from vttsync.progress import Step

ToRecord = Annotated[
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
Force = Annotated[bool, typer.Option("--force", help="With --record: replace what is there.")]
For = Annotated[
    float | None,
    typer.Option(
        "--for", metavar="SECONDS", min=0.1, help="With --record: how long.", show_default=False
    ),
]

_SESSION = r"[A-Za-z0-9_-]{1,128}"  # docs/protocol.md, Words


@dataclass(frozen=True)
class Recorder:
    """What is to be recorded.

    Attributes:
        file: the script to write.
        session: the one to listen to.
        seconds: how long; None, until Ctrl-C.
        force: whether a file that is there is replaced.
    """

    file: Path
    session: str
    seconds: float | None
    force: bool


def recorder(
    file: Path | None, session: str | None, seconds: float | None, *, force: bool
) -> Recorder | None:
    """See that what goes together was said together, and that there is room for the script.

    Raises:
        VttsyncError: exit 2; 9, when there is a file; 3, when it can't be written.
    """
    from vttsync.broadcast.recording.save import check_place
    from vttsync.errors import Exit, VttsyncError

    wrong = ""
    if file is None and (session is not None or seconds is not None or force):
        wrong = "--session, --for and --force go with --record."
    elif file is not None and session is None:
        wrong = "--record needs --session: which session is to be listened to?"
    elif session is not None and not re.fullmatch(_SESSION, session):
        wrong = f"No session can be called {session!r}."
    if wrong:
        raise VttsyncError(
            wrong,
            fix="For example `vttsync verify-broadcast --env prod --record evening.toml --session "
            "friday`.",
            exit_code=Exit.USAGE,
        )
    if file is None or session is None:
        return None
    check_place(file, replace=force)
    return Recorder(file, session, seconds, force)


def record(terminal: Terminal, room: Room, wanted: Recorder) -> Mapping[str, object]:
    """Listen to the room's session, write the script, and tell what is in it."""
    from vttsync.broadcast.recording import save
    from vttsync.broadcast.recording.script import record as to_script
    from vttsync.broadcast.recording.tape import Tape

    file, rows = wanted.file, save.rows_beside(wanted.file)
    terminal.say(f"Listens to {room.session} at {room.url} as a game master; publishes nothing.")
    terminal.warn("The script will hold what the game master sees: hidden names and notes, too.")
    if wanted.seconds is None:
        terminal.say("Ctrl-C ends it, and writes the script.")
    with terminal.stage("record") as step:
        tape = _listen(room, wanted.seconds, step) or Tape({}, 0.0, ())
        made = to_script(tape, room.session, rows.name)
        save.check_place(file, replace=wanted.force)  # it may have been made meanwhile
        save.save(made, file)
        step.update(f"{made.changes} publishes in {made.steps} steps: {file}")
    playable = _check(terminal, file)
    if made.kinds:
        terminal.warn(f"Complete [[kind]] of {', '.join(made.kinds)}: who sees what is guessed.")
    terminal.say(f"Play it to a rehearsal: vttsync rehearse --keep, then --script {file}")
    files = [str(file), *([str(rows)] if made.rows else [])]
    told = {"session": room.session, "files": files, "publishes": made.changes}
    return {**told, "steps": made.steps, "kinds": list(made.kinds), "playable": playable}


def _listen(room: Room, seconds: float | None, step: Step) -> Tape | None:
    import asyncio

    from vttsync.broadcast.recording.listen import listen
    from vttsync.interrupts import interrupts

    async def until_ended() -> Tape | None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        with interrupts.answered(lambda: loop.call_soon_threadsafe(ended.set)):
            observe = lambda heard: step.update(f"{heard} publishes heard")  # noqa: E731
            return await listen(room, math.inf if seconds is None else seconds, ended, observe)

    return asyncio.run(until_ended())


def _check(terminal: Terminal, file: Path) -> bool:
    """See whether it can be played; what was heard is kept all the same."""
    from vttsync.broadcast.proof import read_plan
    from vttsync.errors import VttsyncError

    try:
        read_plan(file)
    except VttsyncError as error:
        terminal.warn(f"It can't be played as it stands. {error.why}")
        return False
    return True
