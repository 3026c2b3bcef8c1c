"""The crowd's own way to receive, in a process of its own; says and hears what receiver.c does.

After the last message all that came is judged: a mistake ends it without a result.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import sys

from pydantic import SecretStr

from tests.benchmarks.crowds.stage import VERSION, made, players
from vttsync.broadcast.crowd.capacity import raise_descriptors
from vttsync.broadcast.crowd.judging import judge_room
from vttsync.broadcast.crowd.stand import Seats, Stand
from vttsync.broadcast.crowd.worker import run_fast
from vttsync.broadcast.histogram import Histogram
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.seconds import now

_PATIENCE = 60.0


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _receive(port: int, count: int, messages: int) -> None:
    plan, replay, frames = made(messages)
    room = Room(f"http://127.0.0.1:{port}", SecretStr("p" * 40), SecretStr("t" * 40))
    stand = Stand(plan, [Seats(1, room, players(count))])
    await stand.join(rate=100_000.0)
    await stand.until_joined(_PATIENCE)
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    start, every = map(float, (await asyncio.to_thread(sys.stdin.readline)).split())
    cpu = _processor()
    await stand.until_complete([len(plan.publishes)], _PATIENCE)
    wall, cpu = now() - start, _processor() - cpu
    await stand.fence(_PATIENCE)
    stand.leave()
    paths = stand.paths()[1]
    findings = judge_room(1, plan, paths, replay.answers, VERSION)
    if findings.faults or sum(row.received for row in findings.rows) != count * len(frames):
        raise SystemExit(f"not what was sent: {findings.faults[:1]}")
    (path,) = paths
    deltas = path.end.path()[-(len(frames) - 2) :]
    latency = Histogram()
    for number, message in enumerate(deltas):
        latency.add(at - start - number * every for at in message.times)
    print(wall, cpu, latency.percentile(0.5), latency.percentile(0.99))


if __name__ == "__main__":
    raise_descriptors()
    run_fast(_receive(*map(int, sys.argv[1:])))
