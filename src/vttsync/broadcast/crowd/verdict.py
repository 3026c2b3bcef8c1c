"""A crowd's verdict: of one machine, or of several together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vttsync.broadcast.actions import Limits, Plan
from vttsync.broadcast.crowd.judging import Fault, Row, merged
from vttsync.broadcast.crowd.seating import Shard
from vttsync.broadcast.histogram import Histogram
from vttsync.broadcast.judge.limits import exceeded
from vttsync.broadcast.judge.verdict import Latency


@dataclass(frozen=True)
class Order:
    """What is to be done; all shards of a run have the same but for `shard`.

    Attributes:
        clients: how many, in all rooms of all shards.
        rooms: how many rooms, of all shards.
        shard: which part is this machine's.
        start: when to begin to publish, seconds since 1970; None for at once.
    """

    clients: int
    rooms: int = 1
    shard: Shard = field(default_factory=Shard)
    start: float | None = None


@dataclass(frozen=True)
class Work:
    """How hard this machine worked, to tell its limits from the room's.

    Attributes:
        cpu: share of a core that each process took while the script played.
        lag: how much later than meant publishes were sent, though nothing was waited for.
        behind: seconds after `Order.start` that publishing began.
    """

    cpu: Mapping[str, float] = field(default_factory=dict)
    lag: Histogram = field(default_factory=Histogram)
    behind: float = 0.0


_BUSY, _LATE, _BEHIND = 0.7, 0.020, 1.0


def limits_of(work: Work) -> list[str]:
    """Name what of this machine, and not of the room, may have made it slow."""
    told = [
        f"{name} took {100 * share:.0f} % of a core: the latencies are partly this machine's."
        for name, share in work.cpu.items()
        if share > _BUSY
    ]
    late = work.lag.percentile(0.99)
    if late is not None and late > _LATE:
        told.append(f"1 publish of 100 was sent {1000 * late:.0f} ms late: this machine was busy.")
    if work.behind > _BEHIND:
        told.append(f"Publishing began {work.behind:.1f} s after the agreed start.")
    return told


@dataclass(frozen=True)
class CrowdVerdict:
    """What became of a crowd.

    Attributes:
        script: the script's path, as it was given.
        plan: names what was played, see `plan_id`.
        version: the Worker version that had to answer.
        order: what was asked for.
        shards: which shards this is of.
        rows: one for each audience of each room.
        faults: everything that was wrong.
        probes: latencies of the clients that were read apart from the crowd.
        limits: sentences on what may have been this machine's fault.
        warnings: what went wrong without touching the result.
        publishes: how many the rooms answered.
        delivered: messages that came while the script played.
        connecting: seconds until everybody was in.
        seconds: from the first step to the last message, the slowest shard's.
        began: when that was, seconds since 1970.
        cpu: share of a core that each process took.
        allowed: the script's limits.
    """

    script: str
    plan: str
    version: str | None
    order: Order
    shards: tuple[int, ...]
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    probes: Histogram
    limits: tuple[str, ...]
    warnings: tuple[str, ...]
    publishes: int
    delivered: int
    connecting: float
    seconds: float
    began: float
    cpu: Mapping[str, float] = field(default_factory=dict)
    allowed: Limits = field(default_factory=Limits)

    @property
    def passed(self) -> bool:
        """Whether everything was as it should be."""
        return not self.faults

    @property
    def clients(self) -> int:
        """How many there were."""
        return sum(row.clients for row in self.rows)

    @property
    def deliveries(self) -> int:
        """How many messages clients got, each of them checked."""
        return sum(row.received for row in self.rows)

    @property
    def rate(self) -> float:
        """Deliveries a second while the script played."""
        return self.delivered / self.seconds if self.seconds else 0.0

    @property
    def latency(self) -> Histogram:
        """Over all clients that were told right."""
        return together([row.latency for row in self.rows])

    @property
    def summary(self) -> str:
        """One line: how many clients, how many messages, how fast, how wrong."""
        rooms = len({row.room for row in self.rows})
        told = f"{self.clients} clients in {rooms} room{'s' if rooms != 1 else ''}, "
        told += f"{self.deliveries} messages"
        if (p99 := self.latency.percentile(0.99)) is not None:
            told += f", p99 {1000 * p99:.0f} ms"
        return told if self.passed else f"{told}, {self.counted}"

    @property
    def counted(self) -> str:
        """How many differences, in words."""
        count = len(self.faults)
        return f"{count} difference{'s' if count != 1 else ''}"


def plan_id(plan: Plan) -> str:
    """Name what a crowd plays: two machines with the same name play the same."""
    told = (
        [[change.body() for change in publish.changes] for publish in plan.publishes],
        [(client.name, client.role) for client in plan.cast],
    )
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def together(histograms: Sequence[Histogram]) -> Histogram:
    """Add histograms up."""
    total = Histogram()
    for one in histograms:
        total.merge(one)
    return total


def percentiles(histogram: Histogram) -> Latency | None:
    """Tell a histogram's percentiles in milliseconds; None without samples."""
    p50, p99, longest = histogram.percentile(0.5), histogram.percentile(0.99), histogram.max
    if p50 is None or p99 is None or longest is None:
        return None
    return Latency(1000 * p50, 1000 * p99, 1000 * longest)


def too_slow(limits: Limits, rows: Sequence[Row]) -> list[Fault]:
    """Name the script's limits that were passed, over all rooms."""
    latency = percentiles(together([row.latency for row in rows]))
    return [Fault(0, difference) for difference in exceeded(limits, latency, None)]


def sorted_faults(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Put first what explains the rest."""
    return tuple(sorted(faults, key=lambda fault: (fault.difference.rank, fault.room)))


def rows_of(parts: Sequence[Sequence[Row]]) -> tuple[Row, ...]:
    """Put together the rows that several processes or machines found."""
    rows: dict[tuple[int, str], Row] = {}
    for part in parts:
        rows = merged(rows, part)
    return tuple(rows[key] for key in sorted(rows))
