"""The API as an ASGI application: every route that wrangler 4.156 and vttsync call."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from vttsync.rehearsal.api import account_routes, script_routes, version_routes, zone_routes
from vttsync.rehearsal.api.answers import ApiError, failure, refusal
from vttsync.rehearsal.api.auth import Persona, Target, identify, permit
from vttsync.rehearsal.api.calls import Call, Recorder
from vttsync.rehearsal.api.desk import Account, Ask, Handler
from vttsync.rehearsal.api.upload import Part
from vttsync.rehearsal.api.weather import Weather

PREFIX = "/client/v4"
# Parts without a file name are held in memory by the form parser, which asks for a limit.
_PART_LIMIT = 16 * 1024 * 1024
_TABLE = (
    *account_routes.ROUTES,
    *script_routes.ROUTES,
    *version_routes.ROUTES,
    *zone_routes.ROUTES,
)


class Api:
    """An account's API; `personas` says what stands behind each token.

    `weather` is what happens to calls on their way; what it keeps from the API isn't recorded.
    """

    def __init__(
        self, account: Account, personas: Mapping[str, Persona], weather: Weather | None = None
    ) -> None:
        self._account = account
        self._weather = weather or Weather()
        self._personas = dict(personas)
        # One request at a time changes or reads the account, as each works on whole Workers.
        self._turn = threading.Lock()
        self._unknown: list[str] = []
        routes = [
            Route(PREFIX + path, self._endpoint(handler), methods=[method])
            for method, path, handler in _TABLE
        ]
        failures = {404: self._no_route, 405: self._no_route}
        app = Starlette(routes=routes, exception_handlers=failures)
        app.router.redirect_slashes = False
        self._recorder = Recorder(app, PREFIX)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        await self._weather.pass_on(self._recorder, scope, receive, send)

    def calls(self) -> list[Call]:
        """Every call answered so far."""
        return list(self._recorder.calls)

    def unknown_routes(self) -> list[str]:
        """Method and path of every call that no route answers, in order."""
        return list(self._unknown)

    def _endpoint(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                ask = await self._ask(request)
                reply = await run_in_threadpool(self._handle, handler, ask)
            except ApiError as error:
                return JSONResponse(failure(error), error.status)
            except Exception as error:
                return JSONResponse(
                    failure(refusal(500, 10013, f"{type(error).__name__}: {error}")), 500
                )
            return JSONResponse(reply)

        return answer

    def _handle(self, handler: Handler, ask: Ask) -> dict[str, object]:
        with self._turn:
            return handler(self._account, ask).as_json()

    async def _ask(self, request: Request) -> Ask:
        caller = identify(request.headers.get("authorization", ""), self._personas)
        params: dict[str, str] = request.path_params
        worker = params.get("name")
        target = Target(
            request.method,
            request.url.path,
            asked=params.get("account"),
            account_id=self._account.id,
            exists=worker is None or self._account.store.find(worker) is not None,
        )
        permit(caller, target)
        multipart = request.headers.get("content-type", "").startswith("multipart/form-data")
        parts = await _parts(request) if multipart else ()
        body = b"" if multipart else await request.body()
        return Ask(params, dict(request.query_params), body, parts, caller)

    async def _no_route(self, request: Request, _error: Exception) -> Response:
        path = request.url.path.removeprefix(PREFIX)
        self._unknown.append(f"{request.method} {path}")
        return JSONResponse(failure(refusal(404, 7000, f"No route for that URI: {path}")), 404)


async def _parts(request: Request) -> tuple[Part, ...]:
    try:
        async with request.form(max_part_size=_PART_LIMIT) as form:
            return tuple([await _part(name, value) for name, value in form.multi_items()])
    except HTTPException as error:
        raise refusal(400, 10001, f"Invalid form: {error.detail}") from error


async def _part(name: str, value: UploadFile | str) -> Part:
    if isinstance(value, str):
        return Part(name, "text/plain", value.encode())
    return Part(name, value.content_type or "", await value.read())
