"""Play a plan to a room with real clients, and record what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from vttsync import web
from vttsync.broadcast.actions import Action, Client, Leave, Pause, Plan, Publish, Return
from vttsync.broadcast.plan.expected import expect
from vttsync.broadcast.replay.room import Joined, LeftBehind, Observe, Published, Room, Waiting
from vttsync.broadcast.replay.seat import Seat, now
from vttsync.broadcast.replay.transcript import Answer, Digests, Transcript
from vttsync.errors import Exit, VttsyncError

_ANSWER_TIMEOUT = 30.0
_BRIEF_TIMEOUT = 10.0


async def replay(plan: Plan, room: Room, observe: Observe) -> Transcript:
    """Publish a plan's steps to a room while its cast watches, then remove the room.

    Args:
        plan: what to do.
        room: where; its session should be fresh.
        observe: is told of progress.

    Raises:
        VttsyncError: exit 6 when the room can't be reached, 4 when it refuses the keys.
    """
    headers = {"Authorization": f"Bearer {room.publish_key.get_secret_value()}"}
    async with web.async_client(room.url.rstrip("/"), headers) as http:
        run = _Run(plan, room, observe, http)
        try:
            await run.play()
        finally:
            await run.clean_up()
        return run.transcript()


class _Run:
    """One replay as it goes."""

    def __init__(self, plan: Plan, room: Room, observe: Observe, http: web.AsyncClient) -> None:
        self._plan = plan
        self._room = room
        self._observe = observe
        self._http = http
        self._seats: list[Seat] = []
        self._answers: list[Answer] = []
        self._digests: Digests | None = None
        self._warnings: list[str] = []
        self._exists = False

    @property
    def _taken(self) -> int:
        return sum(answer.status == 200 for answer in self._answers)

    def transcript(self) -> Transcript:
        """Tell what was recorded."""
        logs = tuple(seat.log() for seat in self._seats)
        return Transcript(logs, tuple(self._answers), self._digests, tuple(self._warnings))

    async def play(self) -> None:
        """Do all of it, as far as the room answers the publishes."""
        if not await self._publish_all(self._plan.setup):
            return
        await self._join(self._plan.cast)
        done = await self._publish_all(self._plan.steps)
        await self._bring_back()
        await self._catch_up()
        if done:
            await self._join(self._plan.latecomers)
            await self._fence()
            await self._compare()

    async def clean_up(self) -> None:
        """Close every connection and remove the room, whatever happened before."""
        await asyncio.gather(*(seat.leave() for seat in self._seats), return_exceptions=True)
        problem = await self._remove()
        if problem and self._exists:
            self._warnings.append(f"The room {self._room.session} was not removed: {problem}.")
            self._observe(LeftBehind(self._warnings[-1]))

    async def _publish_all(self, actions: Sequence[Action]) -> bool:
        """Publish in order and on time; tell whether the room took everything."""
        due, paced = now(), False
        for action in actions:
            if isinstance(action, Pause):
                due, paced = due + action.seconds, True
                continue
            if isinstance(action, Leave | Return):
                # Not the room's time: the clock stands still meanwhile.
                await (self._drop() if isinstance(action, Leave) else self._bring_back())
                due, paced = now(), False
                continue
            # Publishes without a pause between them follow each other; after a pause the clock
            # rules, so that a stall counts for all that should have been sent meanwhile.
            due = due if paced else now()
            await asyncio.sleep(due - now())
            if not await self._publish(action, due):
                return False
            paced = False
        return True

    async def _publish(self, publish: Publish, due: float) -> bool:
        body = {"changes": [change.body() for change in publish.changes]}
        sent = now()
        with web.reaching("The room", self._room.url):
            try:
                async with asyncio.timeout(_ANSWER_TIMEOUT):
                    response = await self._http.post(f"{self._room.path}/publish", json=body)
            except web.NotConnected:
                raise
            except TimeoutError:
                self._exists = True
                raise _no_answer(publish) from None
            except web.TransportError:
                self._exists = True  # it may: the publish was on its way
                raise
        self._exists = self._exists or response.status_code == 200
        if response.status_code == 401:
            raise _keys_refused("publish key", "PUBLISH_KEY", "it answered 401 to a publish")
        self._answers.append(Answer(due, sent, response.status_code, response.text))
        total = len(self._plan.publishes)
        self._observe(Published(len(self._answers), total, publish.label, publish.say))
        return response.status_code == 200

    async def _join(self, clients: Sequence[Client]) -> None:
        """Connect all at once, and wait for their snapshots."""
        seats = [Seat(client, self._room) for client in clients]
        self._seats += seats
        joined = 0

        async def join(seat: Seat) -> None:
            nonlocal joined
            await seat.join()
            await seat.until(lambda it: it.joined, self._plan.patience)
            joined += seat.joined
            self._observe(Joined(joined, len(seats)))

        results = await asyncio.gather(*map(join, seats), return_exceptions=True)
        for failure in results:
            if isinstance(failure, BaseException):
                raise failure
        if seats and all(_bad_ticket(seat) for seat in seats):
            raise _keys_refused("ticket key", "TICKET_KEY", "it closed every connection with 4401")

    async def _drop(self) -> None:
        for seat in self._seats:
            if seat.client.returns:
                await seat.drop()

    async def _bring_back(self) -> None:
        """Connect again who has lost the connection, and wait until the room knows."""
        away = [seat for seat in self._seats if seat.away]
        for seat in away:
            await seat.come_back(self._taken)
            await seat.until(lambda it: it.greeted, self._plan.patience)

    async def _catch_up(self) -> None:
        """Wait for the messages still under way, then make sure that no more are."""
        expected, last = expect(self._plan), self._taken - 1

        def complete(seat: Seat) -> bool:
            audience = expected.audience(seat.client, last)
            return seat.stands_at(audience, expected.seqs[last][audience])

        lacking = [seat for seat in self._seats if not complete(seat) and not seat.over]
        if lacking:
            self._observe(Waiting(len(lacking), self._plan.patience))
        await asyncio.gather(*(seat.until(complete, self._plan.patience) for seat in lacking))
        await self._fence()

    async def _fence(self) -> None:
        await asyncio.gather(*(seat.fence(self._plan.patience) for seat in self._seats))

    async def _compare(self) -> None:
        """Ask what the views come to."""
        with web.reaching("The room", self._room.url):
            try:
                async with asyncio.timeout(_BRIEF_TIMEOUT):
                    response = await self._http.get(f"{self._room.path}/digest")
            except TimeoutError:
                self._digests = Digests(0, f"no answer within {_BRIEF_TIMEOUT:g} s")
            else:
                self._digests = Digests(response.status_code, response.text)

    async def _remove(self) -> str:
        """Remove the room; tell why that failed, or nothing."""
        try:
            async with asyncio.timeout(_BRIEF_TIMEOUT):
                response = await self._http.delete(self._room.path)
        except TimeoutError:
            return "no answer"
        except web.TransportError as error:
            return type(error).__name__
        return "" if response.status_code == 204 else f"it answered {response.status_code}"


def _bad_ticket(seat: Seat) -> bool:
    closed = seat.log().closed
    return closed is not None and closed.code == 4401


def _no_answer(publish: Publish) -> VttsyncError:
    return VttsyncError(
        f"The room did not answer a publish within {_ANSWER_TIMEOUT:g} s ({publish.label}).",
        fix="Try again; if it stays so, look at the Worker's logs.",
        exit_code=Exit.UNREACHABLE,
    )


def _keys_refused(what: str, secret: str, how: str) -> VttsyncError:
    return VttsyncError(
        f"The room does not accept the {what}.",
        why=f"{how.capitalize()}: the deployed {secret} is another one.",
        fix=f"Set {secret} to the same value here and in the deployed Worker.",
        exit_code=Exit.CREDENTIALS,
    )
