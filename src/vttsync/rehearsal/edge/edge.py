"""What the API asks of whatever runs the uploads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vttsync.rehearsal.model import Version


class BootError(Exception):
    """A version does not start; the text is what its runtime said, fit for the user's eyes."""


@dataclass(frozen=True)
class Bundle:
    """A version with the folders it runs from: its module files, and its objects' storage."""

    worker: str
    version: Version
    modules: Path
    storage: Path


@dataclass(frozen=True)
class Boot:
    """One attempt to start a version.

    Attributes:
        seconds: from starting the process to its listening, or to its failure.
        pid: the runtime's process id; None when no process was started.
        url: where the Worker answers; empty when it failed.
        error: why it failed; empty when it runs.
    """

    worker: str
    version_id: str
    seconds: float
    pid: int | None = None
    url: str = ""
    error: str = ""


class Edge(Protocol):
    """Runs one version of each Worker; a deployment replaces it at the same URL."""

    def check(self, bundle: Bundle) -> Boot:
        """Start `bundle` aside and stop it again; what runs is untouched.

        Raises:
            BootError: it does not start.
        """

    def deploy(self, bundle: Bundle) -> Boot:
        """Run `bundle` in place of its Worker's version of before.

        Raises:
            BootError: it does not start. The version of before still runs then, or the text says
                that nothing does.
        """

    def remove(self, worker: str) -> None:
        """Stop what runs of `worker`, if anything does."""

    def tail(self, worker: str, hear: Callable[[str], object]) -> Callable[[], None]:
        """Call `hear` with each event of `worker`, as JSON, until what is returned is called.

        What runs is started again for it, where nobody listened before: its websockets break.
        """

    def url(self, worker: str) -> str:
        """Where `worker` answers; empty when nothing runs."""
