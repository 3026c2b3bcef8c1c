"""What a month of play costs on Cloudflare, polled or in realtime: arithmetic, and nothing asked.

Prices and limits are those of Cloudflare's pages on Workers and Durable Objects (platform/pricing,
platform/limits) as read on `READ_ON`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

READ_ON = "2026-11-23"
PLAN = 5.00  # $ a month
_MILLION = 1_000_000
# For each kind of use: what the paid plan includes in a month, and $ for a million more.
PAID: Mapping[str, tuple[float, float]] = {
    "worker_requests": (10 * _MILLION, 0.30),
    "object_requests": (1 * _MILLION, 0.15),
    "gb_seconds": (400_000, 12.50),
    "rows_written": (50 * _MILLION, 1.00),
}
FREE: Mapping[str, float] = {  # a day; what is above is refused, not billed
    "worker_requests": 100_000,
    "object_requests": 100_000,
    "gb_seconds": 13_000,
    "rows_written": 100_000,
}
MESSAGES_PER_REQUEST = 20  # messages of a client over its websocket, billed as one request
_HOUR = 3600.0
_BUSY = 0.005  # seconds an object is busy with one request or message: an assumption
_MEMORY = 0.128  # GB that an object is billed with
# A moved token, as workerd counts (`rowsWritten`): the row, its delta, the room's place, the
# request and its index. A new one with an owner writes two more.
ROWS_PER_PUBLISH = 5


@dataclass(frozen=True)
class Play:
    """A month of play, all tables together.

    Attributes:
        players: clients at one table, the game master's included.
        hours: hours that tables are played at; two tables for an hour are two.
        polls_per_second: of each client, where it polls.
        changes_per_minute: committed at one table: moves, turns, hit points.
        messages_per_minute: of each client over its websocket: cursors, drags, pings.
    """

    players: int
    hours: float
    polls_per_second: float
    changes_per_minute: float
    messages_per_minute: float

    @property
    def player_hours(self) -> float:
        """Hours of all clients together."""
        return self.players * self.hours


@dataclass(frozen=True)
class Use:
    """What a month of play uses; `gb_seconds` is the time that objects are billed for."""

    worker_requests: float
    object_requests: float
    gb_seconds: float
    rows_written: float

    def by_kind(self) -> dict[str, float]:
        """Each kind of use, by the name that `PAID` and `FREE` have for it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def polling(play: Play) -> Use:
    """The month, when every client asks a Worker, and it an object, for what is new."""
    changes = play.changes_per_minute * 60 * play.hours
    requests = play.player_hours * _HOUR * play.polls_per_second + changes
    return Use(requests, requests, busy(requests), changes)


def realtime(play: Play) -> Use:
    """The month with the room: it is told of each change, and sleeps between messages.

    What the room sends is free, and so is its sleep. Every client connects once an hour.
    """
    publishes = play.changes_per_minute * 60 * play.hours
    messages = play.messages_per_minute * 60 * play.player_hours
    connections = play.player_hours
    return Use(
        worker_requests=publishes + connections,
        object_requests=publishes + connections + messages / MESSAGES_PER_REQUEST,
        gb_seconds=busy(publishes + connections + messages),
        rows_written=publishes * ROWS_PER_PUBLISH,
    )


def busy(events: float) -> float:
    """GB-s that an object is billed for so many requests and messages."""
    return events * _BUSY * _MEMORY


def bill(use: Use) -> float:
    """$ a month on the paid plan."""
    over = (
        max(0.0, used - PAID[kind][0]) / _MILLION * PAID[kind][1]
        for kind, used in use.by_kind().items()
    )
    return PLAN + sum(over)


@dataclass(frozen=True)
class Ceiling:
    """How far the free plan goes: player-hours a day, and the kind of use that ends it."""

    player_hours: float
    limit: str


def ceiling(play: Play, use: Use) -> Ceiling | None:
    """The most player-hours of such play that the free plan carries in a day; None: no limit."""
    reach = {
        kind: FREE[kind] * play.player_hours / used for kind, used in use.by_kind().items() if used
    }
    if not reach:
        return None
    limit = min(reach, key=lambda kind: reach[kind])
    return Ceiling(reach[limit], limit)
