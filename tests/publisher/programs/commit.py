"""Commits notes one by one, then dies before anything was published.

python -m tests.publisher.programs.commit DSN SESSION FIRST COUNT
"""

from __future__ import annotations

import os
import signal
import sys

import vttsync_publisher as vp
from tests.publisher.databases import opened

if __name__ == "__main__":
    dsn, session, first, count = sys.argv[1:]
    database = opened(dsn)
    for number in range(int(first), int(first) + int(count)):
        database.save(session, vp.put("note", f"n{number}", 1, {"name": f"N{number}"}))
    os.kill(os.getpid(), signal.SIGKILL)
