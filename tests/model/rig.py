"""A room in real workerd, with its storage on disk: started, killed, and deployed anew."""

from __future__ import annotations

import os
import signal
import tomllib
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from vttsync.node import packages
from vttsync.node.bundle import bundle
from vttsync.node.runtime import Node
from vttsync.project.templates import template_files, templates_folder
from vttsync.rehearsal.edge.boot import boot_version, bundled
from vttsync.rehearsal.edge.child import Child

PUBLISH_KEY = "canary-publish-key-0123456789abcdef"
TICKET_KEY = "canary-ticket-key-0123456789abcdef-"


@dataclass(frozen=True)
class Bundle:
    """The room's code as it is uploaded, and the workerd that runs it."""

    code: Path
    compatibility_date: str
    workerd: Path


def make_bundle(node: Node, folder: Path, cache: Path) -> Bundle:
    """Bundle templates/party with its own wrangler; its packages are kept in `cache`."""
    party = folder / "party"
    for path, content in template_files("party"):
        (party / path).parent.mkdir(parents=True, exist_ok=True)
        (party / path).write_bytes(content)
    installed = templates_folder() / "party"
    if packages.is_installed(installed):
        (party / "node_modules").symlink_to(installed / "node_modules", target_is_directory=True)
    else:
        packages.install_shared(node, party, cache)
    code = bundle(node, party, folder / "out")
    settings = tomllib.loads((party / "wrangler.toml").read_text(encoding="utf-8"))
    date = settings["compatibility_date"]
    return Bundle(code, date, packages.workerd_binary(party))


class Rig:
    """One workerd. Every session of a test lives in it, and so does its storage."""

    def __init__(self, bundle: Bundle, storage: Path) -> None:
        self._bundle = bundle
        self._storage = storage
        self._child: Child | None = None
        self.version = ""
        self.starts = 0
        storage.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        self.deploy()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1; another one after each start."""
        assert self._child
        return self._child.port

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._child
        return self._child.pid

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._child is not None and self._child.alive()

    def output(self) -> str:
        """The last lines that it printed."""
        return self._child.output() if self._child else ""

    def deploy(self) -> None:
        """Start under a new version's id, as after a deploy."""
        self.version = str(uuid.uuid4())
        self.start()

    def start(self) -> None:
        """Start the version of before, from the storage of before."""
        self.stop()
        code = self._bundle.code
        secrets = {"PUBLISH_KEY": PUBLISH_KEY, "TICKET_KEY": TICKET_KEY}
        version = bundled(code.name, self._bundle.compatibility_date, secrets, id_=self.version)
        self._child = boot_version(
            self._bundle.workerd, version, code.parent, storage=self._storage
        )
        self.starts += 1

    def kill(self) -> None:
        """End the process in the middle of whatever it does."""
        if self._child:
            if self._child.alive():
                os.kill(self._child.pid, signal.SIGKILL)
            self._child.stop()
            self._child = None

    def stop(self) -> None:
        """Ask the process to end, and see to it that it does."""
        if self._child:
            self._child.stop()
            self._child = None
