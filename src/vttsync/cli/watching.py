"""A replay's progress, told beside its stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vttsync.broadcast.replay.room import (
    Begun,
    Event,
    Joined,
    LeftBehind,
    Observe,
    Published,
    Waiting,
)

if TYPE_CHECKING:
    from vttsync.output.terminal import Stage


def watch(step: Stage) -> Observe:
    """Listen to a replay and keep `step` up to date."""

    def listen(event: Event) -> None:
        match event:
            case Begun():
                from vttsync.output.board import Board

                step.board = Board(event.look)
            case Joined():
                step.update(f"{event.done} of {event.total} clients joined")
            case Published():
                step.update(f"{event.done}/{event.total}  {event.say or event.label}")
            case Waiting():
                step.update(f"waiting for {event.clients} clients, {event.seconds:.0f} s at most")
            case LeftBehind():
                step.update(event.reason)

    return listen
