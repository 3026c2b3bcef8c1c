"""The stand-in's API before an edge that runs nothing: for deploys by the hundred."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.unit.rehearsal.cloud import MODULE, secret
from vttsync import web
from vttsync.rehearsal.api.app import Api
from vttsync.rehearsal.api.auth import Persona, new_token
from vttsync.rehearsal.api.desk import Account
from vttsync.rehearsal.api.server import Server
from vttsync.rehearsal.api.weather import Weather
from vttsync.rehearsal.edge.clouds import Clouded
from vttsync.rehearsal.edge.edge import Boot, Bundle
from vttsync.rehearsal.standin import ACCOUNT_ID
from vttsync.rehearsal.store import Store

WORKER = "my-table-prod"
_CLASS = {"type": "durable_object_namespace", "name": "Session", "class_name": "Session"}


class Room:
    """An edge that tells which version is deployed, as a room's health does, and no more."""

    def __init__(self) -> None:
        self._bundle: Bundle | None = None
        room = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                bundle = room._bundle
                well = bundle and bundle.version.main_module == "index.js"
                body = {"protocol": 1, "version": bundle.version.id} if bundle and well else {}
                self._answer(200 if well else 503, json.dumps(body).encode())

            def do_DELETE(self) -> None:
                self._answer(204, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def check(self, bundle: Bundle) -> Boot:
        return Boot(bundle.worker, bundle.version.id, 0.01)

    def deploy(self, bundle: Bundle) -> Boot:
        self._bundle = bundle
        return self.check(bundle)

    def remove(self, worker: str) -> None:
        self._bundle = None

    def tail(self, worker: str, hear: Callable[[str], object]) -> Callable[[], None]:
        return lambda: None

    def url(self, worker: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}" if self._bundle else ""


class Quick:
    """An account with a version that is live, and the weather before it."""

    def __init__(self, store: Store, edge: Clouded, weather: Weather, url: str, token: str) -> None:
        self._store = store
        self.clouds = edge.clouds
        self.storms = weather.storms
        self.url = url
        self.token = token

    @property
    def live(self) -> str | None:
        found = self._store.find(WORKER)
        return found.live.id if found else None

    @property
    def new(self) -> bool:
        """Whether vttsync has brought what is live."""
        found = self._store.find(WORKER)
        tag = found.live.annotations.get("workers/tag", "") if found else ""
        return tag.startswith("vttsync-")

    def ask(self, method: str, path: str, **kwargs: object) -> None:
        """Change the account."""
        base = f"{self.url}/accounts/{ACCOUNT_ID}/workers/scripts"
        with web.client(base, {"authorization": f"Bearer {self.token}"}) as client:
            answer = client.request(method, f"/{WORKER}{path}", **kwargs)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text

    def edit_secrets(self) -> None:
        """Deploy, as an edit on the dashboard does, where that is possible now."""
        with suppress(AssertionError):  # nothing is live, or what is uploaded last isn't
            self.ask("PUT", "/secrets", json={"name": "MOTTO", "text": "theirs"})

    def first_version(self, keys: dict[str, str]) -> None:
        metadata = {
            "main_module": "index.js",
            "compatibility_date": "2026-10-01",
            "bindings": [_CLASS, *(secret(name, text) for name, text in keys.items())],
            "migrations": {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Session"]}]},
        }
        files = [
            ("metadata", (None, json.dumps(metadata))),
            ("index.js", ("index.js", b"export default {}", MODULE)),
        ]
        self.ask("PUT", "", files=files)
        self.ask("POST", "/subdomain", json={"enabled": True})


@contextmanager
def account(folder: Path) -> Iterator[Quick]:
    """An empty account, for as long as the block lasts."""
    store, room, weather, token = Store(folder), Room(), Weather(), new_token()
    edge = Clouded(room)
    api = Api(Account(ACCOUNT_ID, store, edge), {token: Persona.VALID}, weather)
    try:
        with Server(api) as server:
            yield Quick(store, edge, weather, server.url, token)
    finally:
        room.close()
