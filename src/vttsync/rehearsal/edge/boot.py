"""One version in a workerd process: its modules and its configuration, put together and started."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from vttsync.rehearsal.edge.capnp import config, runnable
from vttsync.rehearsal.edge.child import Child, start
from vttsync.rehearsal.model import SECRET, Binding, DurableClass, Module, Version
from vttsync.rehearsal.store import write_private
from vttsync.temporary import temporary_folder


def boot_version(
    workerd: Path, version: Version, modules: Path, *, port: int = 0, storage: Path | None = None
) -> Child:
    """Start `version` on 127.0.0.1 and wait until it listens.

    Args:
        workerd: the executable.
        version: what to run.
        modules: the folder that holds the files of its modules.
        port: where it listens; 0 for a free port.
        storage: where Durable Objects keep their data; None keeps it in memory.

    Raises:
        BootError: it does not start.
    """
    text = config(version, port=port, storage=storage)
    child: Child | None = None
    try:
        # The configuration holds the secrets, and workerd has read it by the end of the block.
        with temporary_folder("vttsync-edge-") as folder:
            for module in runnable(version):
                shutil.copyfile(modules / module.file, folder / module.file)
            write_private(folder / "config.capnp", text.encode())
            child = start(workerd, folder / "config.capnp")
    except BaseException:
        if child:
            child.stop()
        raise
    return child


def bundled(
    module: str, date: str, secrets: Mapping[str, str], *, durable: str = "Session", id_: str
) -> Version:
    """The version that a bundled room would be, had it been uploaded.

    Args:
        module: the bundle's file name.
        date: its compatibility date.
        secrets: their values by name.
        durable: its Durable Object's class, and the name it is bound to.
        id_: the version's id, which the room reports.
    """
    return Version(
        id=id_,
        number=1,
        created_on="2026-01-01T00:00:00Z",
        trigger="upload",
        annotations={},
        bindings=(
            Binding(durable, "durable_object_namespace", {"class_name": durable}),
            Binding("CF_VERSION_METADATA", "version_metadata"),
            *(Binding(name, SECRET, {"text": text}) for name, text in secrets.items()),
        ),
        main_module=module,
        modules=(Module(module, "application/javascript+module", module),),
        etag="",
        compatibility_date=date,
        compatibility_flags=(),
        classes={durable: DurableClass(f"local-{durable}", sqlite=True)},
    )
