"""People at the table's own server, over HTTP and with a real database."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from httpx import Client, Response

from server import database
from server.app import create_app
from server.people import Role
from server.settings import Room, Settings
from vttsync.broadcast.plan.view import State

SESSION = "friday"
CLIENT = Path(__file__)
"""Stands for the browser's bundle, which the server only passes on."""


@dataclass(frozen=True)
class Seat:
    """Somebody who has logged in."""

    client: Client
    user: str
    role: Role
    token: str

    def ask(self, method: str, path: str, body: Any = None) -> Response:
        """Send a request as this person, to a path below the session's."""
        return self.client.request(
            method,
            f"/api/sessions/{SESSION}{path}",
            json=body,
            headers={"authorization": f"Bearer {self.token}"},
        )

    def state(self) -> dict[tuple[str, str], Any]:
        """Poll."""
        answer = self.ask("GET", "/state")
        assert answer.status_code == 200
        return {(it["kind"], it["key"]): it["value"] for it in answer.json()["entities"]}


@dataclass(frozen=True)
class Table:
    """A server that runs, and its database."""

    client: Client
    path: Path

    def seat(self, user: str, role: Role) -> Seat:
        """Log somebody in."""
        body = {"user": user, "role": role}
        answer = self.client.post(f"/api/sessions/{SESSION}/login", json=body)
        return Seat(self.client, user, role, answer.json()["token"])

    def rows(self) -> State:
        """Read the whole database."""
        with closing(database.connect(self.path)) as connection:
            return database.rows_of(connection, SESSION)


@contextmanager
def table(folder: Path, room: Room | None = None) -> Iterator[Table]:
    """Run a server, with a session that has just begun if the folder is empty."""
    path = folder / "table.sqlite3"
    app = create_app(Settings(path, CLIENT, room), SESSION)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        # Listens before the server runs: connections wait in the socket's queue until it does.
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with Client(base_url=url, trust_env=False) as client:
                yield Table(client, path)
        finally:
            server.should_exit = True
            thread.join()
