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
from vttsync.broadcast.plan.expected import expect
from vttsync.broadcast.replay.app_server import AppServer, app_server
from vttsync.broadcast.replay.room import Joined, LeftBehind, Observe, Published, Room, Waiting
from vttsync.broadcast.replay.seat import Seat, now
from vttsync.broadcast.replay.transcript import Digests, Log, Transcript
from vttsync.broadcast.replay.trouble import keys_refused, no_hook
from vttsync.errors import VttsyncError

_RECONNECT_TIMEOUT = 60.0
_RETRY = 0.2


async def replay(plan: Plan, room: Room, observe: Observe) -> Transcript:
    """Publish a plan's steps to a room while its cast watches, then remove the room.

    Args:
        plan: what to do.
        room: where; its session should be fresh.
        observe: is told of progress.

    Raises:
        VttsyncError: exit 2 when nobody says how to do what a `hook` step names, 6 when the room
            can't be reached, 4 when it refuses the keys.
    """
    for action in plan.steps:
        if isinstance(action, Call) and action.name not in room.hooks:
            raise no_hook(plan, action)
    async with app_server(room) as server:
        run = _Run(plan, room, observe, server)
        try:
            await run.play()
        finally:
            await run.clean_up()
        return run.transcript()


class _Run:
    """One replay as it goes."""

    def __init__(self, plan: Plan, room: Room, observe: Observe, server: AppServer) -> None:
        self._plan = plan
        self._room = room
        self._observe = observe
        self._server = server
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
        )

    async def play(self) -> None:
        """Do all of it, as far as the room answers the publishes."""
        if not await self._play(self._plan.setup):
            return
        await self._join(self._plan.cast)
        done = await self._play(self._plan.steps)
        await self._bring_back(seat.client.name for seat in self._seats)
        await self._meet(self._seats)
        await self._fence()
        if done:
            await self._join(self._plan.latecomers)
            await self._fence()
            self._digests = await self._server.digests()

    async def clean_up(self) -> None:
        """Close every connection and remove the room, whatever happened before."""
        await asyncio.gather(*(seat.leave() for seat in self._seats), return_exceptions=True)
        problem = await self._server.remove()
        if problem and self._server.room_exists:
            self._warnings.append(f"The room {self._room.session} was not removed: {problem}.")
            self._observe(LeftBehind(self._warnings[-1]))

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
        seats = [Seat(client, self._room) for client in clients]
        self._seats += seats
        joined = 0

        async def join(seat: Seat) -> None:
            nonlocal joined
            await seat.join()
            await seat.until(lambda it: it.joined, self._patience)
            joined += seat.joined
            self._observe(Joined(joined, len(seats)))

        _raise(await asyncio.gather(*map(join, seats), return_exceptions=True))
        if seats and all(_bad_ticket(seat) for seat in seats):
            raise keys_refused("ticket key", "TICKET_KEY", "it closed every connection with 4401")

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
        seat = Seat(client, self._room)
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
        await asyncio.gather(*(self._survive(seat) for seat in seats))

    async def _survive(self, seat: Seat) -> None:
        if await seat.ping(self._patience) or not seat.joined:
            return
        deadline = now() + _RECONNECT_TIMEOUT
        while True:
            await seat.drop()
            try:
                await seat.come_back(self._taken)
                await seat.until(lambda it: it.greeted, self._patience)
            except VttsyncError:
                if now() > deadline:
                    raise
            else:
                if (seat.greeted and not seat.over) or now() > deadline:
                    return
            await asyncio.sleep(_RETRY)

    async def _fence(self) -> None:
        await asyncio.gather(*(seat.fence(self._patience) for seat in self._seats))


def _raise(results: Sequence[object]) -> None:
    for failure in results:
        if isinstance(failure, BaseException):
            raise failure


def _bad_ticket(seat: Seat) -> bool:
    closed = seat.log().closed
    return closed is not None and closed.code == 4401
