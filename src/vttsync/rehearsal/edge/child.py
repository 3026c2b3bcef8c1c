"""One workerd process: started, known to listen, its output kept, and stopped."""

from __future__ import annotations

import json
import subprocess
import threading
from collections import deque
from pathlib import Path

from vttsync.node.process import clean_environment, new_group, stop
from vttsync.rehearsal.edge.edge import BootError

# Booting takes well under a second; a cold disk has to read a binary of 120 MB first.
_PATIENCE = 60.0
# Open websockets keep workerd from ending when it is asked to, so it isn't asked for long.
_GRACE = 0.2
_KEPT_LINES = 200
_LINE_LENGTH = 2000
_SHOWN_LINES = 20


class Child:
    """A workerd process and a thread that reads what it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._settled = threading.Event()
        self._reader = threading.Thread(target=self._read, name="workerd-output", daemon=True)
        self._reader.start()
        self.port = 0

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def output(self) -> str:
        """The last lines that it printed."""
        return "\n".join(self._lines)

    def stop(self) -> None:
        """End the process; harmless when it has ended."""
        stop(self._process, _GRACE)
        self._reader.join()
        if self._process.stdout:
            self._process.stdout.close()

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
        ended = f"workerd ended with exit code {self._process.returncode}."
        silent = f"workerd did not listen within {_PATIENCE:.0f} s."
        raise BootError(said or (ended if settled else silent))

    def _complaint(self) -> str:
        lines = [line for line in self._lines if ": warning: " not in line]
        return "\n".join(lines[:_SHOWN_LINES]).removeprefix("service main: ").strip()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            port = _listening(line)
            if port and not self.port:
                self.port = port
                self._settled.set()
            else:
                self._lines.append(line.rstrip("\n")[:_LINE_LENGTH])
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
    words = [str(binary), "serve", "--control-fd=1", str(config)]
    try:
        process = subprocess.Popen(
            words,
            env=clean_environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            **new_group(),  # type: ignore[call-overload]
        )
    except OSError as error:
        raise BootError(f"workerd could not be started: {error}") from error
    child = Child(process)
    try:
        child.wait_until_listening()
    except BaseException:
        child.stop()
        raise
    return child
