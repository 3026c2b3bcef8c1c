"""A crowd from its first socket to its verdict, on this machine."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from vttsync.broadcast.actions import Plan
from vttsync.broadcast.crowd.capacity import check_machine, this_machine
from vttsync.broadcast.crowd.hall import Hall
from vttsync.broadcast.crowd.judging import Fault
from vttsync.broadcast.crowd.playing import Player
from vttsync.broadcast.crowd.seating import crowd_plan, halls, probes_of, seat, sizes
from vttsync.broadcast.crowd.stand import Seats, Stand
from vttsync.broadcast.crowd.verdict import (
    CrowdVerdict,
    Order,
    Work,
    limits_of,
    plan_id,
    rows_of,
    sorted_faults,
    together,
    too_slow,
)
from vttsync.broadcast.crowd.worker import Begin, Finish, Meter, Result, Task, conclude
from vttsync.broadcast.histogram import Histogram
from vttsync.broadcast.judge.answers import wrong_answers, wrong_digests
from vttsync.broadcast.leftovers import Note, not_removed, noted
from vttsync.broadcast.plan.expected import expect
from vttsync.broadcast.replay.app_server import app_server
from vttsync.broadcast.replay.limited import Limited
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.replay.transcript import Answer
from vttsync.sessions import fresh_session

_RATE = 500.0
"""Connections that are opened in a second, all processes together: a handshake costs a
millisecond over TLS, and a room that answers them has other things to do."""
_LOOK = 0.25  # seconds


@dataclass(frozen=True)
class Progress:
    """How far a crowd is.

    Attributes:
        connected: clients that have a snapshot, of `clients`.
        published: publishes that are answered, of `publishes`.
        deliveries: messages that came.
        rate: messages a second, of late.
    """

    connected: int
    clients: int
    published: int
    publishes: int
    deliveries: int
    rate: float


Observe = Callable[[Progress], None]
_ResultT = TypeVar("_ResultT")


async def play_crowd(
    plan: Plan, room: Room, order: Order, *, version: str | None, observe: Observe
) -> CrowdVerdict:
    """Play a script to a crowd, then remove its rooms.

    Args:
        plan: what is played, see `crowd_plan` for how much of it.
        room: where, and with which keys; each room of the crowd has a session of its own.
        order: how many clients, in how many rooms.
        version: the Worker version that must answer from inside the rooms.
        observe: is told of progress.

    Raises:
        VttsyncError: exit 5 when this machine can't carry it,
            6 when a room can't be reached, 4 when it refuses the keys.
    """
    plan = crowd_plan(plan)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    numbers = order.shard.rooms(order.rooms)
    secure = room.url.startswith("https:")
    processes = (cores or 1) if secure else min(cores or 1, len(numbers))
    check_machine(order, this_machine(processes))
    rooms = {number: replace(room, session=fresh_session(), hooks={}) for number in numbers}
    limited = Limited()
    async with AsyncExitStack() as stack:
        notes = {n: stack.enter_context(noted(it.url, it.session)) for n, it in rooms.items()}
        servers = [
            await stack.enter_async_context(app_server(one, limited)) for one in rooms.values()
        ]
        players = {number: Player(one) for number, one in zip(rooms, servers, strict=True)}
        run = _Run(plan, order, rooms, players, version)
        warnings: list[str] = []
        try:
            verdict = await run.run(processes, observe)
        finally:
            warnings += await _remove(rooms, players, notes)
    warnings += [limited.told] if limited.times else []
    return replace(verdict, warnings=tuple(warnings))


async def _remove(
    rooms: Mapping[int, Room], players: Mapping[int, Player], notes: Mapping[int, Note]
) -> list[str]:
    """Remove the rooms; tell which ones are still there."""
    problems = await asyncio.gather(*(player.server.remove() for player in players.values()))
    left = []
    for (number, player), problem in zip(players.items(), problems, strict=True):
        if problem and player.server.room_exists:
            left.append(
                not_removed(rooms[number].url, rooms[number].session, problem, notes[number])
            )
        else:
            notes[number].removed()
    return left


class _Run:
    """One crowd on this machine."""

    def __init__(
        self,
        plan: Plan,
        order: Order,
        rooms: Mapping[int, Room],
        players: Mapping[int, Player],
        version: str | None,
    ) -> None:
        self._plan, self._order, self._version = plan, order, version
        self._rooms, self._players = rooms, players
        crowd = sizes(order.clients, order.rooms)
        self._casts = {number: seat(plan.cast, crowd[number - 1]) for number in rooms}
        self._probes = tuple(
            Seats(number, rooms[number], probes_of(cast)) for number, cast in self._casts.items()
        )
        self._halls: list[Hall] = []

    async def run(self, processes: int, observe: Observe) -> CrowdVerdict:
        """Do all of it but for removing the rooms."""
        await _all(player.set_up(self._plan.setup) for player in self._players.values())
        # Their own loop: a crowd's thousands of messages would make theirs look late.
        stand = Stand(self._plan, self._probes)
        telling = asyncio.create_task(self._tell(stand, observe))
        try:
            opened = now()
            self._halls = [Hall(task) for task in self._tasks(processes)]
            await _all([self._probes_in(stand), *(hall.ready for hall in self._halls)])
            connecting = now() - opened
            behind = await self._until_start()
            return await self._play(stand, connecting, behind)
        finally:
            telling.cancel()
            stand.leave()
            await asyncio.gather(*(hall.stop() for hall in self._halls))

    def _tasks(self, processes: int) -> Iterator[Task]:
        crowds = {}
        for number, cast in self._casts.items():
            probes = set(probes_of(cast))
            crowds[number] = tuple(client for client in cast if client not in probes)
        shares = halls({number: len(crowd) for number, crowd in crowds.items()}, processes)
        for share in shares:
            seats = tuple(
                Seats(it.room, self._rooms[it.room], crowds[it.room][it.first : it.last])
                for it in share
            )
            yield Task(self._plan, seats, _RATE / len(shares), self._version)

    async def _probes_in(self, stand: Stand) -> None:
        await stand.join(_RATE)
        await stand.until_joined(self._plan.limits.patience)

    async def _until_start(self) -> float:
        """Wait for the agreed start; tell by how many seconds it was missed."""
        if self._order.start is None:
            return 0.0
        await asyncio.sleep(self._order.start - time.time())
        return max(0.0, time.time() - self._order.start)

    async def _play(self, stand: Stand, connecting: float, behind: float) -> CrowdVerdict:
        meter, began, start = Meter(stand), time.time(), now()
        for hall in self._halls:
            hall.tell(Begin())
        steps = self._plan.steps
        await _all(player.play(steps, start) for player in self._players.values())
        for hall in self._halls:
            hall.tell(Finish(tuple(self._answers(seats.number) for seats in hall.task.seats)))
        own = Task(self._plan, self._probes, _RATE, self._version)
        answers = [self._answers(seats.number) for seats in self._probes]
        probes = await conclude(stand, own, answers, meter)
        results = await _all(hall.result for hall in self._halls)
        seconds = max(result.ended for result in (probes, *results)) - start
        faults = [fault for number in self._rooms for fault in await self._told(number)]
        return self._verdict(
            probes, results, faults, connecting=connecting, seconds=seconds, began=began,
            behind=behind,
        )  # fmt: skip

    def _answers(self, number: int) -> tuple[Answer, ...]:
        return tuple(self._players[number].server.answers)

    async def _told(self, number: int) -> list[Fault]:
        """Judge what the app server of a room was told."""
        server, expected = self._players[number].server, expect(self._plan)
        found = [*wrong_answers(self._plan, expected, server.answers)]
        if server.taken == len(self._plan.publishes):
            found += wrong_digests(expected, await server.digests())
        return [Fault(number, difference) for difference in found]

    def _verdict(
        self,
        probes: Result,
        results: Sequence[Result],
        faults: Sequence[Fault],
        *,
        connecting: float,
        seconds: float,
        began: float,
        behind: float,
    ) -> CrowdVerdict:
        findings = [found for result in (probes, *results) for found in result.findings]
        rows = rows_of([found.rows for found in findings])
        all_faults = [*faults, *(fault for found in findings for fault in found.faults)]
        lags = [player.lags for player in self._players.values()]
        shares = {f"Crowd process {n}": result.cpu for n, result in enumerate(results, 1)}
        work = Work({"The publisher": probes.cpu, **shares}, Histogram(chain(*lags)), behind)
        own = [row.latency for found in probes.findings for row in found.rows]
        return CrowdVerdict(
            script=self._plan.script,
            plan=plan_id(self._plan),
            version=self._version,
            order=self._order,
            shards=(self._order.shard.index,),
            rows=rows,
            faults=sorted_faults([*all_faults, *too_slow(self._plan.limits, rows)]),
            probes=together(own),
            limits=tuple(limits_of(work)),
            warnings=(),
            publishes=sum(player.done for player in self._players.values()),
            delivered=sum(result.delivered for result in (probes, *results)),
            connecting=connecting,
            seconds=seconds,
            began=began,
            cpu=work.cpu,
            allowed=self._plan.limits,
        )

    async def _tell(self, stand: Stand, observe: Observe) -> None:
        """Tell four times a second how far all of it is."""
        clients, total = sum(map(len, self._casts.values())), len(self._plan.publishes)
        before = at = 0.0
        while True:
            connected = stand.connected + sum(hall.progress.connected for hall in self._halls)
            deliveries = stand.deliveries + sum(hall.progress.deliveries for hall in self._halls)
            rate = (deliveries - before) / (now() - at) if at else 0.0
            before, at = deliveries, now()
            published = sum(player.done for player in self._players.values())
            observe(
                Progress(
                    connected, clients, published, total * len(self._players), deliveries, rate
                )
            )
            await asyncio.sleep(_LOOK)


async def _all(work: Iterable[Awaitable[_ResultT]]) -> list[_ResultT]:
    """Wait for all of it; when one fails, let the others end first, then raise."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for failure in results:
        if isinstance(failure, BaseException):
            raise failure
    return [result for result in results if not isinstance(result, BaseException)]
