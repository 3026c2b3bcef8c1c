"""Fit for everybody: small screens, keyboards, readers; and pictures for a person to look at."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.seat import NARROW, WIDE, Scheme, Seat, picture, status, store
from tests.browser.table import Table

pytestmark = pytest.mark.slow
PICTURES = Path(__file__).resolve().parents[2] / "build" / "screenshots"
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LOOKS = list(product((WIDE, NARROW), SCHEMES))
PEOPLE = {"gm": "mara", "player": "ann"}


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0][0]}-{look[1]}")
def seat(browser: Browser, table: Table, request: pytest.FixtureRequest) -> Iterator[Seat]:
    size, scheme = request.param
    with Seat(browser, table.url, table.session, size, scheme) as taken:
        yield taken


def violations(page: Page) -> list[Any]:
    """What axe-core finds against WCAG 2.2 AA and its own best practices."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found: list[Any] = page.evaluate("axe.run().then((it) => it.violations)")
    return [(it["id"], it["help"], [node["target"] for node in it["nodes"]]) for it in found]


@pytest.mark.parametrize("role", PEOPLE)
def test_the_table_is_fit_for_everybody(seat: Seat, role: str) -> None:
    page = seat.tab(role, PEOPLE[role])
    status(page, "live")
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    picture(page, PICTURES / f"{role}-{seat.size[0]}-{seat.scheme}.webp")
    assert violations(page) == []
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    assert seat.complaints == []


def test_a_token_is_moved_with_the_keyboard(gm: Seat, player: Seat) -> None:
    there, here = gm.tab("gm", "mara"), player.tab("player", "ann")
    status(there, "live")
    status(here, "live")
    before = store(here)["entities"]["token"]["grub"]["x"]
    cell = next(iter(store(here)["entities"]["scene"].values()))["grid"]["size"]
    there.locator("[data-token=grub]").focus()
    there.keyboard.press("ArrowRight")
    here.wait_for_function(
        "(x) => window.vttsync.getSnapshot().entities.token.grub.x === x", arg=before + cell
    )
