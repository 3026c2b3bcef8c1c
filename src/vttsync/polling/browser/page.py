"""One page, opened and listened to, whose room can be put out of reach."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Dialog,
    Frame,
    Page,
)
from playwright.async_api import Error as PlaywrightError

from vttsync.errors import Exit, VttsyncError
from vttsync.polling.browser import cable
from vttsync.polling.browser.recorder import Recorder
from vttsync.polling.browser.targets import Target, open_page, open_shared_workers

_GLANCE = 0.05  # seconds
_ANSWER = 2.0  # seconds that a frame has to run a script


@dataclass
class Watched:
    """A page under watch.

    Attributes:
        dialogs: the kinds of those that it opened; each was dismissed.
    """

    page: Page
    context: BrowserContext
    recorder: Recorder
    _session: CDPSession
    _targets: tuple[Target, ...] = ()
    dialogs: list[str] = field(default_factory=list)
    _crashed: bool = False
    _script: str = ""

    async def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is so, for so long at most; tell whether it is.

        Raises:
            VttsyncError: exit 5: the page crashed, or the browser ended.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not until():
            if self._crashed or self.page.is_closed():
                raise VttsyncError(
                    "The page crashed." if self._crashed else "The page was closed.",
                    why="Chromium ran out of memory, or the page closed itself.",
                    fix="Open the page in a browser of yours, and see whether it stays.",
                    exit_code=Exit.MISSING,
                )
            if loop.time() >= end:
                return False
            await asyncio.sleep(_GLANCE)
        return True

    @property
    def has_workers(self) -> bool:
        """Whether the page has started any."""
        return bool(self._workers())

    async def cut(self) -> None:
        """Break the page's connections to its rooms, and let none through."""
        rooms = self.recorder.rooms
        hold = cable.hold(rooms)
        for_later = {"source": hold}
        added = await self._session.send("Page.addScriptToEvaluateOnNewDocument", for_later)
        self._script = added["identifier"]
        await self._block([f"http{room.removeprefix('ws')}*" for room in rooms])
        await self._everywhere(f"{hold} {cable.CUT}")
        await _all_of(it.call_on_sockets(cable.CUT_THESE) for it in self._workers())

    async def mend(self) -> None:
        """Let them be reached again."""
        forget = {"identifier": self._script}
        await self._session.send("Page.removeScriptToEvaluateOnNewDocument", forget)
        await self._block([])
        await self._everywhere(cable.MEND)

    def _all(self) -> list[Target]:
        return [it for target in self._targets for it in target.all() if it.kind != "browser"]

    def _workers(self) -> list[Target]:
        return [it for it in self._all() if it.is_worker]

    async def _block(self, patterns: list[str]) -> None:
        await _all_of(it.send("Network.setBlockedURLs", {"urls": patterns}) for it in self._all())

    async def _everywhere(self, script: str) -> None:
        """Run a script in every frame and worker."""
        await _all_of(_run(frame, script) for frame in self.page.frames)
        expression = {"expression": script}
        await _all_of(it.send("Runtime.evaluate", expression) for it in self._workers())

    async def open(self, browser: Browser) -> None:
        """Listen to it; nothing is loaded yet."""
        self.page.on("dialog", self._dismiss)
        self.page.on("crash", self._crash)
        hear = self.recorder.hear
        page = await open_page(self._session, hear, cable.WRAP)
        session = await browser.new_browser_cdp_session()
        self._targets = (page, await open_shared_workers(session, page, hear, cable.WRAP))

    async def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.type)
        with suppress(PlaywrightError):
            await dialog.dismiss()

    def _crash(self, _page: Page) -> None:
        self._crashed = True


@asynccontextmanager
async def watched_page(browser: Browser, storage_state: Path | None) -> AsyncIterator[Watched]:
    """A page in a context of its own, logged in as `storage_state` (Playwright's) says."""
    context = await browser.new_context(storage_state=storage_state)
    try:
        await context.add_init_script(cable.WRAP)
        page = await context.new_page()
        watched = Watched(page, context, Recorder(), await context.new_cdp_session(page))
        await watched.open(browser)
        yield watched
    finally:
        with suppress(PlaywrightError):
            await context.close()


async def _run(frame: Frame, script: str) -> None:
    await asyncio.wait_for(frame.evaluate(f"() => {{ {script} }}"), _ANSWER)


async def _all_of(works: Iterable[Awaitable[object]]) -> None:
    """Do it in all of them; one that is gone, or busy, is no failure."""
    for result in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(result, BaseException) and not isinstance(result, Exception):
            raise result
