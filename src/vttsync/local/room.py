"""The room straight in workerd: nothing between it and who asks, and no way out of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.node import packages
from vttsync.node.bundle import bundle
from vttsync.node.runtime import Node
from vttsync.progress import Stages
from vttsync.project.secrets import Secrets
from vttsync.project.wrangler_toml import FILE_NAME
from vttsync.rehearsal.edge.boot import boot_version, bundled
from vttsync.rehearsal.edge.child import Child
from vttsync.rehearsal.edge.edge import BootError
from vttsync.temporary import temporary_folder


@contextmanager
def room(node: Node, party: Path, keys: Secrets, stage: Stages) -> Iterator[Child]:
    """Run the room of `party`, bundled as for a deploy, on a free port of 127.0.0.1.

    Its storage is on disk, as a deployed room's is, and gone after the block.

    Raises:
        VttsyncError: exit 3, when it can't be bundled; 5, when it doesn't start.
    """
    with temporary_folder("vttsync-room-") as folder:
        (storage := folder / "storage").mkdir()
        with stage("bundle"):
            code = bundle(node, party, folder / "bundle")
        date = tomllib.loads((party / FILE_NAME).read_text("utf-8"))["compatibility_date"]
        version = bundled(code.name, date, keys.values, id_="local")
        with stage("room") as step:
            try:
                child = boot_version(
                    packages.workerd_binary(party), version, code.parent, storage=storage
                )
            except BootError as error:
                raise ended(str(error)) from error
            step.update(url_of(child))
        try:
            yield child
        finally:
            child.stop()


def url_of(child: Child) -> str:
    """Where the room answers."""
    return f"http://127.0.0.1:{child.port}"


def ended(said: str) -> VttsyncError:
    """What to raise when workerd isn't there, or not any more."""
    return VttsyncError(
        "The room does not run.",
        why=said or "workerd ended without a word.",
        fix="Try again; `vttsync rehearse` shows whether workerd runs on this machine at all.",
        exit_code=Exit.MISSING,
    )
