"""Keyrings for tests; PYTHON_KEYRING_BACKEND names one, as a user would."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.compat import properties

FILE = "TEST_KEYRING_FILE"


class FileKeyring(KeyringBackend):
    """Entries in the file that a variable names, so that other processes see them too."""

    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805
        if FILE not in os.environ:
            raise RuntimeError("not for this test")
        return 20

    def get_password(self, service: str, username: str) -> str | None:
        return _read().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        _write({**_read(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        entries = _read()
        del entries[f"{service} {username}"]
        _write(entries)


class FailingKeyring(FileKeyring):
    """One whose every answer is an error that quotes what it was given."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"no {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"can't keep {password}")


class HangingKeyring(FileKeyring):
    """One that waits for a window that nobody sees."""

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait()
        return None


def _read() -> dict[str, str]:
    path = Path(os.environ[FILE])
    entries: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return entries


def _write(entries: dict[str, str]) -> None:
    Path(os.environ[FILE]).write_text(json.dumps(entries), encoding="utf-8")
