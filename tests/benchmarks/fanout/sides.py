"""The servers that are compared, started together, and runs of them in turn."""

from __future__ import annotations

import asyncio
import gc
import resource
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median

from tests.benchmarks.fanout import serving
from tests.benchmarks.fanout.building import HERE, Workshop
from tests.benchmarks.fanout.driving import Run
from tests.benchmarks.fanout.targets import Room, RoomInTens, SocketIo, Target

OURS, PLAIN, IN_TENS = "room", "plain object", "room, ten changes a publish"
ALL = (OURS, PLAIN, "ws", "socket.io")
_OWN_FILES = 200


def affordable(clients: int) -> Sequence[str]:
    """The sides that this process can hold so many connections to; at least ours and the plain.

    Raises:
        SystemExit: not even those.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    room_for = (hard - _OWN_FILES) // clients
    if hard == resource.RLIM_INFINITY or room_for >= len(ALL):
        return ALL
    if room_for < 2:
        raise SystemExit(
            f"{clients} clients of two servers need {2 * clients + _OWN_FILES} open files, and "
            f"this shell allows {hard}. Raise it (`ulimit -n`, limits.conf) and run again."
        )
    return ALL[:2]


@contextmanager
def started(workshop: Workshop, names: Sequence[str] = ALL) -> Iterator[list[Target]]:
    """Start these sides; all are ended on the way out."""
    with ExitStack() as stack:
        yield [_start(stack, workshop, name) for name in names]


def _start(stack: ExitStack, workshop: Workshop, name: str) -> Target:
    match name:
        case "room":
            return Room(stack.enter_context(serving.room(workshop)))
        case "room, ten changes a publish":
            return RoomInTens(stack.enter_context(serving.room(workshop)), name=name)
        case "plain object":
            plain = serving.workerd(workshop, PLAIN, HERE / "plain.js", "Plain")
            return Target(stack.enter_context(plain))
        case "socket.io":
            return SocketIo(stack.enter_context(serving.node(workshop, name)))
    return Target(stack.enter_context(serving.node(workshop, name)))


async def joined(targets: Sequence[Target], clients: int) -> None:
    """Have so many clients join each."""
    for target in targets:
        await target.prepare()
        await target.crowd.join([target.listener(number) for number in range(clients)])
    # What has been made until here stays: collecting it again and again would count as latency.
    gc.collect()
    gc.freeze()


async def left(targets: Sequence[Target]) -> None:
    """Have everybody leave."""
    for target in targets:
        await target.crowd.leave()
    gc.unfreeze()


async def in_turn(
    targets: Sequence[Target], rounds: int, work: Callable[[Target], Awaitable[Run]]
) -> dict[str, list[Run]]:
    """Run `work` on each `rounds` times, another one first each time; a first round isn't kept."""
    runs: dict[str, list[Run]] = {target.name: [] for target in targets}
    for number in range(rounds + 1):
        shift = number % len(targets)
        for target in (*targets[shift:], *targets[:shift]):
            run = await work(target)
            await asyncio.sleep(0.05)
            if number:
                runs[target.name].append(run)
    return runs


def middle(runs: Sequence[Run], figure: Callable[[Run], float]) -> float:
    """The median of a figure."""
    return median(figure(run) for run in runs)


def ratio(
    runs: dict[str, list[Run]], name: str, figure: Callable[[Run], float], other: str = PLAIN
) -> float:
    """The median over the rounds of a figure of one side to the same of the other."""
    pairs = zip(runs[name], runs[other], strict=True)
    return median(figure(mine) / figure(theirs) for mine, theirs in pairs)
