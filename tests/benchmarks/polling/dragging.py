"""A token dragged in a real browser, at 60 mouse events a second, and watched in another."""

from __future__ import annotations

import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.benchmarks.fanout import serving
from tests.benchmarks.fanout.building import Workshop
from tests.browser.chromium import find_chromium
from tests.browser.seat import Seat, status
from tests.browser.table import Keys, Table, running_table

_RATE = 60
_SECONDS = 5
_REACH = 120  # px to the right and back


def drag(workshop: Workshop) -> None:
    """Print what a drag costs on either side."""
    with _evening(workshop) as (browser, table), _sat(browser, table) as (gm, player, there, here):
        clocks = [_Clock(page) for page in (there, here)]
        before = _counted(gm, player, there, here)
        started = time.monotonic()
        _drag(there)
        seconds = time.monotonic() - started
        after = _counted(gm, player, there, here)
        spent = [clock.spent() for clock in clocks]
    print(f"\nA token dragged for {seconds:.1f} s at {_RATE} mouse events a second; each second:\n")
    print("| page | presence frames | places drawn | main thread, ms | of it JavaScript, ms |")
    print("| --- | --- | --- | --- | --- |")
    for n, name in enumerate(("who drags", "who watches")):
        counts = [now - then for now, then in zip(after[n], before[n], strict=True)]
        cells = (*counts, *(1000 * it for it in spent[n]))
        print(f"| {name} | {' | '.join(f'{it / seconds:.1f}' for it in cells)} |")


def _counted(gm: Seat, player: Seat, there: Page, here: Page) -> list[tuple[int, int]]:
    """Presence frames that one sent and the other got, and places that each page drew."""
    sent = sum('"presence"' in frame for frame in gm.sent)
    heard = sum('"presence"' in it.text for it in player.heard)
    return [(sent, _drawn(there)), (heard, _drawn(here))]


def _drawn(page: Page) -> int:
    drawn: int = page.evaluate("window.drawn.grub.length")
    return drawn


class _Clock:
    """A page's main thread, by Chromium's own account."""

    def __init__(self, page: Page) -> None:
        self._devtools: CDPSession = page.context.new_cdp_session(page)
        self._devtools.send("Performance.enable")
        self._before = self._read()

    def spent(self) -> tuple[float, float]:
        """Seconds of work since then, and of JavaScript in it."""
        now = self._read()
        return now[0] - self._before[0], now[1] - self._before[1]

    def _read(self) -> tuple[float, float]:
        listed = self._devtools.send("Performance.getMetrics")["metrics"]
        values = {it["name"]: it["value"] for it in listed}
        return values["TaskDuration"], values["ScriptDuration"]


def _drag(page: Page) -> None:
    box = page.locator("[data-token=grub]").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    started = time.monotonic()
    for number in range(_RATE * _SECONDS):
        time.sleep(max(0.0, started + number / _RATE - time.monotonic()))
        along = number % (2 * _REACH)
        page.mouse.move(x + min(along, 2 * _REACH - along), y)
    page.mouse.up()


@contextmanager
def _evening(workshop: Workshop) -> Iterator[tuple[Browser, Table]]:
    binary = find_chromium()
    with (
        serving.room(workshop) as room,
        tempfile.TemporaryDirectory(prefix="vttsync-bench-") as folder,
        running_table(
            Path(folder),
            f"bench-{uuid.uuid4().hex[:8]}",
            Keys(f"http://127.0.0.1:{room.port}", serving.PUBLISH_KEY, serving.TICKET_KEY),
        ) as table,
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=binary, chromium_sandbox=os.geteuid() != 0
        ) as browser,
    ):
        yield browser, table


@contextmanager
def _sat(browser: Browser, table: Table) -> Iterator[tuple[Seat, Seat, Page, Page]]:
    with (
        Seat(browser, table.url, table.session) as gm,
        Seat(browser, table.url, table.session) as player,
    ):
        there, here = gm.tab("gm", "mara"), player.tab("player", "ann")
        status(there, "live")
        status(here, "live")
        yield gm, player, there, here
