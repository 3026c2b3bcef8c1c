"""A child process that runs until it is stopped: what it prints is heard, its last lines kept."""

from __future__ import annotations

import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from vttsync.interrupts import interrupts
from vttsync.node.process import spawn, stop

_KEPT_LINES = 200
_LINE_LENGTH = 2000


class Service:
    """A process in a group of its own, and a thread that reads its standard output and error.

    Args:
        words: what to run.
        env: its whole environment.
        cwd: the folder it runs in; this process's own when left out.
        hear: called with each line, on the reading thread; where it returns True, the line is not
            kept.
        end: called on the same thread when nothing more comes.

    Raises:
        OSError: it can't be started.
    """

    def __init__(
        self,
        words: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        hear: Callable[[str], object] = lambda _line: None,
        end: Callable[[], object] = lambda: None,
    ) -> None:
        self._hear = hear
        self._end = end
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        started = False
        try:
            with interrupts.held():
                self._start(words, cwd, env)
                started = True
        except KeyboardInterrupt:  # nobody would know of it
            if started:
                self.stop(0)
            raise

    def _start(self, words: Sequence[str | Path], cwd: Path | None, env: Mapping[str, str]) -> None:
        self._process = spawn(words, env=env, cwd=cwd, stderr=subprocess.STDOUT)
        self._reader = threading.Thread(target=self._read, name=f"output-{self.pid}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code (negative: a signal); None while it runs."""
        return self._process.poll()

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.code is None

    def lines(self) -> list[str]:
        """The last lines that it printed."""
        return list(self._lines)

    def stop(self, grace: float) -> None:
        """End it and what it started, `grace` seconds after asking; harmless the second time."""
        if self._process.stdout and self._process.stdout.closed:
            return
        with interrupts.held():
            stop(self._process, grace)
            self._reader.join()
            if self._process.stdout:
                self._process.stdout.close()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            text = line.rstrip("\r\n")
            if self._hear(text) is not True:
                self._lines.append(text[:_LINE_LENGTH])
        self._end()
