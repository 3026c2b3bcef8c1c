"""The table's HTTP interface: its page, its API, and the endpoint that the page used to poll."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from . import seed
from .commits import Sessions
from .game import Game, Touched, Turn
from .headers import SafeHeaders
from .people import Person, RefusedError
from .publishing import Publishing
from .settings import Settings

_PAGE = Path(__file__).resolve().parents[1] / "page"
_MOST_BYTES = 16_384


def create_app(settings: Settings, session: str = "friday") -> Starlette:
    """Make the application, with one session to play."""
    publishing = Publishing(settings.room, settings.database) if settings.room else None
    sessions = Sessions(settings.database, publishing)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sessions.open()
        fresh = [session] if sessions.begin(session) else []
        delivery = asyncio.create_task(publishing.run(fresh)) if publishing else None
        yield
        if delivery:
            delivery.cancel()
            with suppress(asyncio.CancelledError):
                await delivery
        sessions.close()

    return Starlette(
        routes=[
            Route("/", _page),
            Route("/vttsync.js", lambda _: _script(settings.client)),
            Route("/licences", lambda _: FileResponse(seed.LICENCES, media_type="text/plain")),
            Mount("/page", StaticFiles(directory=_PAGE)),
            *_Api(sessions, publishing).routes(),
        ],
        middleware=[Middleware(SafeHeaders, room=settings.room.url if settings.room else "")],
        exception_handlers={RefusedError: _refused},
        lifespan=lifespan,
    )


async def _page(request: Request) -> Response:
    return FileResponse(
        _PAGE / ("table.html" if "session" in request.query_params else "start.html")
    )


def _script(path: Path) -> Response:
    return FileResponse(path) if path.is_file() else Response(status_code=404)


class _Api:
    """What the page asks the server for."""

    def __init__(self, sessions: Sessions, publishing: Publishing | None) -> None:
        self._sessions = sessions
        self._publishing = publishing

    def routes(self) -> list[Route]:
        one = "/api/sessions/{session}"
        return [
            Route("/api/sessions", self._list),
            Route(f"{one}/login", self._log_in, methods=["POST"]),
            Route(one, self._welcome),
            Route(f"{one}/state", self._state),
            Route(f"{one}/ticket", self._ticket, methods=["POST"]),
            Route(f"{one}/tokens", self._add, methods=["POST"]),
            Route(f"{one}/tokens/{{key}}", self._change_token, methods=["PATCH"]),
            Route(f"{one}/tokens/{{key}}", self._remove, methods=["DELETE"]),
            Route(f"{one}/doors/{{key}}", self._door, methods=["PATCH"]),
            Route(f"{one}/combats/{{key}}/turn", self._next_turn, methods=["POST"]),
            Route(f"{one}/again", self._again, methods=["POST"]),
        ]

    async def _log_in(self, request: Request) -> Response:
        body = _Body(await _read(request))
        session = request.path_params["session"]
        token = self._sessions.log_in(session, body.text("user"), body.text("role"))
        return JSONResponse({"token": token})

    async def _list(self, _: Request) -> Response:
        return JSONResponse({"sessions": self._sessions.names()})

    async def _welcome(self, request: Request) -> Response:
        person = await self._person(request)
        listed = seed.creatures().values() if person.is_gm else ()
        return JSONResponse(
            {
                "room": self._publishing.url if self._publishing else None,
                "creatures": [{"id": it.id, "name": it.name, "size": it.size} for it in listed],
            }
        )

    async def _state(self, request: Request) -> Response:
        person = await self._person(request)
        return JSONResponse(self._sessions.state(person))

    async def _ticket(self, request: Request) -> Response:
        person = await self._person(request)
        if self._publishing is None:
            raise RefusedError(404, "no_room", "This server has no room; poll.")
        return JSONResponse({"ticket": self._publishing.ticket(person)})

    async def _add(self, request: Request) -> Response:
        body = _Body(await _read(request))
        creature = seed.creatures().get(body.text("creature"))
        if creature is None:
            raise RefusedError(400, "bad_body", "creature is none that this server knows.")
        name = body.text("name").strip() or creature.name
        scene, x, y = body.text("sceneId"), body.number("x"), body.number("y")
        return await self._play(request, lambda game: game.add(scene, creature, name, x, y))

    async def _change_token(self, request: Request) -> Response:
        body, key = _Body(await _read(request)), request.path_params["key"]
        if body.has("hidden"):
            hidden = body.flag("hidden")
            return await self._play(request, lambda game: game.hide(key, hidden))
        if body.has("hp"):
            hp = body.number("hp")
            return await self._play(request, lambda game: game.hurt(key, hp))
        x, y = body.number("x"), body.number("y")
        return await self._play(request, lambda game: game.move(key, x, y))

    async def _remove(self, request: Request) -> Response:
        key = request.path_params["key"]
        return await self._play(request, lambda game: game.remove(key))

    async def _door(self, request: Request) -> Response:
        body, key = _Body(await _read(request)), request.path_params["key"]
        door = body.text("door")
        if door not in ("open", "closed"):
            raise RefusedError(400, "bad_body", "door must be open or closed.")
        return await self._play(request, lambda game: game.open_door(key, door))

    async def _next_turn(self, request: Request) -> Response:
        body, key = _Body(await _read(request)), request.path_params["key"]
        combatant = body.text("combatantId") if body.has("combatantId") else None
        seen = Turn(body.whole("round"), combatant)
        return await self._play(request, lambda game: game.next_turn(key, seen))

    async def _again(self, request: Request) -> Response:
        person = await self._person(request)
        committed = self._sessions.begin_again(person)
        return self._committed(committed)

    async def _play(self, request: Request, act: Callable[[Game], Touched]) -> Response:
        person = await self._person(request)
        return self._committed(self._sessions.play(person, act))

    def _committed(self, at: float) -> Response:
        if self._publishing:
            self._publishing.wake()
        return JSONResponse({"committed": at})

    async def _person(self, request: Request) -> Person:
        authorization = request.headers.get("authorization", "")
        return self._sessions.person(request.path_params["session"], authorization)


class _Body:
    """The body of a request, each field of which is what it has to be, or refused."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def has(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def text(self, name: str) -> str:
        value = self._fields.get(name)
        # Half a surrogate pair is a string in JSON, and nothing that could be sent on.
        if not isinstance(value, str) or len(value) > 200 or not _is_unicode(value):
            raise RefusedError(400, "bad_body", f"{name} must be a text of at most 200 characters.")
        return value

    def number(self, name: str) -> float:
        value = self._fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RefusedError(400, "bad_body", f"{name} must be a number.")
        if not math.isfinite(value) or abs(value) > 1_000_000:
            raise RefusedError(400, "bad_body", f"{name} must be within a million of 0.")
        return value

    def whole(self, name: str) -> int:
        value = self.number(name)
        if value != int(value):
            raise RefusedError(400, "bad_body", f"{name} must be a whole number.")
        return int(value)

    def flag(self, name: str) -> bool:
        value = self._fields.get(name)
        if not isinstance(value, bool):
            raise RefusedError(400, "bad_body", f"{name} must be true or false.")
        return value


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


async def _read(request: Request) -> dict[str, Any]:
    read = b""
    async for part in request.stream():
        read += part
        if len(read) > _MOST_BYTES:
            raise RefusedError(413, "too_large", f"A body has at most {_MOST_BYTES} bytes.")
    try:
        body = json.loads(read)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise RefusedError(400, "bad_body", "The body must be an object in JSON.")
    return body


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedError):
        raise error
    told: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.found is not None:
        told["found"] = error.found
    return JSONResponse({"error": told}, error.status)
