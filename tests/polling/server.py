"""The app that the pages belong to, and its room."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.browser.table import CLIENT
from tests.polling.pages import PAGES, html
from tests.room.room import PUBLISH_KEY, TICKET_KEY, python_room
from vttsync import web

SECRET = "s3cret-of-the-page-0123456789"
_MOVES = 0.7  # seconds
_POLLS = "<script>setInterval(() => fetch('/api/x/state'), 300)</script>"
# Where there is no table.
WRONG: dict[str, Callable[[], Response]] = {
    "redirects": lambda: RedirectResponse(f"/wrong/login?next={SECRET}"),
    "login": lambda: HTMLResponse("<title>Log in</title>"),
    "password": lambda: HTMLResponse("<form><input type=password></form>"),
    "refuses": lambda: PlainTextResponse("No.", status_code=401),
    "json": lambda: JSONResponse({}),
    "download": lambda: Response(b"PK", headers={"content-disposition": "attachment"}),
    "missing": lambda: HTMLResponse("Not here", status_code=404),
    "broken": lambda: HTMLResponse("Sorry", status_code=503),
    "polls": lambda: HTMLResponse(_POLLS),
    "text": lambda: HTMLResponse("<p>Only text"),
}


@dataclass(frozen=True)
class App:
    """Where it is."""

    url: str

    def page(self, name: str) -> str:
        return f"{self.url}/page/{name}?invite={SECRET}"


class _Routes:
    """What the app answers."""

    def __init__(self, room: str) -> None:
        self._room = room.replace("http", "ws")

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/page/{name}", self._page),
                Route("/file/{name}/{file}", self._file),
                Route("/api/{name}/{what}", self._api, methods=["GET", "POST"]),
                Route("/ticket/{name}", self._ticket, methods=["GET", "POST"]),
                Route("/events/{name}", self._events),
                Route("/vttsync.js", self._client),
                Route("/wrong/{what}", self._wrong),
                WebSocketRoute("/echo", self._echo),
            ]
        )

    async def _page(self, request: Request) -> Response:
        return HTMLResponse(html(PAGES[request.path_params["name"]], self._room))

    async def _file(self, request: Request) -> Response:
        file = request.path_params["file"]
        text = PAGES[request.path_params["name"]].files[file]
        if file.endswith(".html"):
            return HTMLResponse(text)
        text = f"const ROOM = '{self._room}';\n{text}"
        return Response(text, media_type="text/javascript")

    async def _client(self, _request: Request) -> Response:
        return Response(CLIENT.read_text(), media_type="text/javascript")

    async def _api(self, request: Request) -> Response:
        what = request.path_params["what"]
        if what == "held":
            await asyncio.sleep(0.6)  # a long poll: the answer is held back
        return JSONResponse({}, status_code=500 if what == "broken" else 200)

    async def _ticket(self, request: Request) -> Response:
        now, name = int(time.time()), request.path_params["name"]
        claims = {"aud": "vttsync", "sid": name, "role": "player", "sub": "ann"}
        lasts = {"iat": now, "exp": now + 60}
        return PlainTextResponse(jwt.encode({**claims, **lasts}, TICKET_KEY, "HS256"))

    async def _events(self, _request: Request) -> Response:
        async def ticks() -> AsyncIterator[str]:
            while True:
                yield "data: tick\n\n"
                await asyncio.sleep(0.3)

        return StreamingResponse(ticks(), media_type="text/event-stream")

    async def _echo(self, client: WebSocket) -> None:
        await client.accept()
        with suppress(WebSocketDisconnect):
            while text := await client.receive_text():
                if "ping" in text or "get" in text:
                    await client.send_text('{"type": "answer"}')

    async def _wrong(self, request: Request) -> Response:
        return WRONG[request.path_params["what"]]()


class _Moves(threading.Thread):
    """Broadcasts in the rooms of the pages that want some."""

    def __init__(self, room: str) -> None:
        super().__init__(name="moves")
        self._room, self._over, self._rev = room, threading.Event(), 0

    def publish(self, name: str) -> None:
        value = {"name": f"Note {self._rev}"}
        change = {"op": "put", "kind": "note", "key": "1", "rev": self._rev, "value": value}
        headers = {"authorization": f"Bearer {PUBLISH_KEY}"}
        path = f"/parties/session/{name}/publish"
        with web.client(self._room, headers) as http:
            assert http.post(path, json={"changes": [change]}).status_code == 200

    def everywhere(self) -> None:
        """Let each page have a session."""
        for name in PAGES:
            self.publish(name)

    def run(self) -> None:
        while not self._over.wait(_MOVES):
            self._rev += 1
            for name, page in PAGES.items():
                if page.moves:
                    self.publish(name)

    def end(self) -> None:
        self._over.set()
        self.join()


@contextmanager
def running_app() -> Iterator[App]:
    """Run it on a free port of this machine."""
    with python_room() as room, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        config = uvicorn.Config(
            _Routes(room.url).app(), log_config=None, lifespan="off", ws="websockets-sansio",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        moves = _Moves(room.url)
        moves.everywhere()
        thread.start()
        moves.start()
        try:
            yield App(f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            moves.end()
            server.should_exit = True
            thread.join()
