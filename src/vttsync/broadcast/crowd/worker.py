"""The process that reads a part of a crowd, and what it and its parent tell each other."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from vttsync.broadcast.actions import Plan
from vttsync.broadcast.crowd.capacity import raise_descriptors
from vttsync.broadcast.crowd.judging import Findings, judge_room
from vttsync.broadcast.crowd.stand import Seats, Stand
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.replay.transcript import Answer
from vttsync.errors import VttsyncError

_EVERY = 0.25  # seconds between two words on how far it is


@dataclass(frozen=True)
class Task:
    """What a process is to do.

    Attributes:
        plan: what is played.
        seats: its clients.
        rate: connections that it opens a second.
        version: the Worker version that must answer.
    """

    plan: Plan
    seats: tuple[Seats, ...]
    rate: float
    version: str | None


@dataclass(frozen=True)
class Progress:
    """How many of its clients have a snapshot, and how many messages came."""

    connected: int
    deliveries: int


@dataclass(frozen=True)
class Ready:
    """All of its clients are in, or have been refused."""


@dataclass(frozen=True)
class Begin:
    """The script begins to play."""


@dataclass(frozen=True)
class Finish:
    """All is published: what the rooms answered, in the order of the task's seats."""

    answers: tuple[tuple[Answer, ...], ...]


@dataclass(frozen=True)
class Result:
    """What came of it.

    Attributes:
        findings: for each of the task's seats.
        delivered: messages that came while the script played.
        cpu: the share of a core that the process took meanwhile.
        ended: when everybody had all, or time was up; seconds on the clock of all processes.
    """

    findings: tuple[Findings, ...]
    delivered: int
    cpu: float
    ended: float


def work(connection: Connection, task: Task) -> None:
    """Do a task, in a process of its own, which ends when its parent does."""
    # Ctrl-C reaches every process of the terminal; the parent tells this one to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise_descriptors()
    commands: asyncio.Queue[Begin | Finish | None] = asyncio.Queue()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        threading.Thread(target=_listen, args=(connection, loop, commands), daemon=True).start()
        try:
            await _serve(connection, task, commands)
        except* VttsyncError as errors:
            connection.send(errors.exceptions[0])

    with contextlib.suppress(BrokenPipeError):
        run_fast(serve())


def run_fast(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` on uvloop, where there is one."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(work)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Give uvloop's loops; None on Windows, which it doesn't know."""
    try:
        import uvloop  # noqa: PLC0415 - a part of the extra
    except ImportError:
        return None
    return uvloop.new_event_loop


def _listen(
    connection: Connection,
    loop: asyncio.AbstractEventLoop,
    commands: asyncio.Queue[Begin | Finish | None],
) -> None:
    """Hand on what the parent says; end the process when there is no parent any more."""
    while True:
        try:
            command = connection.recv()
        except (EOFError, OSError):
            os._exit(1)
        loop.call_soon_threadsafe(commands.put_nowait, command)


async def _serve(
    connection: Connection, task: Task, commands: asyncio.Queue[Begin | Finish | None]
) -> None:
    stand = Stand(task.plan, task.seats)
    telling = asyncio.create_task(_tell(connection, stand))
    try:
        await stand.join(task.rate)
        await stand.until_joined(task.plan.limits.patience)
        connection.send(Ready())
        await commands.get()
        meter = Meter(stand)
        finish = await commands.get()
        if not isinstance(finish, Finish):
            return
        connection.send(await conclude(stand, task, finish.answers, meter))
    finally:
        telling.cancel()
        stand.leave()


class Meter:
    """What a stand gets, and its process takes, from now on."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        self._deliveries = stand.deliveries

    def read(self) -> tuple[int, float]:
        """Tell messages, and the share of a core."""
        share = (time.process_time() - self._cpu) / (time.perf_counter() - self._wall)
        return self._stand.deliveries - self._deliveries, share


async def conclude(
    stand: Stand, task: Task, answers: Sequence[tuple[Answer, ...]], meter: Meter
) -> Result:
    """Wait for what is still under way, and judge what came."""
    patience = task.plan.limits.patience
    taken = [sum(answer.status == 200 for answer in given) for given in answers]
    await stand.until_complete(taken, patience)
    (delivered, share), ended = meter.read(), now()
    await stand.fence(patience)
    stand.leave()
    paths = stand.paths()
    findings = tuple(
        judge_room(seats.number, task.plan, paths[seats.number], given, task.version)
        for seats, given in zip(task.seats, answers, strict=True)
    )
    return Result(findings, delivered, share, ended)


async def _tell(connection: Connection, stand: Stand) -> None:
    while True:
        connection.send(Progress(stand.connected, stand.deliveries))
        await asyncio.sleep(_EVERY)
