"""The stand-in of Cloudflare on this machine: its API, and the edge that runs the uploads."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from vttsync.rehearsal.api.app import PREFIX, Api
from vttsync.rehearsal.api.auth import Persona, new_token
from vttsync.rehearsal.api.calls import Call
from vttsync.rehearsal.api.desk import Account
from vttsync.rehearsal.edge.edge import Boot
from vttsync.rehearsal.edge.workerd import WorkerdEdge
from vttsync.rehearsal.store import Store

ACCOUNT_ID = "5e1f0000000000000000000000002026"


class StandIn:
    """A Cloudflare account on loopback, for as long as the `with` block lasts.

    The API listens on a free port of 127.0.0.1, in a thread of its own. What is in `folder` is
    continued: Workers found there are booted again.

    Args:
        folder: where the account's state is kept; made if it is missing, closed to others.
        workerd: where workerd is; called when the first upload has to run.
        account_id: 32 lower-case hex digits.
        personas: further tokens and what stands behind each; one that starts with `cfat_`
            belongs to the account rather than to a user.

    Attributes:
        api_url: the base URL for `CLOUDFLARE_API_BASE_URL`; set inside the block.
        account_id: the only account there is.
        token: a token that may do everything, random for each instance.
    """

    def __init__(
        self,
        folder: Path,
        *,
        workerd: Callable[[], Path],
        account_id: str = ACCOUNT_ID,
        personas: Mapping[str, Persona] | None = None,
    ) -> None:
        self.account_id = account_id
        self.token = new_token()
        self.api_url = ""
        self._folder = folder
        self._edge = WorkerdEdge(workerd)
        self._personas = {**(personas or {}), self.token: Persona.VALID}
        self._api: Api | None = None
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        """Boot what the folder holds, then serve.

        Raises:
            BootError: a Worker of the folder no longer starts.
        """
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the API and every workerd; harmless when that has happened."""
        try:
            if self._server:
                self._server.stop()
        finally:
            self._edge.close()

    def calls(self) -> list[Call]:
        """Every call answered so far; kept after the block."""
        return self._api.calls() if self._api else []

    def unknown_routes(self) -> list[str]:
        """Calls that the stand-in has no route for: a rehearsal with any of them proves nothing."""
        return self._api.unknown_routes() if self._api else []

    def room_url(self, worker: str) -> str:
        """Where the Worker answers, without a slash at the end; empty when none runs."""
        return self._edge.url(worker)

    def running(self, worker: str) -> Boot | None:
        """The boot of the version that runs now: its id, process, URL and seconds."""
        return self._edge.running(worker)

    def boots(self) -> list[Boot]:
        """Every boot for a deployment in order, and every boot that failed, with why."""
        return self._edge.boots()

    def output(self, worker: str) -> str:
        """The last lines that the running version printed."""
        return self._edge.output(worker)

    def _open(self) -> None:
        store = Store(self._folder)
        for worker in store.workers():
            self._edge.deploy(store.bundle(worker.name, worker.live))
        self._api = Api(Account(self.account_id, store, self._edge), self._personas)
        self._server = _Server(self._api)
        self._server.start()
        self.api_url = f"http://127.0.0.1:{self._server.port}{PREFIX}"


class _Server:
    """uvicorn in a thread with its own event loop."""

    def __init__(self, app: Api) -> None:
        # Said to be TCP, or asyncio leaves Nagle's delay on: 40 ms for each answer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.port: int = self._socket.getsockname()[1]
        settings = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", ws="none", http="h11"
        )
        self._uvicorn = uvicorn.Server(settings)
        self._thread = threading.Thread(
            target=self._uvicorn.run, args=([self._socket],), name="stand-in", daemon=True
        )

    def start(self) -> None:
        """Serve. The socket listens already: calls that come early wait in its queue."""
        self._thread.start()

    def stop(self) -> None:
        """Answer what is under way, then end the thread and close the socket."""
        self._uvicorn.should_exit = True
        if self._thread.ident:
            self._thread.join()
        self._socket.close()
