"""The three phases: live, the room out of reach, live again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser

from vttsync.errors import Exit, VttsyncError
from vttsync.polling.browser.arriving import arrive, asks_for_login, login_needed
from vttsync.polling.browser.page import Watched, watched_page
from vttsync.polling.browser.places import resolved
from vttsync.polling.judge import fallback_every, polling
from vttsync.polling.naming import label
from vttsync.polling.seen import Asked, Phase, Seen, Window
from vttsync.progress import Stages, Step

_TURNS = 3.3  # so many of the fallback's intervals tell whether it has stopped
_LONGEST = 120.0  # seconds
_RACES = 3


@dataclass(frozen=True)
class Plan:
    """How to watch a page; times are in seconds.

    Attributes:
        covered: the patterns that say what realtime brings.
        watch: how long each phase lasts.
        settle: what a page is given for what it does at the start of a phase.
        connect: how long the page may take to reach the room.
        back: how long it may take once the room is in reach again.
        storage_state: cookies and the like, as Playwright keeps them.
    """

    url: str
    covered: tuple[str, ...] = ()
    watch: float = 20.0
    settle: float = 3.0
    connect: float = 30.0
    back: float = 75.0
    storage_state: Path | None = None


@dataclass(frozen=True)
class Visit:
    """What came of it.

    Attributes:
        rooms: their addresses, without tickets.
        dialogs: the kinds of those that the page opened.
    """

    rooms: tuple[str, ...]
    seen: Seen
    dialogs: tuple[str, ...] = ()


async def visit(browser: Browser, plan: Plan, stages: Stages) -> Visit:
    """Open the page and watch it through the three phases.

    Raises:
        VttsyncError: exit 2, 4 or 6: the page isn't there, or is for those who are logged in;
            exit 8: it never reached its room; exit 5: it crashed.
    """
    async with watched_page(browser, plan.storage_state) as watched:
        with stages("open the page") as step:
            await arrive(watched.page, plan.url)
            await _connect(watched, plan)
            step.update(f"live at {', '.join(map(label, watched.recorder.rooms))}")
        windows = [await _watch(watched, plan, Phase.LIVE, plan.watch, stages)]
        windows.append(await _cut(watched, plan, stages))
        every = fallback_every(
            windows[1].of(watched.recorder.asked()), watched.recorder.attempts, plan.covered
        )
        if await _come_back(watched, plan, stages):
            seconds = min(max(plan.watch, _TURNS * every), _LONGEST)
            windows.append(await _watch(watched, plan, Phase.BACK, seconds, stages))
        return await _told(watched, windows)


async def _told(watched: Watched, windows: Sequence[Window]) -> Visit:
    recorder = watched.recorder
    asked = await resolved(recorder.asked(), recorder.maps, watched.context.request)
    seen = Seen(tuple(windows), asked, recorder.told(), tuple(recorder.attempts))
    return Visit(recorder.rooms, seen, tuple(watched.dialogs))


async def _connect(watched: Watched, plan: Plan) -> None:
    recorder = watched.recorder

    def greeted() -> bool:
        return bool(recorder.hellos)

    # A worker may have opened its socket before it could be listened to: Playwright lets it go on,
    # too. Loaded anew, it is another race.
    for _ in range(_RACES):
        if await watched.wait(greeted, plan.connect / (_RACES + 1)):
            return
        if watched.has_workers:
            await watched.page.reload(wait_until="domcontentloaded")
    if await watched.wait(greeted, plan.connect):
        return
    if why := await asks_for_login(watched.page, plan.url):
        raise login_needed(plan.url, why)
    raise VttsyncError(
        f"Realtime never came up at {label(plan.url)}.",
        why=_why_never(recorder.sockets, plan.connect) + _meanwhile(recorder.asked()),
        fix="Give the address that leads straight to a table, and see that its room is deployed "
        "(`vttsync status`) or runs (`vttsync dev`).",
        exit_code=Exit.VERIFY_FAILED,
    )


def _why_never(sockets: dict[str, int], seconds: float) -> str:
    if not sockets:
        return f"The page opened no websocket within {seconds:.0f} s."
    told = ", ".join(f"{label(url)} ({count} messages)" for url, count in sockets.items())
    return f"None of its websockets was greeted by a room within {seconds:.0f} s: {told}."


def _meanwhile(asked: Iterable[Asked]) -> str:
    polls = [f"{what.label} every {every:.1f} s" for what, every in polling(asked)]
    return f" Meanwhile it polls {', '.join(polls[:3])}." if polls else ""


async def _watch(
    watched: Watched, plan: Plan, phase: Phase, seconds: float, stages: Stages
) -> Window:
    with stages(phase.value) as step:
        step.update(f"settling for {plan.settle:.0f} s")
        await watched.wait(lambda: False, plan.settle)
        start = time.time()
        await _look(watched, step, seconds)
        window = Window(phase, start, time.time())
        step.update(f"{len(window.of(watched.recorder.asked()))} requests in {seconds:.0f} s")
    return window


async def _look(watched: Watched, step: Step, seconds: float) -> None:
    """Wait, and tell of it every second."""
    start = time.monotonic()
    while (left := start + seconds - time.monotonic()) > 0:
        count = len(watched.recorder.asked())
        step.update(f"{left:.0f} s to go, {count} requests so far")
        await watched.wait(lambda: False, min(left, 1.0))


async def _cut(watched: Watched, plan: Plan, stages: Stages) -> Window:
    """Twice as long where no fallback has shown itself."""
    recorder = watched.recorder
    with stages("room out of reach") as step:
        before = len(recorder.closed)
        await watched.cut()
        if not await watched.wait(lambda: len(recorder.closed) > before, plan.settle + 2):
            raise _not_cut(recorder.rooms)
        start = recorder.closed[before]
        await _look(watched, step, plan.watch)

        def started() -> bool:
            window = Window(Phase.CUT, start, time.time())
            asked = window.of(recorder.asked())
            return fallback_every(asked, recorder.attempts, plan.covered) > 0

        if not started():
            step.update("no fallback yet")
            await watched.wait(started, plan.watch)
        window = Window(Phase.CUT, start, time.time())
        step.update(
            f"{len(window.of(recorder.asked()))} requests in {window.seconds:.0f} s, "
            f"{len(recorder.attempts)} attempts to reach the room"
        )
    return window


def _not_cut(rooms: Iterable[str]) -> VttsyncError:
    return VttsyncError(
        "The page's websocket to its room couldn't be cut.",
        why=f"The one to {', '.join(map(label, rooms))} is where no script can be run.",
        fix="Open it in the page or in a worker of its own; please report this with how it is "
        "opened.",
        exit_code=Exit.VERIFY_FAILED,
    )


async def _come_back(watched: Watched, plan: Plan, stages: Stages) -> bool:
    with stages("room in reach") as step:
        since = time.time()
        await watched.mend()
        back = await watched.wait(lambda: watched.recorder.greeted(since), plan.back)
        step.update("live" if back else f"still not live after {plan.back:.0f} s")
    return back
