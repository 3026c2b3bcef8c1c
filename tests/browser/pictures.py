"""The pictures in docs/images/: `make pictures` takes them anew."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import find_chromium
from tests.browser.room import deployed_room
from tests.browser.seat import NARROW, WIDE, Scheme, Seat, drag, picture, status
from tests.browser.table import Keys, Table, running_table

_IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
_QUALITY = 75
_LOOKS: tuple[tuple[tuple[int, int], Scheme], ...] = (
    (WIDE, "dark"),
    (WIDE, "light"),
    (NARROW, "dark"),
)


def main() -> None:
    """Take every picture of one evening, a few turns into the fight."""
    binary = find_chromium()
    with (
        deployed_room() as room,
        tempfile.TemporaryDirectory(prefix="vttsync-pictures-") as folder,
        running_table(
            Path(folder),
            "friday",
            Keys(f"http://127.0.0.1:{room.port}", room.publish_key, room.ticket_key),
        ) as table,
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=binary, chromium_sandbox=os.geteuid() != 0
        ) as browser,
    ):
        _take(browser, table)


def _take(browser: Browser, table: Table) -> None:
    """Play some turns, and take a picture while a player moves her knight."""
    with ExitStack() as stack:
        seats = [
            stack.enter_context(Seat(browser, table.url, table.session, size, scheme))
            for size, scheme in _LOOKS
        ]
        gm = seats[0].tab("gm", "mara", mode="polling")
        _measure(gm, "polling")
        gm.locator("button[data-mode=realtime]").click()
        _measure(gm, "live")
        ann, ben = seats[1].tab("player", "ann"), seats[2].tab("player", "ben")
        for page in (gm, ann, ben):
            status(page, "live")
        gm.locator("[data-action=next-turn]").click()
        ann.wait_for_selector("[data-turn=fighter-aldric]")
        with drag(ann, "aldric", 150, 100):
            for page in (gm, ben):
                page.wait_for_selector("[data-token=aldric][data-carried]")
            picture(gm, _IMAGES / "table-gm.webp", _QUALITY)
            picture(ben, _IMAGES / "table-phone.webp", _QUALITY)
        ann.mouse.move(WIDE[0] - 20, WIDE[1] - 20)
        picture(ann, _IMAGES / "table-player.webp", _QUALITY)


def _measure(page: Page, how: str) -> None:
    """Move a token about until the page's gauge knows what this way of following costs."""
    status(page, how)
    for right in (57, -57):
        moved = page.locator("[data-token=grub]").get_attribute("data-x")
        with drag(page, "grub", right, 0):
            pass
        page.wait_for_selector(f"[data-token=grub]:not([data-x='{moved}'])")
    row = page.locator("#gauge tbody tr[data-now]")
    expect(row).to_have_text(re.compile(r"(\d.*){3}"), timeout=60_000)


if __name__ == "__main__":
    main()
