"""What a replay will send, and about what that costs on Cloudflare: told before it begins; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from vttsync import cost
from vttsync.broadcast.actions import Client, Join, Knock, Lag, Meet, Plan, Return
from vttsync.broadcast.plan.expected import Expected, expect
from vttsync.broadcast.plan.next_door import NEXT_DOOR
from vttsync.broadcast.replay.pace import PER_SECOND, shortest

_FRAME = 80  # bytes of a delta around its changes
_OTHER_REQUESTS = 4  # whether the room is new, its digests, its end; and the Worker's health
_NEXT_DOOR = 6  # to the session beside it: whether it is new, two publishes and clients, its end


@dataclass(frozen=True)
class Forecast:
    """What a plan comes to.

    Attributes:
        clients: who connects, latecomers and those who knock included.
        connections: theirs, with those who come back.
        publishes: requests of the app server.
        bytes_in: about how many bytes these have.
        messages: about how many the room sends to clients; fewer, where it tells several
            publishes as one.
        bytes_out: about how many bytes these have.
        seconds: how long it takes, besides the room's answers.
        held: how many of these seconds vttsync adds, as it publishes no faster than its bound.
        use: about what Cloudflare counts.
        dollars: what that costs once a month's included use is used up.
    """

    clients: int
    connections: int
    publishes: int
    bytes_in: int
    messages: int
    bytes_out: int
    seconds: float
    held: float
    use: cost.Use
    dollars: float

    @property
    def told(self) -> str:
        """Say it in two sentences."""
        bound = f" (held to {PER_SECOND:.0f} publishes a second)" if self.held >= 1 else ""
        requests = self.use.object_requests
        return (
            f"Sends {self.publishes} publishes ({_size(self.bytes_in)}) to a room of its own, and "
            f"{len(NEXT_DOOR.publishes)} to one beside it that must hear nothing of the first; "
            f"connects {self.clients} clients, who get about {self.messages:,} messages "
            f"({_size(self.bytes_out)}), in {_time(self.seconds)} or more{bound}. On Cloudflare "
            f"that is about {requests:,.0f} requests, {self.use.rows_written:,.0f} rows written "
            f"and {self.use.gb_seconds:.2f} GB-s: nothing while the plan includes them, else about "
            f"${_dollars(self.dollars)}."
        )


def forecast(plan: Plan) -> Forecast:
    """Work out what a plan sends."""
    expected = expect(plan)
    bodies = [len(json.dumps([it.body() for it in one.changes])) for one in plan.publishes]
    messages, size = _to_clients(plan, expected)
    everyone = [*_clients(plan)]
    back = sum(len(step.who) for step in plan.steps if isinstance(step, Return))
    connections = len(everyone) + back
    pointed = len(plan.points)
    pings = len(everyone) + sum(isinstance(step, Meet | Lag) for step in plan.steps)
    publishes = (*plan.publishes, *NEXT_DOOR.publishes)
    rows = sum(cost.ROWS_PER_PUBLISH - 1 + len(one.changes) for one in publishes)
    use = _use(len(bodies), connections, pointed + pings, rows)
    seconds, held = shortest(plan.steps)
    return Forecast(
        clients=len(everyone),
        connections=connections,
        publishes=len(bodies),
        bytes_in=sum(bodies),
        messages=messages,
        bytes_out=size,
        seconds=seconds + held,
        held=held,
        use=use,
        dollars=_beyond(use),
    )


def _clients(plan: Plan) -> Iterator[Client]:
    yield from plan.cast
    for step in plan.steps:
        if isinstance(step, Join | Knock):
            yield step.client
    yield from plan.latecomers


def _to_clients(plan: Plan, expected: Expected) -> tuple[int, int]:
    """Count the messages to all clients, and their bytes: what each sees, and what changes."""
    deltas = {
        (who, publish): len(json.dumps(delta.changes)) + _FRAME
        for who, stream in expected.streams.items()
        for publish, delta in stream.items()
    }
    views: dict[tuple[str, int], int] = {}
    messages = size = 0
    for client, first in _joining(plan, expected):
        who = expected.audience(client, first)
        if (who, first) not in views:
            views[who, first] = len(json.dumps([*expected.views[who][first].values()]))
        messages, size = messages + 2, size + views[who, first] + 2 * _FRAME
        for publish in range(first + 1, len(expected.rows)):
            told = deltas.get((expected.audience(client, publish), publish))
            messages, size = messages + bool(told), size + (told or 0)
    shown = len(plan.points) * len(plan.cast)
    return messages + shown, size + shown * _FRAME


def _joining(plan: Plan, expected: Expected) -> Iterator[tuple[Client, int]]:
    """Who joins, and after which publish."""
    last = len(expected.rows) - 1
    for client in plan.cast:
        yield client, expected.joining
    for step in plan.steps:
        if isinstance(step, Join):
            yield step.client, (step.client.after or 1) - 1
    for client in plan.latecomers:
        yield client, last


def _use(publishes: int, connections: int, messages: int, rows: int) -> cost.Use:
    requests = publishes + connections + _OTHER_REQUESTS + _NEXT_DOOR
    return cost.Use(
        worker_requests=requests,
        object_requests=requests + messages / cost.MESSAGES_PER_REQUEST,
        gb_seconds=cost.busy(requests + messages),
        rows_written=rows,
    )


def _beyond(use: cost.Use) -> float:
    """$ for it beyond what a month includes."""
    kinds = use.by_kind().items()
    return sum(used / 1_000_000 * cost.PAID[kind][1] for kind, used in kinds)


def _size(count: int) -> str:
    return f"{count / 1000:,.0f} kB" if count >= 1000 else f"{count} bytes"


def _time(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds >= 120 else f"{seconds:.1f} s"


def _dollars(amount: float) -> str:
    return f"{amount:.2f}" if amount >= 0.01 else f"{amount:.5f}"
