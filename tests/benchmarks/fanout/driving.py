"""Publishing: as fast as the server takes it, or at times set beforehand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.benchmarks.fanout.crowd import Stamp
from tests.benchmarks.fanout.targets import PUBLISHERS, Target

_PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Run:
    """What came of some publishes.

    Attributes:
        seconds: until the last client had the last of them.
        cpu: processor seconds of the server.
        own_cpu: processor seconds of this process, which plays clients and publishers.
        deliveries: publishes times clients.
        frames: frames that each client got, per publish.
        latencies: of each publish from its intended time to the last client, in seconds, sorted.
    """

    seconds: float
    cpu: float
    own_cpu: float
    deliveries: int
    frames: float
    latencies: Sequence[float]

    @property
    def rate(self) -> float:
        """Deliveries per second."""
        return self.deliveries / self.seconds

    @property
    def cost(self) -> float:
        """Processor time of the server per delivery, in microseconds."""
        return 1e6 * self.cpu / self.deliveries

    def latency(self, share: float) -> float:
        """A percentile in milliseconds; `share` is 0.5 for the median."""
        return 1000 * self.latencies[min(int(share * len(self.latencies)), len(self.latencies) - 1)]


async def publish(
    target: Target, count: int, every: float = 0.0, start: float = 0.0, publishers: int = PUBLISHERS
) -> Run:
    """Publish `count` changes and wait until everybody has them all.

    Args:
        target: where to.
        count: how many; in publishes of as many as the target puts into one.
        every: seconds between the intended times; 0 publishes as fast as answers come. A publisher
            that is late publishes at once, and its latency still counts from the intended time.
        start: the first intended time (`time.monotonic`); now, when that is later.
        publishers: how many take turns, each with a connection of its own.

    Raises:
        RuntimeError: something was lost, doubled or altered.
        TimeoutError: not everybody had everything within a minute of the last intended time.
    """
    crowd, server = target.crowd, target.server
    crowd.acknowledge()
    publishes, every = count // target.changes, every * target.changes
    goal, frames = crowd.publishes + publishes, len(crowd.frames)
    cpu, own = server.cpu(), time.process_time()
    start = max(start, time.monotonic())
    async with AsyncExitStack() as stack, asyncio.timeout(_PATIENCE + every * publishes):
        posts = [await stack.enter_async_context(target.publisher()) for _ in range(publishers)]
        sent: dict[Stamp, float] = {}

        async def run(who: int) -> None:
            for number in range(who, publishes, publishers):
                due = start + number * every
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                intended = due if every else time.monotonic()
                sent[await target.publish(posts[who], who)] = intended

        async with asyncio.TaskGroup() as group:
            group.create_task(crowd.reach(goal))
            for who in range(publishers):
                group.create_task(run(who))
    seconds = time.monotonic() - start
    used, own = server.cpu() - cpu, time.process_time() - own
    latencies = sorted(crowd.done_at(stamp) - intended for stamp, intended in sent.items())
    count_of_frames = (len(crowd.frames) - frames) / count
    deliveries = count * len(crowd.listeners)
    return Run(seconds, used, own, deliveries, count_of_frames, latencies)
