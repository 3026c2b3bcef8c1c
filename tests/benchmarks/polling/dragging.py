"""A token dragged in a real browser, at 60 pointer events a second, and watched in another."""

from __future__ import annotations

import os
import tempfile
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
# In the page, as the mouse's own events wait for each frame, which a machine without a graphics
# card is long in drawing. The mouse is pointer 1.
_DRAG = """async ({ x, y, rate, seconds }) => {
  const stage = document.querySelector("[data-token=grub]");
  const send = (type, at) => stage.dispatchEvent(new PointerEvent(type, {
    bubbles: true, pointerId: 1, pointerType: "mouse", isPrimary: true, button: 0, buttons: 1,
    clientX: x + at, clientY: y,
  }));
  const started = performance.now();
  let count = 0;
  send("pointerdown", 0);
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - started) / 1000) * rate);
      for (; count < Math.min(due, rate * seconds); count += 1) {
        const along = count % 240;
        send("pointermove", Math.min(along, 240 - along));
      }
      if (count === rate * seconds) resolve(clearInterval(timer));
    }, 4);
  });
  send("pointerup", 0);
  return (performance.now() - started) / 1000;
}"""


def drag(workshop: Workshop) -> None:
    """Print what a drag costs on either side."""
    with _evening(workshop) as (browser, table), _sat(browser, table) as (gm, player, there, here):
        clocks = [_Clock(page) for page in (there, here)]
        before = _counted(gm, player, there, here)
        seconds = _drag(there)
        after = _counted(gm, player, there, here)
        spent = [clock.spent() for clock in clocks]
    print(
        f"\nA token dragged for {seconds:.1f} s at {_RATE} pointer events a second; each second:\n"
    )
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


def _drag(page: Page) -> float:
    """Drag for some seconds, and tell how many it took."""
    box = page.locator("[data-token=grub]").bounding_box()
    assert box
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    taken: float = page.evaluate(_DRAG, {**middle, "rate": _RATE, "seconds": _SECONDS})
    return taken


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
