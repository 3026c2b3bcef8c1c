"""What can be listened to in a browser: the page, frames of other sites in it, its workers.

Playwright hands out a devtools session for a page only. Those below it are reached through it, by
messages within messages (CDP's Target domain, not flattened).
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

Params = Mapping[str, Any]
Hear = Callable[["Target", str, Params], None]
Send = Callable[[str, Params], Awaitable[Any]]

HEARD = (
    *("Network.requestWillBeSent", "Network.responseReceived", "Network.loadingFinished"),
    *("Network.loadingFailed", "Network.webSocketCreated", "Network.webSocketFrameSent"),
    *("Network.webSocketFrameReceived", "Network.webSocketClosed"),
    *("Network.eventSourceMessageReceived", "Debugger.scriptParsed"),
    *("Runtime.consoleAPICalled", "Page.frameRequestedNavigation"),
)
_PATIENCE = 30.0  # seconds; a worker that is not let go on by then stands still
_DEPTH = 16  # of asynchronous stacks


class GoneError(Exception):
    """A target went before it answered."""


class Target:
    """One of them, and those below it.

    Args:
        kind: the browser's word: page, iframe, worker, shared_worker, service_worker.
        send: hands it a command, and waits for the answer.
        hear: is told of what happens.
        script: runs in workers.
    """

    def __init__(self, kind: str, send: Send, hear: Hear, script: str) -> None:
        self.kind = kind
        self.send = send
        self._hear = hear
        self._script = script
        self._below: dict[str, _Remote] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_worker(self) -> bool:
        """Whether it has no page."""
        return self.kind.endswith("worker")

    def all(self) -> list[Target]:
        """This one, and all below it."""
        return [self, *(inner for it in self._below.values() for inner in it.target.all())]

    async def open(self) -> None:
        """Let it tell what it does, and what comes below it.

        Nothing waits for the answer to what was said before, as the browser takes it in order: a
        worker stands still until the last of these, and a busy machine answers late.
        """
        own = (
            ("Runtime.evaluate", {"expression": self._script})
            if self.is_worker
            else ("Page.enable", {})
        )
        below = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": False}
        orders: list[tuple[str, Params]] = [
            ("Network.enable", {}),
            ("Debugger.enable", {}),
            # A `debugger` statement would stop the page for good.
            ("Debugger.setSkipAllPauses", {"skip": True}),
            ("Debugger.setAsyncCallStackDepth", {"maxDepth": _DEPTH}),
            ("Runtime.enable", {}),
            own,
            ("Target.setAutoAttach", below),
            ("Runtime.runIfWaitingForDebugger", {}),
        ]
        answers = [self.send(method, params) for method, params in orders]
        for answer in await asyncio.gather(*answers, return_exceptions=True):
            if isinstance(answer, BaseException):
                raise answer

    async def call_on_sockets(self, function: str) -> None:
        """Call a function on a list of all websockets that there are in a worker."""
        kind = await self.send("Runtime.evaluate", {"expression": "WebSocket.prototype"})
        of_it = {"prototypeObjectId": kind["result"]["objectId"]}
        found = await self.send("Runtime.queryObjects", of_it)
        on_them = {"functionDeclaration": function, "objectId": found["objects"]["objectId"]}
        await self.send("Runtime.callFunctionOn", on_them)

    def event(self, method: str, params: Params) -> None:
        """Take what the browser says of it."""
        match method:
            case "Target.attachedToTarget":
                self._attached(params["sessionId"], params["targetInfo"]["type"])
            case "Target.receivedMessageFromTarget":
                if remote := self._below.get(params["sessionId"]):
                    remote.hear(params["message"])
            case "Target.detachedFromTarget":
                if remote := self._below.pop(params["sessionId"], None):
                    remote.end()
            case _ if method in HEARD:
                self._hear(self, method, params)

    def _attached(self, session: str, kind: str) -> None:
        async def post(message: str) -> None:
            told = {"sessionId": session, "message": message}
            await self.send("Target.sendMessageToTarget", told)

        remote = _Remote(post)
        remote.target = Target(kind, remote.send, self._hear, self._script)
        self._below[session] = remote
        self.do(remote.target.open())

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside what comes next; a target that is gone is no failure."""

        async def calmly() -> None:
            with suppress(GoneError, PlaywrightError, TimeoutError):
                await work

        task = asyncio.ensure_future(calmly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Remote:
    """The way to a target below another one: numbered messages, and their answers."""

    target: Target

    def __init__(self, post: Callable[[str], Awaitable[None]]) -> None:
        self._post = post
        self._numbers = itertools.count(1)
        self._awaited: dict[int, asyncio.Future[Any]] = {}

    async def send(self, method: str, params: Params) -> Any:  # noqa: ANN401  (as CDP has it)
        number = next(self._numbers)
        answer = asyncio.get_running_loop().create_future()
        self._awaited[number] = answer
        await self._post(json.dumps({"id": number, "method": method, "params": params}))
        return await asyncio.wait_for(answer, _PATIENCE)

    def hear(self, message: str) -> None:
        told = json.loads(message)
        if "id" not in told:
            self.target.event(told["method"], told["params"])
            return
        answer = self._awaited.pop(told["id"], None)
        # What a target can't do (a worker has no page) is no failure.
        if answer and not answer.done():
            answer.set_result(told.get("result", {}))

    def end(self) -> None:
        for answer in self._awaited.values():
            if not answer.done():
                answer.set_exception(GoneError())


async def open_page(session: CDPSession, hear: Hear, script: str) -> Target:
    """Listen to a page by its devtools session."""
    page = Target("page", session.send, hear, script)  # type: ignore[arg-type]
    _follow(session, page)
    await page.open()
    return page


async def open_shared_workers(session: CDPSession, page: Target, hear: Hear, script: str) -> Target:
    """Listen to the workers that are shared by pages like `page`, by the browser's session."""
    own = (await page.send("Target.getTargetInfo", {}))["targetInfo"].get("browserContextId")
    browser = Target("browser", session.send, hear, script)  # type: ignore[arg-type]
    _follow(session, browser)

    async def attach(target: str) -> None:
        await session.send("Target.attachToTarget", {"targetId": target, "flatten": False})

    def created(params: Params) -> None:
        told = params["targetInfo"]
        if told["type"] == "shared_worker" and told.get("browserContextId") == own:
            browser.do(attach(told["targetId"]))

    session.on("Target.targetCreated", created)
    await session.send("Target.setDiscoverTargets", {"discover": True})
    return browser


def _follow(session: CDPSession, target: Target) -> None:
    below = ("attachedToTarget", "receivedMessageFromTarget", "detachedFromTarget")
    for method in (*(f"Target.{name}" for name in below), *HEARD):
        session.on(method, lambda params, method=method: target.event(method, params))
