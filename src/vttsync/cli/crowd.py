"""`vttsync verify-broadcast --clients N`: a script played to a crowd."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.errors import Exit, VttsyncError

if TYPE_CHECKING:
    from vttsync.broadcast.crowd.crowd import Progress
    from vttsync.broadcast.crowd.seating import Shard
    from vttsync.broadcast.crowd.verdict import CrowdVerdict, Order
    from vttsync.deploy.prove.aim import Aim
    from vttsync.output.terminal import Terminal
    from vttsync.progress import Step

Clients = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="Play the script's publishes to a crowd of so many clients, in all rooms together.",
        show_default=False,
    ),
]
Rooms = Annotated[
    int | None,
    typer.Option(metavar="M", min=1, help="Rooms that the crowd is spread over.", show_default="1"),
]
ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Play only part I of N of the rooms: the other parts are other machines'.",
        show_default=False,
    ),
]
StartAt = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="When all shards begin to publish, such as 2026-11-24T20:00:00Z.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Keep a crowd's result, for `merge`.", show_default=False),
]


def parse_order(
    clients: int | None, rooms: int | None, shard: str | None, start: str | None, out: Path | None
) -> Order | None:
    """Read what is asked of a crowd; None, when none is.

    Raises:
        VttsyncError: exit 2, for what makes no sense; 5, when the extra `crowd` is missing.
    """
    if clients is None:
        others = {"--rooms": rooms, "--shard": shard, "--start-at": start, "--out": out}
        if given := [name for name, value in others.items() if value is not None]:
            raise _usage(f"{given[0]} is for a crowd.", "Say of how many, such as --clients 1000.")
        return None
    if shard and not (start and out):
        raise _usage(
            "A shard needs --start-at and --out.",
            "Give all shards the same time, a minute ahead or more, and each its own file.",
        )
    if find_spec("picows") is None:
        raise VttsyncError(
            "A crowd needs a part of vttsync that is not installed.",
            why="The packages picows and uvloop read thousands of websockets.",
            fix='pip install "vttsync[crowd]", or the same for pipx or uv.',
            exit_code=Exit.MISSING,
        )
    from vttsync.broadcast.crowd.verdict import Order

    return Order(clients, rooms or 1, _shard(shard), _start(start))


def verify_crowd(
    terminal: Terminal, target: Aim, order: Order, out: Path | None
) -> Callable[[], int]:
    """Play the target's script to a crowd; what it gives back says what became of it."""
    from vttsync.broadcast.crowd.capacity import check_order
    from vttsync.broadcast.crowd.crowd import play_crowd
    from vttsync.broadcast.crowd.forecast import forecast_told
    from vttsync.broadcast.crowd.shards import write_shard
    from vttsync.broadcast.proof import read_plan
    from vttsync.broadcast.replay.room import Room
    from vttsync.interrupts import run

    terminal.say(f"{target.url}, version {target.version}")
    plan = read_plan(target.script)
    check_order(order, len({client.role for client in plan.cast}))
    terminal.say(forecast_told(plan, order))
    with terminal.stage("verify broadcast") as step:
        room = Room(target.url, *target.keys.room_keys())
        playing = play_crowd(
            plan, room, order, version=target.version, observe=lambda it: _tell(step, it)
        )
        verdict = run(playing)
        step.update(verdict.summary)
    if out:
        write_shard(verdict, out)
    return partial(report, terminal, verdict, url=target.url)


def report(terminal: Terminal, verdict: CrowdVerdict, **more: str) -> int:
    """Show a verdict, and hand back the exit code."""
    from vttsync.output.crowd import crowd_json, crowd_view

    for warning in verdict.warnings:
        terminal.warn(warning)
    terminal.say()
    terminal.show(crowd_view(verdict))
    code = Exit.DONE if verdict.passed else Exit.VERIFY_FAILED
    return terminal.finish({**more, **crowd_json(verdict)}, exit_code=code)


def _tell(step: Step, progress: Progress) -> None:
    if progress.connected < progress.clients and not progress.rate:
        step.update(f"{progress.connected} of {progress.clients} clients joined")
        return
    published = f"{progress.published}/{progress.publishes}"
    step.update(f"{published} published, {progress.rate:,.0f} deliveries/s checked")


def _shard(text: str | None) -> Shard:
    from vttsync.broadcast.crowd.seating import Shard

    if text is None:
        return Shard()
    index, _, total = text.partition("/")
    if index.isdecimal() and total.isdecimal() and 1 <= int(index) <= int(total):
        return Shard(int(index), int(total))
    raise _usage("--shard is written I/N.", "For example --shard 1/3, and 2/3 and 3/3 elsewhere.")


def _start(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        start: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        start = None
    if start is None or start.tzinfo is None:
        raise _usage(
            "--start-at is no time with its zone.", "For example --start-at 2026-11-24T20:00:00Z."
        )
    if start < datetime.now(UTC):
        raise _usage(
            f"--start-at {text} is over.", "Clients need time to connect: say a minute ahead."
        )
    return start.timestamp()


def _usage(what: str, fix: str) -> VttsyncError:
    return VttsyncError(what, fix=fix, exit_code=Exit.USAGE)
