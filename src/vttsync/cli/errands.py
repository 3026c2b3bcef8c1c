"""What `verify-broadcast` does in the place of a proof: play to a crowd, record, or sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vttsync.broadcast.crowd.verdict import Order
    from vttsync.cli.recording import Recorder
    from vttsync.deploy.prove.aim import Aim
    from vttsync.output.terminal import Terminal

    # Does it, and gives back what tells of it and hands back the exit code.
    Errand = Callable[[Terminal, Aim], Callable[[], int]]


def errand(
    order: Order | None, out: Path | None, wanted: Recorder | None, *, sweep: bool,
    besides: Sequence[str],
) -> Errand | None:  # fmt: skip
    """Which of them is asked for; None for the proof.

    Args:
        order: of a crowd, whose result goes to `out`.
        out: where to; None: nowhere.
        wanted: what is to be recorded.
        sweep: whether rooms that were left behind are to be removed.
        besides: the options that are said, and are for a proof alone.

    Raises:
        VttsyncError: exit 2, when two are, or one with an option that is for a proof.
    """
    from vttsync.errors import Exit, VttsyncError

    asked = {"--clients": order, "--record": wanted, "--sweep": sweep}
    said = [option for option, given in asked.items() if given]
    if len(said) > 1 or (said and besides):
        one, other, *_ = [*said, *besides]
        raise VttsyncError(
            f"{one} and {other} don't go together.",
            why="A crowd, a recording, a sweep and the proof with its reports are each a run.",
            fix="Say one of them.",
            exit_code=Exit.USAGE,
        )
    if order:
        from vttsync.cli.crowd import verify_crowd

        return partial(verify_crowd, order=order, out=out)
    if wanted:
        return partial(_record, wanted)
    return _sweep if sweep else None


def _record(wanted: Recorder, terminal: Terminal, target: Aim) -> Callable[[], int]:
    from vttsync.broadcast.replay.room import Room
    from vttsync.cli.recording import record

    room = Room(target.url, *target.keys.room_keys(), wanted.session)
    return partial(terminal.finish, record(terminal, room, wanted))


def _sweep(terminal: Terminal, target: Aim) -> Callable[[], int]:
    from vttsync.cli.sweeping import sweep
    from vttsync.errors import Exit

    publish_key, _ticket_key = target.keys.room_keys()
    told, gone = sweep(terminal, target.url, publish_key.get_secret_value())
    return partial(terminal.finish, told, exit_code=Exit.DONE if gone else Exit.UNREACHABLE)
