"""The table's own server, as a process, and what a person does there through its API."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vttsync import web
from vttsync.node.process import clean_environment, spawn, stop
from vttsync.project.templates import templates_folder

TABLE = templates_folder() / "table"
PUBLISHER = templates_folder() / "publisher" / "python" / "src"
CLIENT = templates_folder() / "client" / "dist" / "vttsync.js"
_PATIENCE = 30.0
_LISTENS = re.compile(r"running on http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Keys:
    """What the server shares with a room."""

    url: str
    publish: str
    ticket: str


@dataclass(frozen=True)
class Table:
    """A server that runs, with one session."""

    port: int
    pid: int
    session: str

    @property
    def url(self) -> str:
        """Where its page is."""
        return f"http://127.0.0.1:{self.port}"

    def person(self, user: str, role: str = "gm") -> Person:
        """Log somebody in."""
        login = _call(self, "POST", "/login", "", {"user": user, "role": role})["token"]
        return Person(self, login)


@dataclass(frozen=True)
class Person:
    """Somebody who plays through the API, without a page."""

    table: Table
    login: str

    def move(self, token: str, x: float, y: float) -> None:
        """Put a token elsewhere."""
        self.call("PATCH", f"/tokens/{token}", {"x": x, "y": y})

    def hide(self, token: str, hidden: bool) -> None:
        """Hide a token, or reveal it."""
        self.call("PATCH", f"/tokens/{token}", {"hidden": hidden})

    def state(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What this person sees, from the server itself."""
        entities = self.call("GET", "/state")["entities"]
        return {(it["kind"], it["key"]): it["value"] for it in entities}

    def wait_until_told(self) -> None:
        """Return when the room has heard of everything, after 30 s at most."""
        deadline = time.monotonic() + _PATIENCE
        while self.call("GET", "/state")["pending"]:
            assert time.monotonic() < deadline, "the outbox is still waiting"

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask the API of the session for anything."""
        return _call(self.table, method, path, self.login, body)


def _call(table: Table, method: str, path: str, login: str, body: Mapping[str, Any] | None) -> Any:
    headers = {"authorization": f"Bearer {login}"} if login else {}
    with web.client(table.url, headers) as http:
        answer = http.request(method, f"/api/sessions/{table.session}{path}", json=body)
    answer.raise_for_status()
    return answer.json()


@contextmanager
def running_table(folder: Path, session: str, keys: Keys | None) -> Iterator[Table]:
    """Run the server on a free port, its database in `folder`; without `keys`, without a room."""
    env = {
        "PYTHONPATH": os.pathsep.join([str(TABLE), str(PUBLISHER)]),
        "TABLE_DATABASE": str(folder / "table.sqlite3"),
        "TABLE_CLIENT": str(CLIENT),
    }
    if keys:
        env |= {
            "VTTSYNC_ROOM_URL": keys.url,
            "VTTSYNC_PUBLISH_KEY": keys.publish,
            "VTTSYNC_TICKET_KEY": keys.ticket,
        }
    words = [sys.executable, "-m", "server", "--port", "0", "--session", session]
    environment = clean_environment(env)
    process = spawn(words, env=environment, cwd=folder, stderr=subprocess.STDOUT)
    said: deque[str] = deque(maxlen=100)
    # Whatever it prints later must not fill the pipe.
    rest = threading.Thread(target=said.extend, args=(process.stdout,), daemon=True)
    try:
        port = _port(process, said)
        rest.start()
        yield Table(port, process.pid, session)
    finally:
        stop(process)
        if rest.ident:
            rest.join()
        if process.stdout:
            process.stdout.close()


def _port(process: subprocess.Popen[str], said: deque[str]) -> int:
    for line in process.stdout or ():
        said.append(line)
        if found := _LISTENS.search(line):
            return int(found[1])
    raise AssertionError(f"The table's server ended: {''.join(said)}")
