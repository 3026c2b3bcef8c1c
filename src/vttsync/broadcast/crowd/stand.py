"""The part of a crowd that one process serves: its sockets, opened at a rate, and what they got."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from picows import WSError, WSInvalidStatusError, ws_connect

from vttsync.broadcast.actions import Client, Plan
from vttsync.broadcast.crowd.client import Listener
from vttsync.broadcast.crowd.judging import Path
from vttsync.broadcast.crowd.paths import Bound, Tree
from vttsync.broadcast.crowd.seating import Group, group_of, owners
from vttsync.broadcast.plan.expected import Expected, expect
from vttsync.broadcast.replay.dial import socket_url
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seconds import now
from vttsync.errors import Exit, VttsyncError
from vttsync.web import is_loopback, tls

_AT_ONCE = 64
_HANDSHAKE = 20.0  # seconds
_LOOK = 0.02  # seconds between two looks at how far everybody is
_FIRST_READ = 2048  # bytes; picows' own 16 KiB for each of thousands would be most of their memory
_MESSAGES, _TIMES = 1000, 4  # what a client listens to at most, beside what it should get
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM}

# At DEBUG the library logs request lines, and the ticket is in there.
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class Seats:
    """Clients of one room.

    Attributes:
        number: the room's, from 1.
        room: where it is; without hooks, so that it can be sent to another process.
        clients: who.
    """

    number: int
    room: Room
    clients: tuple[Client, ...]


class Stand:
    """Clients of one room or several, read by the running loop."""

    def __init__(self, plan: Plan, seats: Sequence[Seats]) -> None:
        self._expected = expect(plan)
        owning = owners(self._expected)
        bound = Bound(_MESSAGES + _TIMES * len(self._expected.rows))
        self._houses = [_House(one, self._expected, owning, bound) for one in seats]

    async def join(self, rate: float) -> None:
        """Connect everybody, so many a second at most, and nobody twice.

        Who is refused is the judge's to tell.

        Raises:
            VttsyncError: exit 5, when this machine has no more sockets to give.
        """
        gate, start = asyncio.Semaphore(_AT_ONCE), now()

        async def connect(number: int, house: _House, listener: Listener) -> None:
            async with gate:
                await asyncio.sleep(start + number / rate - now())
                await house.connect(listener)

        listeners = [(house, listener) for house in self._houses for listener in house.listeners]
        async with asyncio.TaskGroup() as group:
            for number, (house, listener) in enumerate(listeners):
                group.create_task(connect(number, house, listener))

    async def until_joined(self, patience: float) -> None:
        """Wait until everybody has a whole snapshot, or nothing more can come, or time is up."""
        await self._until(lambda house: house.joined + house.over >= len(house.listeners), patience)

    async def until_complete(self, taken: Sequence[int], patience: float) -> None:
        """Wait until everybody has all of so many publishes, or time is up.

        `taken` says for each room how many it took.
        """
        last = {house.number: count - 1 for house, count in zip(self._houses, taken, strict=True)}
        await self._until(lambda house: house.complete(last[house.number]), patience)

    async def fence(self, patience: float) -> None:
        """Wait until all that was sent to anybody has come, or time is up."""
        for house in self._houses:
            for listener in house.listeners:
                listener.fence()
        await self._until(_House.fenced, patience)

    def leave(self) -> None:
        """Close all connections."""
        for house in self._houses:
            for listener in house.listeners:
                listener.leave()

    @property
    def connected(self) -> int:
        """How many have a whole snapshot."""
        return sum(house.joined for house in self._houses)

    @property
    def deliveries(self) -> int:
        """How many messages came, in all."""
        return sum(tree.deliveries for house in self._houses for tree in house.trees.values())

    def paths(self) -> dict[int, list[Path]]:
        """Tell for each room what its clients got, those who got the same together."""
        return {house.number: house.paths() for house in self._houses}

    async def _until(self, enough: Callable[[_House], bool], patience: float) -> None:
        # Looks instead of listening: a check at each of a million messages would cost more.
        deadline = now() + patience
        waiting = list(self._houses)
        while waiting := [house for house in waiting if not enough(house)]:
            if now() > deadline:
                return
            await asyncio.sleep(_LOOK)


class _House:
    """Clients of one room."""

    def __init__(
        self, seats: Seats, expected: Expected, owning: frozenset[str], bound: Bound
    ) -> None:
        self.number = seats.number
        self.trees: dict[Group, Tree] = {}
        self.listeners: list[Listener] = []
        self._room = seats.room
        self._expected = expected
        self._members: dict[Group, list[Listener]] = {}
        for client in seats.clients:
            group = group_of(client, expected, owning)
            listener = Listener(client, self.trees.setdefault(group, Tree()).start, bound)
            self._members.setdefault(group, []).append(listener)
            self.listeners.append(listener)

    @property
    def joined(self) -> int:
        return sum(tree.joined for tree in self.trees.values())

    @property
    def over(self) -> int:
        """Those who were not let in."""
        return sum(one.over and one.at.place.seq is None for one in self.listeners)

    def fenced(self) -> bool:
        return all(listener.fenced or listener.over for listener in self.listeners)

    def complete(self, last: int) -> bool:
        """Tell whether everybody stands where the room's publish number `last` left them."""
        for group, tree in self.trees.items():
            audience = group[min(last - self._expected.joining, len(group) - 1)]
            seq = self._expected.seqs[last][audience]
            members = self._members[group]
            if tree.at(audience, seq) < len(members) and any(
                not one.over and not _at(one, audience, seq) for one in members
            ):
                return False
        return True

    async def connect(self, listener: Listener) -> None:
        url = socket_url(self._room, listener.client)
        try:
            await ws_connect(
                lambda: listener, url, ssl_context=tls(self._room.url), logger_name=_SILENT,
                websocket_handshake_timeout=_HANDSHAKE, max_redirects=0,
                max_frame_size=16 * 1024 * 1024, read_buffer_init_size=_FIRST_READ,
                proxy=_proxy(self._room.url),
            )  # fmt: skip
        except WSInvalidStatusError as error:
            status = error.response.status if error.response else "something"
            listener.refused = f"HTTP {int(status)} instead of a websocket"
        except (WSError, TimeoutError) as error:
            listener.refused = f"no websocket handshake ({type(error).__name__})"
        except OSError as error:
            if error.errno in _EXHAUSTED:
                raise _exhausted(error) from None
            listener.refused = f"no connection ({error.strerror or type(error).__name__})"

    def paths(self) -> list[Path]:
        found: dict[tuple[object, ...], list[Listener]] = {}
        for group, members in self._members.items():
            for listener in members:
                end = group, id(listener.at), listener.closed, listener.refused
                found.setdefault(end, []).append(listener)
        return [_path(listeners) for listeners in found.values()]


def _path(listeners: Sequence[Listener]) -> Path:
    first = listeners[0]
    clients = tuple(listener.client for listener in listeners)
    return Path(clients, first.at, first.closed, first.refused)


def _at(listener: Listener, audience: str, seq: int) -> bool:
    place = listener.at.place
    return place.audience == audience and place.seq is not None and place.seq >= seq


def _proxy(url: str) -> str | None:
    """Tell which proxy the environment names for an address, if any."""
    parts = urlsplit(url)
    if is_loopback(url) or proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)


def _exhausted(error: OSError) -> VttsyncError:
    return VttsyncError(
        "This machine has no more sockets to give.",
        why=f"{error.strerror}.",
        fix="Ask for fewer --clients, or spread them over machines with --shard.",
        exit_code=Exit.MISSING,
    )
