"""The servers under test, each a process of its own on a free port of 127.0.0.1."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.fanout.building import HERE, Workshop
from vttsync.node.process import clean_environment, spawn, stop
from vttsync.rehearsal.edge.boot import boot_version, bundled

PUBLISH_KEY = "publish-key-of-the-benchmark-0123456789"
TICKET_KEY = "ticket-key-of-the-benchmark-0123456789!"
COMPATIBILITY_DATE = "2026-10-01"
# SQLite does all its work, but a publish doesn't wait for this machine's disk: Cloudflare's are
# others, and on ours the wait for `fsync` is most of a publish (4 ms) and differs by the minute.
STORAGE = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108


@dataclass(frozen=True)
class Server:
    """A process that listens."""

    name: str
    port: int
    pid: int

    def cpu(self) -> float:
        """Processor seconds that it has used, to the microsecond.

        Linux: the number of another process's CPU clock (`clock_getcpuclockid(3)`), which counts
        finer than the hundredths of a second in /proc.
        """
        return time.clock_gettime((~self.pid << 3) | 2)


@contextmanager
def workerd(workshop: Workshop, name: str, script: Path, durable: str) -> Iterator[Server]:
    """Run a bundle with one Durable Object class."""
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-", dir=STORAGE) as folder:
        storage = Path(folder)
        keys = {"PUBLISH_KEY": PUBLISH_KEY, "TICKET_KEY": TICKET_KEY}
        version = bundled(script.name, COMPATIBILITY_DATE, keys, durable=durable, id_="benchmark")
        process = boot_version(workshop.workerd, version, script.parent, storage=storage)
        try:
            yield Server(name, process.port, process.pid)
        finally:
            process.stop()


def room(workshop: Workshop) -> AbstractContextManager[Server]:
    """Run the room as it would be deployed."""
    return workerd(workshop, "room", workshop.room, "Session")


@contextmanager
def node(workshop: Workshop, library: str) -> Iterator[Server]:
    """Run server.mjs, which tells its port when it listens."""
    words: list[str | Path] = [workshop.node.binary, "server.mjs", library]
    environment = clean_environment({"NODE_ENV": "production"})
    process = spawn(words, env=environment, cwd=workshop.node_server)
    try:
        said = process.stdout.readline() if process.stdout else ""
        word, _, port = said.partition(" ")
        if word != "port":
            raise SystemExit(f"{HERE / 'server.mjs'} did not start.")
        yield Server(library, int(port), process.pid)
    finally:
        stop(process, 0.2)
        if process.stdout:
            process.stdout.close()
