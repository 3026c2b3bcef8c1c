"""Delivers an outbox until it is killed: DSN and URL as words, the publish key on standard input.

python -m tests.publisher.programs.deliver DSN URL
"""

from __future__ import annotations

import asyncio
import sys

import vttsync_publisher as vp
from tests.publisher.databases import opened

PACE = vp.Pace(timeout=2, first_wait=0.05, longest_wait=0.2, poll=0.05, lease=2.5)

if __name__ == "__main__":
    dsn, url = sys.argv[1:]
    key = sys.stdin.readline().strip()
    asyncio.run(vp.Publisher(url, key, outbox=opened(dsn).outbox, pace=PACE).run())
