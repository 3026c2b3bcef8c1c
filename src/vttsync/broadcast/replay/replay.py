"""Play a plan to a room with real clients, and record what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from vttsync.broadcast.actions import (
    Action,
    Call,
    Client,
    Join,
    Knock,
    Lag,
    Leave,
    Meet,
    Pause,
    Plan,
    Point,
    Publish,
    Return,
)
from vttsync.broadcast.forecast import forecast
from vttsync.broadcast.leftovers import Note, not_removed, noted
from vttsync.broadcast.plan.expected import expect
from vttsync.broadcast.replay.app_server import AppServer, app_server
from vttsync.broadcast.replay.arrival import CLOCKS_DIFFER, check_arrival, survive
from vttsync.broadcast.replay.flood import Flood
from vttsync.broadcast.replay.limited import Limited
from vttsync.broadcast.replay.next_door import NextDoor, next_door
from vttsync.broadcast.replay.pace import Pace
from vttsync.broadcast.replay.room import Joined, LeftBehind, Observe, Published, Room, Waiting
from vttsync.broadcast.replay.seat import Seat
from vttsync.broadcast.replay.seconds import now
from vttsync.broadcast.replay.transcript import Digests, Log, Transcript
from vttsync.broadcast.replay.trouble import no_hook


async def replay(plan: Plan, room: Room, observe: Observe) -> Transcript:
    """Publish a plan's steps to a room while its cast watches, then remove the room.

    It is noted on this machine until it is removed, so that it can be even if this is killed.

    Args:
        plan: what to do.
        room: where; nothing is sent to a session that was used before.
        observe: is told of progress.

    Raises:
        VttsyncError: exit 2 when nobody says how to do what a `hook` step names, 6 when the room
            can't be reached, 4 when it refuses the keys, 8 when it was used before, or floods.
    """
    for action in plan.steps:
        if isinstance(action, Call) and action.name not in room.hooks:
            raise no_hook(plan, action)
    limited, expects = Limited(), forecast(plan)
    flood = Flood(expects.messages, expects.bytes_out)
    with noted(room.url, room.session) as note:
        async with app_server(room, limited) as server, next_door(room, limited, flood) as beside:
            run = _Run(plan, room, observe, server, beside, limited, flood)
            try:
                await server.begin()
                await beside.begin(plan.limits.patience)
                await flood.guard(run.play())
            finally:
                await run.clean_up(note)
            return run.transcript()


class _Run:
    """One replay as it goes."""

    def __init__(
        self,
        plan: Plan,
        room: Room,
        observe: Observe,
        server: AppServer,
        beside: NextDoor,
        limited: Limited,
        flood: Flood,
    ) -> None:
        self._plan = plan
        self._room = room
        self._observe = observe
        self._server = server
        self._beside = beside
        self._limited = limited
        self._flood = flood
        self._pace = Pace(now())
        self._seats: list[Seat] = []
        self._digests: Digests | None = None
        self._warnings: list[str] = []
        self._patience = plan.limits.patience
        self._expected = expect(plan)
        self._pointed: list[float] = []
        self._visits: list[Log] = []

    @property
    def _taken(self) -> int:
        return self._server.taken

    def transcript(self) -> Transcript:
        """Tell what was recorded."""
        logs = tuple(seat.log() for seat in self._seats)
        return Transcript(
            logs,
            tuple(self._server.answers),
            self._digests,
            tuple(self._pointed),
            tuple(self._visits),
            tuple(self._warnings),
            self._beside.beside(),
        )

    async def play(self) -> None:
        """Do all of it, as far as the room answers the publishes."""
        if not await self._play(self._plan.setup):
            return
        await self._join(self._plan.cast)
        if not any(seat.joined for seat in self._seats):
            return  # nobody is there to whom anything could be told
        done = await self._play(self._plan.steps)
        await self._bring_back(seat.client.name for seat in self._seats)
        await self._beside.play(self._patience)
        await self._meet(self._seats)
        await self._fence()
        if done:
            await self._join(self._plan.latecomers)
            await self._beside.join_late(self._patience)
            await self._fence()
            self._digests = await self._server.digests()

    async def clean_up(self, note: Note) -> None:
        """Close every connection and remove the room, whatever happened before."""
        await asyncio.gather(*(seat.leave() for seat in self._seats), return_exceptions=True)
        self._warnings += [self._limited.told] if self._limited.times else []
        if abs(ahead := self._server.ahead) > CLOCKS_DIFFER:
            self._warnings.append(f"This machine's clock is {ahead:.0f} s ahead of the room's.")
        left = [await self._remove(note), await self._beside.clean_up()]
        for warning in filter(None, left):
            self._warnings.append(warning)
            self._observe(LeftBehind(warning))

    async def _remove(self, note: Note) -> str:
        problem = await self._server.remove()
        if problem and self._server.room_exists:
            return not_removed(self._room.session, problem, note)
        note.removed()
        return ""

    async def _play(self, actions: Sequence[Action]) -> bool:
        """Do it in order and on time; tell whether the room took everything."""
        due, paced = now(), False
        for action in actions:
            match action:
                case Pause():
                    due, paced = due + action.seconds, True
                case Publish():
                    # Publishes without a pause between them follow each other; after a pause the
                    # clock rules, so that a stall counts for all that should have been sent
                    # meanwhile.
                    due = due if paced else now()
                    await asyncio.sleep(due - now())
                    due += await self._pace.turn()  # the script's wish, not the room's fault
                    if not await self._publish(action, due):
                        return False
                    paced = False
                case Lag():
                    for seat in self._named(action.who):
                        seat.lag(action.seconds)
                case _:
                    # Not the room's time: the clock stands still meanwhile.
                    if paced:
                        await asyncio.sleep(due - now())
                    await self._aside(action)
                    due, paced = now(), False
        return True

    async def _aside(self, action: Action) -> None:
        """Do what publishes nothing."""
        match action:
            case Join():
                await self._join([action.client])
            case Leave():
                await asyncio.gather(*(seat.drop() for seat in self._named(action.who)))
            case Return():
                await self._bring_back(action.who)
            case Meet():
                await self._meet([seat for seat in self._seats if not seat.away])
            case Point():
                await self._point(action)
            case Knock():
                await self._knock(action.client)
            case Call():
                await self._call(action)

    async def _publish(self, publish: Publish, due: float) -> bool:
        taken = await self._server.publish(publish, due)
        total, so_far = len(self._plan.publishes), len(self._server.answers)
        self._observe(Published(so_far, total, publish.label, publish.say))
        return taken

    async def _join(self, clients: Sequence[Client]) -> None:
        """Connect all at once, and wait for their snapshots."""
        seats = [self._seat(client) for client in clients]
        self._seats += seats
        joined = 0

        async def join(seat: Seat) -> None:
            nonlocal joined
            await seat.join()
            await seat.until(lambda it: it.joined, self._patience)
            joined += seat.joined
            self._observe(Joined(joined, len(seats)))

        _raise(await asyncio.gather(*map(join, seats), return_exceptions=True))
        check_arrival(self._room, seats, self._server.ahead)

    def _seat(self, client: Client) -> Seat:
        return Seat(client, self._room, self._limited, self._flood)

    def _named(self, names: Iterable[str]) -> list[Seat]:
        wanted = set(names)
        return [seat for seat in self._seats if seat.client.name in wanted]

    async def _bring_back(self, names: Iterable[str]) -> None:
        """Connect again who has lost the connection, and wait until the room knows."""

        async def bring_back(seat: Seat) -> None:
            await seat.come_back(self._taken)
            await seat.until(lambda it: it.greeted, self._patience)

        # Before anyone raises, all have come to an end.
        away = [seat for seat in self._named(names) if seat.away]
        _raise(await asyncio.gather(*map(bring_back, away), return_exceptions=True))

    async def _meet(self, seats: Sequence[Seat]) -> None:
        """Wait for the messages still under way."""
        await asyncio.sleep(max((seat.catches_up for seat in seats), default=0.0) - now())
        last = self._taken - 1

        def complete(seat: Seat) -> bool:
            audience = self._expected.audience(seat.client, last)
            return seat.stands_at(audience, self._expected.seqs[last][audience])

        lacking = [seat for seat in seats if not complete(seat) and not seat.over]
        if lacking:
            self._observe(Waiting(len(lacking), self._patience))
        await asyncio.gather(*(seat.until(complete, self._patience) for seat in lacking))

    async def _point(self, point: Point) -> None:
        """Let somebody point at something, and wait until all who see it were told."""
        since, publish = now(), self._taken - 1
        self._pointed.append(since)

        def told(seat: Seat) -> bool:
            return seat.was_told(point.user, point.kind, point.value, since)

        for seat in self._named([point.user]):
            await seat.point(point.kind, point.value)
        seats = [
            seat
            for seat in self._named(point.present)
            if self._expected.sees(seat.client, publish, point)
        ]
        await asyncio.gather(*(seat.until(told, self._patience) for seat in seats))

    async def _knock(self, client: Client) -> None:
        """Try a ticket that has run out, and wait until the room has said so."""
        seat = self._seat(client)
        try:
            await seat.knock()
            await seat.until(lambda it: it.over, self._patience)
        finally:
            await seat.leave()
        self._visits.append(seat.log())

    async def _call(self, call: Call) -> None:
        """Have something done outside, then connect again who lost the connection over it."""
        await self._room.hooks[call.name]()
        seats = [seat for seat in self._seats if not seat.away]
        surviving = [survive(seat, self._taken, self._patience) for seat in seats]
        await asyncio.gather(*surviving, self._beside.survive(self._patience))

    async def _fence(self) -> None:
        await asyncio.gather(*(seat.fence(self._patience) for seat in self._seats))


def _raise(results: Sequence[object]) -> None:
    for failure in results:
        if isinstance(failure, BaseException):
            raise failure
