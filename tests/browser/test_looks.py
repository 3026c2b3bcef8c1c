"""Fit for everybody: small screens, keyboards, readers; and pictures for a person to look at."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.seat import NARROW, WIDE, Scheme, Seat, picture, status, store

pytestmark = pytest.mark.slow
PICTURES = Path(__file__).resolve().parents[2] / "build" / "screenshots"
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PEOPLE = {"gm": "mara", "player": "ann", "spectator": "finn", "display": "wall"}


def looks(page: Page) -> Iterator[str]:
    """Show the page anew in each size and scheme; answer what this one is called."""
    for size, scheme in product((WIDE, NARROW), SCHEMES):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)
        page.reload()
        yield f"{size[0]}-{scheme}"


def faults(page: Page) -> list[Any]:
    """What is wrong for somebody with a small screen, or who reads by other means than eyes."""
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return violations(page) + ([over] if page.evaluate(over) > 0 else [])


def violations(page: Page) -> list[Any]:
    """What axe-core finds: its rules for WCAG and its best practices."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found: list[Any] = page.evaluate("axe.run().then((it) => it.violations)")
    return [(it["id"], it["help"], [node["target"] for node in it["nodes"]]) for it in found]


@pytest.mark.parametrize("role", PEOPLE)
def test_the_table_is_fit_for_everybody(gm: Seat, role: str) -> None:
    page, found = gm.tab(role, PEOPLE[role]), {}
    for look in looks(page):
        status(page, "live")
        page.wait_for_function("() => document.fonts.status === 'loaded'")
        picture(page, PICTURES / f"{role}-{look}.webp")
        found[look] = faults(page)
    assert not any(found.values()), found
    assert gm.complaints == []


def test_so_is_the_page_where_one_takes_a_seat(gm: Seat) -> None:
    page, found = gm.context.new_page(), {}
    page.goto(gm.url)
    for look in looks(page):
        page.wait_for_selector("[data-seat=display]")
        picture(page, PICTURES / f"start-{look}.webp")
        found[look] = faults(page)
    assert not any(found.values()), found
    assert gm.complaints == []


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
