"""The stand-in's state on disk: one JSON file per Worker, its modules as files beside it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter

from vttsync.rehearsal.api.answers import refusal
from vttsync.rehearsal.edge.edge import Bundle
from vttsync.rehearsal.model import Version, Worker

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}")
_WORKER = TypeAdapter(Worker)


class Store:
    """Workers by name, kept under `folder`: closed to other users, since versions hold secrets."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._workers = {worker.name: worker for worker in self._read()}

    def _read(self) -> Iterable[Worker]:
        for file in sorted(self._folder.glob("*/worker.json")):
            yield _WORKER.validate_json(file.read_bytes())

    def workers(self) -> list[Worker]:
        """Every Worker, by name."""
        return sorted(self._workers.values(), key=lambda worker: worker.name)

    def find(self, name: str) -> Worker | None:
        """The Worker called `name`, if it exists."""
        return self._workers.get(name)

    def get(self, name: str) -> Worker:
        """The Worker called `name`.

        Raises:
            ApiError: 404 with code 10007, when there is none.
        """
        worker = self.find(name)
        if worker is None:
            raise refusal(404, 10007, "This Worker does not exist on your account.")
        return worker

    def put(self, worker: Worker) -> None:
        """Keep `worker` in place of what was known of it; a crash leaves the old or the new."""
        self._workers[worker.name] = worker
        home = _private(self._home(worker.name))
        write_private(home / "worker.json", _WORKER.dump_json(worker, indent=1))

    def put_modules(self, name: str, etag: str, contents: Iterable[tuple[str, bytes]]) -> None:
        """Keep the files of an upload, in a folder that versions of the same code share."""
        folder = _private(self._home(name), "modules", etag)
        for file, content in contents:
            write_private(folder / file, content)

    def drop(self, name: str) -> None:
        """Forget the Worker, its modules and what its Durable Objects stored."""
        self._workers.pop(name, None)
        shutil.rmtree(self._home(name), ignore_errors=True)

    def bundle(self, name: str, version: Version) -> Bundle:
        """What an edge needs to run `version`."""
        home = self._home(name)
        return Bundle(name, version, home / "modules" / version.etag, _private(home, "storage"))

    def _home(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise refusal(400, 10016, f"Invalid Worker name: {name}")
        return self._folder / name


def _private(folder: Path, *below: str) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in below:
        # One by one: `parents=True` would leave the ones between open to others.
        folder /= name
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def write_private(file: Path, content: bytes) -> None:
    """Write `content` to `file` with mode 0600, replacing it in one step."""
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
