"""Who is in a crowd: a cast in proportion, spread over rooms, shards and processes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vttsync.broadcast.actions import Audience, Client, Pause, Plan, Publish, Role
from vttsync.broadcast.plan.expected import Expected

ROOM_HOLDS = 10_000
"""Sockets in one room (docs/protocol.md, close code 4429 `full`)."""

Group = tuple[Audience, ...]
"""Those who should get the same bytes: the audiences that they go through."""


@dataclass(frozen=True)
class Shard:
    """This machine's part of a run: number `index` (from 1) of `total`."""

    index: int = 1
    total: int = 1

    def rooms(self, rooms: int) -> range:
        """Number this part's rooms, from 1."""
        return range(self.index, rooms + 1, self.total)


def crowd_plan(plan: Plan) -> Plan:
    """Keep of a plan what a crowd plays: its publishes, at their pace.

    Those who come and go, point, or read slowly are played by `replay`, client by client.
    """
    steps = tuple(step for step in plan.steps if isinstance(step, Publish | Pause))
    return replace(plan, steps=steps, latecomers=())


def sizes(clients: int, rooms: int) -> list[int]:
    """Spread clients over rooms as evenly as can be."""
    each, more = divmod(clients, rooms)
    return [each + (number < more) for number in range(rooms)]


def seat(cast: Sequence[Client], count: int) -> tuple[Client, ...]:
    """Make a cast of `count`, at least one for each role, with the roles in the cast's proportion.

    Who is in the cast comes first, so that those who own something are there; the others are
    named on: `player 61`.
    """
    named = [client for client in cast if not client.name.startswith("returning ")]
    by_role: dict[Role, list[Client]] = {}
    for client in named:
        by_role.setdefault(client.role, []).append(client)
    shares = _apportion({role: len(clients) for role, clients in by_role.items()}, count)
    return tuple(
        by_role[role][number] if number < len(by_role[role]) else _another(role, number)
        for role, share in shares.items()
        for number in range(share)
    )


def _another(role: Role, number: int) -> Client:
    return Client(f"{role} {number + 1}", role)


def _apportion(weights: dict[Role, int], count: int) -> dict[Role, int]:
    """Divide by largest remainders, what is left after one for each."""
    total, rest = sum(weights.values()), count - len(weights)
    exact = {role: rest * weight / total for role, weight in weights.items()}
    shares = {role: 1 + int(share) for role, share in exact.items()}
    by_remainder = sorted(exact, key=lambda role: int(exact[role]) - exact[role])
    for role in by_remainder[: count - sum(shares.values())]:
        shares[role] += 1
    return shares


def owners(expected: Expected) -> frozenset[Audience]:
    """Name the audiences that come and go: those of players who own something at some time."""
    return frozenset(who for seqs in expected.seqs for who in seqs if who.startswith("user:"))


def group_of(client: Client, expected: Expected, owning: frozenset[Audience]) -> Group:
    """Tell through which audiences a client goes from joining on; `owning` is from `owners`."""
    if f"user:{client.name}" not in owning:
        return (client.role,)
    publishes = range(expected.joining, len(expected.rows))
    audiences = tuple(expected.audience(client, publish) for publish in publishes)
    return audiences if len(set(audiences)) > 1 else audiences[:1]


def probes_of(clients: Sequence[Client]) -> tuple[Client, ...]:
    """Choose the first of each role: they are read apart from the crowd, so not kept waiting."""
    first: dict[Role, Client] = {}
    for client in clients:
        first.setdefault(client.role, client)
    return tuple(first.values())


@dataclass(frozen=True)
class Bench:
    """Some clients of one room's crowd: those from `first` up to `last`, which is not one."""

    room: int
    first: int
    last: int


def halls(crowds: Mapping[int, int], processes: int) -> list[list[Bench]]:
    """Divide the crowds over processes: for each, the benches that it serves.

    Whole rooms, while there are as many as processes; fewer are cut into equal parts.

    Args:
        crowds: clients in each room, by its number; probes are not counted.
        processes: how many there are at most.
    """
    parts = max(1, processes // len(crowds))
    benches = [
        Bench(room, crowd * part // parts, crowd * (part + 1) // parts)
        for room, crowd in crowds.items()
        for part in range(parts)
    ]
    benches = [bench for bench in benches if bench.last > bench.first]
    used = min(processes, len(benches))
    return [benches[number::used] for number in range(used)]
