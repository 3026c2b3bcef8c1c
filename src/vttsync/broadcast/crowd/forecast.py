"""What a crowd will send and get, and about what that costs: told before it begins. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from vttsync import cost
from vttsync.broadcast.actions import Plan
from vttsync.broadcast.crowd.seating import crowd_plan, seat, sizes
from vttsync.broadcast.crowd.verdict import Order
from vttsync.broadcast.forecast import costs, forecast, lasts, size


def forecast_told(plan: Plan, order: Order) -> str:
    """Say it of this machine's part of an order, in two sentences."""
    alike = Counter(sizes(order.clients, order.rooms)[it - 1] for it in _rooms(order))
    plan = crowd_plan(plan)
    rooms = [(forecast(replace(plan, cast=seat(plan.cast, one))), n) for one, n in alike.items()]
    first, _ = rooms[0]
    clients = sum(one * n for one, n in alike.items())
    messages = sum(it.messages * n for it, n in rooms)
    got = sum(it.bytes_out * n for it, n in rooms)
    use = cost.Use(
        **{kind: sum(it.use.by_kind()[kind] * n for it, n in rooms) for kind in first.use.by_kind()}
    )
    count = sum(alike.values())
    whose = "a room of its own" if count == 1 else f"each of {count} rooms of its own"
    return (
        f"Sends {first.publishes} publishes ({size(first.bytes_in)}) to {whose}; connects "
        f"{clients:,} clients, who get about {messages:,} messages ({size(got)}), in "
        f"{lasts(first)}. {costs(use)}"
    )


def _rooms(order: Order) -> range:
    return order.shard.rooms(order.rooms)
