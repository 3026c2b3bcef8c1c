"""A room in real workerd, with its storage on disk: started, killed, and deployed anew."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import tomllib
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from vttsync.node import packages, process
from vttsync.node.runtime import Node
from vttsync.project.templates import template_files, templates_folder
from vttsync.rehearsal.edge.capnp import config
from vttsync.rehearsal.edge.child import Child, start
from vttsync.rehearsal.model import SECRET, Binding, DurableClass, Module, Version

PUBLISH_KEY = "canary-publish-key-0123456789abcdef"
TICKET_KEY = "canary-ticket-key-0123456789abcdef!"
_MODULE = "index.js"


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
    out = folder / "out"
    cli = party / "node_modules" / "wrangler" / "wrangler-dist" / "cli.js"
    words: list[str | Path] = [
        node.binary,
        "--no-warnings",
        cli,
        "deploy",
        "--dry-run",
        "--outdir",
        out,
    ]
    env = {**node.variables(), "CI": "1", "WRANGLER_SEND_METRICS": "false"}
    env |= {"XDG_CONFIG_HOME": str(folder), "PUBLISH_KEY": "x", "TICKET_KEY": "x"}
    done = process.run(words, cwd=party, env=process.clean_environment(env), timeout=120)
    assert done.code == 0, done.stdout + done.stderr
    settings = tomllib.loads((party / "wrangler.toml").read_text(encoding="utf-8"))
    date = settings["compatibility_date"]
    return Bundle(out / _MODULE, date, packages.workerd_binary(party))


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
        folder = Path(tempfile.mkdtemp(prefix="vttsync-model-"))
        try:
            shutil.copyfile(self._bundle.code, folder / _MODULE)
            text = config(self._version(), port=0, storage=self._storage)
            (folder / "config.capnp").write_text(text, encoding="utf-8")
            self._child = start(self._bundle.workerd, folder / "config.capnp")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
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

    def _version(self) -> Version:
        bindings = (
            Binding("Session", "durable_object_namespace", {"class_name": "Session"}),
            Binding("CF_VERSION_METADATA", "version_metadata"),
            Binding("PUBLISH_KEY", SECRET, {"text": PUBLISH_KEY}),
            Binding("TICKET_KEY", SECRET, {"text": TICKET_KEY}),
        )
        return Version(
            id=self.version,
            number=1,
            created_on="2026-01-01T00:00:00Z",
            trigger="upload",
            annotations={},
            bindings=bindings,
            main_module=_MODULE,
            modules=(Module(_MODULE, "application/javascript+module", _MODULE),),
            etag="",
            compatibility_date=self._bundle.compatibility_date,
            compatibility_flags=(),
            classes={"Session": DurableClass("model-session", sqlite=True)},
        )
