"""One workerd process: started, known to listen, its output kept, and stopped."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from vttsync.node.process import clean_environment
from vttsync.node.service import Service
from vttsync.rehearsal.edge.edge import BootError

# Booting takes well under a second; a cold disk has to read a binary of 120 MB first.
_PATIENCE = 60.0
# Open websockets keep workerd from ending when it is asked to, so it isn't asked for long.
_GRACE = 0.2
_SHOWN_LINES = 20


class Child:
    """A workerd process; it reports on its standard output when it listens."""

    def __init__(self, words: list[str]) -> None:
        self._settled = threading.Event()
        self.port = 0
        self._service = Service(words, env=clean_environment({}), hear=self._hear, end=self._end)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._service.pid

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._service.alive()

    def output(self) -> str:
        """The last lines that it printed."""
        return "\n".join(self._service.lines())

    def stop(self) -> None:
        """End the process; harmless when it has ended."""
        self._service.stop(_GRACE)

    def wait_until_listening(self) -> None:
        """Return when it accepts connections.

        Raises:
            BootError: it ended instead, or is silent for a minute; it is stopped then.
        """
        settled = self._settled.wait(_PATIENCE)
        if self.port:
            return
        self.stop()
        said = self._complaint()
        ended = f"workerd ended with exit code {self._service.code}."
        silent = f"workerd did not listen within {_PATIENCE:.0f} s."
        raise BootError(said or (ended if settled else silent))

    def _complaint(self) -> str:
        lines = [line for line in self._service.lines() if ": warning: " not in line]
        return "\n".join(lines[:_SHOWN_LINES]).removeprefix("service main: ").strip()

    def _hear(self, line: str) -> bool:
        port = 0 if self.port else _listening(line)
        if port:
            self.port = port
            self._settled.set()
        return bool(port)

    def _end(self) -> None:
        self._settled.set()


def _listening(line: str) -> int:
    """The port in workerd's report that it listens; 0 for any other line."""
    if not line.startswith('{"event":"listen"'):
        return 0
    try:
        port = json.loads(line)["port"]
    except (ValueError, KeyError):
        return 0
    return port if isinstance(port, int) else 0


def start(binary: Path, config: Path) -> Child:
    """Start workerd with `config` and wait until it listens.

    It reports on its own standard output (`--control-fd=1`): the one descriptor that a child
    can be given on every platform, and free of guessing at ports.

    Raises:
        BootError: it can't be started, or does not get as far as listening.
    """
    try:
        child = Child([str(binary), "serve", "--control-fd=1", str(config)])
    except OSError as error:
        raise BootError(f"workerd could not be started: {error}") from error
    try:
        child.wait_until_listening()
    except BaseException:
        child.stop()
        raise
    return child
