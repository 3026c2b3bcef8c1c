"""The API on a port of this machine."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn

from vttsync.rehearsal.api.app import PREFIX, Api


class Server:
    """uvicorn on a free port of 127.0.0.1, in a thread with its own event loop.

    Attributes:
        url: the API's base URL, for `CLOUDFLARE_API_BASE_URL`.
    """

    def __init__(self, app: Api) -> None:
        # Said to be TCP, or asyncio leaves Nagle's delay on: 40 ms for each answer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}{PREFIX}"
        settings = uvicorn.Config(
            app, log_config=None, log_level="critical", access_log=False, lifespan="off",
            ws="none", http="h11", date_header=False,
        )  # fmt: skip
        self._uvicorn = uvicorn.Server(settings)
        self._thread = threading.Thread(
            target=self._uvicorn.run, args=([self._socket],), name="stand-in", daemon=True
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Serve. The socket listens already: calls that come early wait in its queue."""
        self._thread.start()

    def stop(self) -> None:
        """Answer what is under way, then end the thread and close the socket."""
        self._uvicorn.should_exit = True
        if self._thread.ident:
            self._thread.join()
        self._socket.close()
