"""Values that may be nowhere, and the places that are searched for them."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote, quote_plus

# Long enough to be no accident; with what encodings change, where the value may have it.
KEY = "canary+PUBLISH/key=~." + "p" * 24
OLD_KEY = "canary+TICKET/key=~." + "t" * 24
MOTTO = 'canary "motto" \\ größe ' + "m" * 24
TOKEN = "cfut_CanaryToken" + "a" * 32 + "0f0f0f0f"
BAD_TOKEN = "cfut_CanaryExpired" + "b" * 30 + "0f0f0f0f"
ALL = {"publish key": KEY, "ticket key": OLD_KEY, "motto": MOTTO}
ALL |= {"token": TOKEN, "expired token": BAD_TOKEN}


@cache
def forms(value: str) -> frozenset[bytes]:
    """`value` as it stands, in JSON, in URLs, and in base64 at each of the three alignments."""
    return frozenset(_forms(value))


def _forms(value: str) -> Iterator[bytes]:
    content = value.encode()
    yield content
    for escaped in (True, False):
        yield json.dumps(value, ensure_ascii=escaped)[1:-1].encode()
    for quoted in (quote(value), quote(value, safe=""), quote_plus(value)):
        yield quoted.encode()
        yield quoted.lower().encode()
    for before in range(3):
        padded = base64.b64encode(b"\0" * before + content)
        # The first and last characters depend on the neighbours.
        inner = padded[4 if before else 0 : -4]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


@dataclass
class Search:
    """What is looked for, by who would miss it; keys that were made on the way are added."""

    values: dict[str, str] = field(default_factory=lambda: dict(ALL))
    _seen: dict[Path, tuple[int, ...]] = field(default_factory=dict)

    def found(self, content: bytes) -> list[str]:
        """The names of the values that `content` holds in any form."""
        return [
            name for name, value in self.values.items() if any(f in content for f in forms(value))
        ]

    def in_files(self, folders: Iterable[Path], allowed: Iterable[Path]) -> list[str]:
        """Every file below `folders` that holds a value, but the private ones in `allowed`."""
        told, kept = [], set(allowed)
        for folder in folders:
            for path in _files(folder):
                try:
                    stat = path.stat()
                    state = (len(self.values), stat.st_mtime_ns, stat.st_size, stat.st_mode)
                    if self._seen.get(path) == state:
                        continue
                    self._seen[path] = state
                    content, mode = path.read_bytes(), stat.st_mode & 0o777
                except OSError:  # gone in the meantime
                    continue
                names = self.found(content)
                if names and not (path in kept and mode == 0o600):
                    told.append(f"{', '.join(names)} in {path} (mode {mode:04o})")
        return told

    @contextmanager
    def watching(self, folders: Iterable[Path], allowed: Iterable[Path]) -> Iterator[list[str]]:
        """Look again and again, while the block lasts, at all processes and all `folders`."""
        seen: list[str] = []
        folders, allowed, over = tuple(folders), tuple(allowed), threading.Event()

        def look() -> None:
            while not over.wait(0.02):
                seen.extend(self._in_processes())
                seen.extend(self.in_files(folders, allowed))

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            over.set()
            thread.join()

    def _in_processes(self) -> Iterator[str]:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes()
            except OSError:
                continue
            for name in self.found(words):
                yield f"{name} in the arguments of {words[:80]!r}"


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        # Packages: thousands of files that npm wrote before.
        folders[:] = [name for name in folders if name != "node_modules"]
        yield from (Path(parent, name) for name in names)


def environment(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """A user's environment whose every folder is below `home`."""
    folders = {
        "HOME": home, "TMPDIR": home / "tmp", "XDG_CACHE_HOME": home / "cache",
        "XDG_CONFIG_HOME": home / "config", "XDG_STATE_HOME": home / "state",
        "XDG_DATA_HOME": home / "data",
    }  # fmt: skip
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    given = {name: str(folder) for name, folder in folders.items()}
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **given, **variables}
