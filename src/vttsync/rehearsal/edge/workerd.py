"""The edge of the rehearsal: every Worker's live version in a real workerd, and no network."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vttsync.rehearsal.edge.boot import boot_version
from vttsync.rehearsal.edge.child import Child
from vttsync.rehearsal.edge.edge import Boot, BootError, Bundle


class WorkerdEdge:
    """Runs Workers in workerd, one process each.

    A Worker keeps its port for as long as the edge lives, and its Durable Objects keep their
    data in its bundle's storage folder. Its methods may be called from any thread.

    Args:
        binary: where workerd is; called at the first boot, as an upload must come first.
    """

    def __init__(self, binary: Callable[[], Path]) -> None:
        self._binary = binary
        self._lock = threading.RLock()
        self._running: dict[str, tuple[Child, Boot]] = {}
        self._ports: dict[str, int] = {}
        self._boots: list[Boot] = []
        self._known_to_start: set[str] = set()
        self._closed = False

    def check(self, bundle: Bundle) -> Boot:
        """Start `bundle` on a free port with its storage in memory, and stop it again.

        Raises:
            BootError: it does not start.
        """
        with self._lock:
            child, boot = self._boot(bundle, port=0, storage=None)
            child.stop()
            self._known_to_start.add(bundle.version.id)
            return boot

    def deploy(self, bundle: Bundle) -> Boot:
        """Run `bundle` in place of its Worker's version of before.

        Raises:
            BootError: it does not start. The version of before still runs then, or the text says
                that nothing does.
        """
        with self._lock:
            name = bundle.worker
            if name in self._running and bundle.version.id not in self._known_to_start:
                self.check(bundle)
            child, boot = self._replace(bundle)
            self._known_to_start.add(bundle.version.id)
            self._running[name] = (child, boot)
            self._ports[name] = child.port
            self._boots.append(boot)
            return boot

    def _replace(self, bundle: Bundle) -> tuple[Child, Boot]:
        name = bundle.worker
        replaced = name in self._running
        self.remove(name)  # two can't share a port and a storage
        try:
            return self._boot(bundle, self._ports.get(name, 0), bundle.storage)
        except BootError as error:
            if not replaced:
                raise
            raise BootError(f"{error} (and nothing of {name} runs now)") from error

    def remove(self, worker: str) -> None:
        """Stop what runs of `worker`, if anything does; every websocket to it breaks."""
        with self._lock:
            if worker in self._running:
                child, _boot = self._running.pop(worker)
                child.stop()

    def url(self, worker: str) -> str:
        """Where `worker` answers; empty when nothing runs."""
        boot = self.running(worker)
        return boot.url if boot else ""

    def running(self, worker: str) -> Boot | None:
        """The boot of what runs of `worker` now; None when nothing does."""
        with self._lock:
            child, boot = self._running.get(worker, (None, None))
            return boot if child and child.alive() else None

    def output(self, worker: str) -> str:
        """The last lines that the running version printed: its console, and workerd itself."""
        with self._lock:
            child, _boot = self._running.get(worker, (None, None))
            return child.output() if child else ""

    def boots(self) -> list[Boot]:
        """Every deployment's boot in order, and every boot that failed."""
        with self._lock:
            return list(self._boots)

    def close(self) -> None:
        """Stop every process; what is asked of the edge afterwards fails."""
        with self._lock:
            self._closed = True
            while self._running:
                _name, (child, _boot) = self._running.popitem()
                child.stop()

    def _boot(self, bundle: Bundle, port: int, storage: Path | None) -> tuple[Child, Boot]:
        started = time.perf_counter()
        boot = Boot(bundle.worker, bundle.version.id, 0.0)
        try:
            child = self._start(bundle, port, storage)
        except BootError as error:
            seconds = time.perf_counter() - started
            self._boots.append(replace(boot, seconds=seconds, error=str(error)))
            raise
        url = f"http://127.0.0.1:{child.port}"
        seconds = time.perf_counter() - started
        return child, replace(boot, seconds=seconds, pid=child.pid, url=url)

    def _start(self, bundle: Bundle, port: int, storage: Path | None) -> Child:
        if self._closed:
            raise BootError("The rehearsal is over.")
        return boot_version(
            self._binary(), bundle.version, bundle.modules, port=port, storage=storage
        )
