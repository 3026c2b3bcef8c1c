"""The stand-in of Cloudflare on this machine: its API, and the edge that runs the uploads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from vttsync.rehearsal.api.app import Api
from vttsync.rehearsal.api.auth import Persona, new_token
from vttsync.rehearsal.api.calls import Call
from vttsync.rehearsal.api.desk import Account, Terms
from vttsync.rehearsal.api.server import Server
from vttsync.rehearsal.api.weather import Weather
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
        terms: what kind of account it is.
        weather: what happens to calls on their way.

    Attributes:
        api_url: the base URL for `CLOUDFLARE_API_BASE_URL`; set inside the block.
        account_id: the only account there is.
        token: a token that may do everything, random for each instance.
        weather: what happens to calls on their way.
    """

    def __init__(
        self,
        folder: Path,
        *,
        workerd: Callable[[], Path],
        account_id: str = ACCOUNT_ID,
        personas: Mapping[str, Persona] | None = None,
        terms: Terms | None = None,
        weather: Weather | None = None,
    ) -> None:
        self.account_id = account_id
        self.token = new_token()
        self.api_url = ""
        self._folder = folder
        self._edge = WorkerdEdge(workerd)
        self._personas = {**(personas or {}), self.token: Persona.VALID}
        self._terms = terms or Terms()
        self.weather = weather or Weather()
        self._api: Api | None = None
        self._server: Server | None = None

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
        account = Account(self.account_id, store, self._edge, self._terms)
        self._api = Api(account, self._personas, self.weather)
        self._server = Server(self._api)
        self._server.start()
        self.api_url = self._server.url
