"""The pictures in docs/images/: `make pictures` takes them anew."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import find_chromium
from tests.browser.room import deployed_room
from tests.browser.seat import NARROW, WIDE, Scheme, Seat, picture, status
from tests.browser.table import Keys, Table, running_table

_IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
_QUALITY = 75


@dataclass(frozen=True)
class Shot:
    """One picture: whose page, how big, in which colours."""

    name: str
    role: str
    user: str
    size: tuple[int, int]
    scheme: Scheme


_SHOTS = (
    Shot("table-gm", "gm", "mara", WIDE, "dark"),
    Shot("table-player", "player", "ann", WIDE, "light"),
    Shot("table-player-phone", "player", "ann", NARROW, "dark"),
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
        _play(table)
        for shot in _SHOTS:
            _take(browser, table, shot)


def _play(table: Table) -> None:
    """Let the fight begin."""
    gm = table.person("mara")
    gm.move("grub", 180, 150)


def _take(browser: Browser, table: Table, shot: Shot) -> None:
    with Seat(browser, table.url, table.session, shot.size, shot.scheme) as seat:
        page = seat.tab(shot.role, shot.user)
        status(page, "live")
        page.wait_for_function("() => document.fonts.status === 'loaded'")
        picture(page, _IMAGES / f"{shot.name}.webp", _QUALITY)


if __name__ == "__main__":
    main()
