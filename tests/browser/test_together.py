"""Two people at one table, live: what one does, the other sees, and nothing is polled."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.seat import Seat, drag, shown, status, store
from tests.browser.table import Table

pytestmark = pytest.mark.slow
HIDDEN = "vesk"
# Nothing else on the table has these digits.
LAIR = (411.613, 287.951)
TURNS = "**/combats/ambush/turn"


def sit(gm: Seat, player: Seat) -> tuple[Page, Page]:
    pages = gm.tab("gm", "mara"), player.tab("player", "ann")
    for page in pages:
        status(page, "live")
    return pages


def place(page: Page, token: str) -> tuple[float, float]:
    row = store(page)["entities"]["token"][token]
    return row["x"], row["y"]


def test_a_dragged_token_moves_on_the_other_page(gm: Seat, player: Seat, table: Table) -> None:
    there, here = sit(gm, player)
    before = place(here, "grub")
    with drag(there, "grub", 100, 60):
        # Not dropped yet: the app's server knows nothing, and the player sees it coming.
        here.wait_for_selector("[data-token=grub][data-carried]", state="attached")
        here.wait_for_function("() => window.drawn.grub.length > 1")
        assert place(here, "grub") == before
        assert table.person("ann", "player").state()["token", "grub"]["x"] == before[0]
    here.wait_for_function(
        "(x) => window.vttsync.getSnapshot().entities.token.grub.x !== x", arg=before[0]
    )
    there.wait_for_function(
        "(x) => window.vttsync.getSnapshot().entities.token.grub.x !== x", arg=before[0]
    )
    row = table.person("mara").state()["token", "grub"]
    assert place(here, "grub") == place(there, "grub") == (row["x"], row["y"])
    assert shown(here, "grub")[-1] == (row["x"], row["y"])
    assert gm.polls() == player.polls() == 0
    assert gm.complaints == player.complaints == []


def test_what_is_hidden_never_reaches_the_player(gm: Seat, player: Seat, table: Table) -> None:
    master = table.person("mara")
    master.move(HIDDEN, *LAIR)
    there, here = sit(gm, player)
    secrets = [HIDDEN, master.state()["token", HIDDEN]["name"], *map(str, LAIR)]
    expect(there.locator(f"[data-token={HIDDEN}]")).to_be_visible()
    with drag(there, HIDDEN, 30, 30):
        pass
    there.wait_for_function(
        "(x) => window.vttsync.getSnapshot().entities.token.vesk.x !== x", arg=LAIR[0]
    )
    master.move(HIDDEN, *LAIR)
    # What comes after it, on the same wire, has arrived: so would it have.
    master.move("grub", 10, 10)
    here.wait_for_function("() => window.vttsync.getSnapshot().entities.token.grub.x === 10")
    assert player.overheard(*secrets) == []
    assert HIDDEN not in here.content()
    assert HIDDEN not in str(store(here))
    master.hide(HIDDEN, False)
    expect(here.locator(f"[data-token={HIDDEN}]")).to_be_visible()
    assert place(here, HIDDEN) == LAIR
    master.hide(HIDDEN, True)
    expect(here.locator(f"[data-token={HIDDEN}]")).to_have_count(0)
    assert HIDDEN not in str(store(here))


def test_the_next_turn_shows_on_both_and_passes_once(gm: Seat, player: Seat, table: Table) -> None:
    there, here = sit(gm, player)
    other = gm.tab("gm", "mara")
    status(other, "live")
    master = table.person("mara")

    def turn() -> tuple[int, int]:
        row = master.state()["combat", "ambush"]
        return row["round"], row["turn"]

    assert turn() == (1, 0)
    # Two clicks on one turn, neither of which knows of the other: they reach the server together.
    under_way: list[Route] = []

    def together(route: Route) -> None:
        under_way.append(route)
        for each in under_way if len(under_way) == 2 else ():
            each.continue_()

    with there.expect_response(TURNS), other.expect_response(TURNS):
        for page in (there, other):
            page.route(TURNS, together)
            page.evaluate("document.querySelector('[data-action=next-turn]').click()")
    assert turn() == (1, 1)
    up = master.state()["combat", "ambush"]["combatantId"]
    for page in (there, other, here):
        page.wait_for_function(
            "(up) => window.vttsync.getSnapshot().entities.combat.ambush.combatantId === up", arg=up
        )


def test_the_switch_shows_what_each_way_costs(gm: Seat, table: Table) -> None:
    page = gm.tab("gm", "mara")
    status(page, "live")
    counted = page.locator("[data-counter=requests]")
    page.locator("button[data-mode=polling]").click()
    status(page, "polling")
    table.person("ben", "player").move("maren", 10, 20)
    expect(page.locator("[data-token=maren]")).to_have_attribute("data-x", "10")
    assert gm.polls() > 0
    expect(counted).not_to_have_text("0")
    page.locator("button[data-mode=realtime]").click()
    status(page, "live")
    polled = gm.polls()
    with drag(page, "grub", 100, 60):
        pass
    expect(page.locator("[data-counter=latency]")).to_have_text(re.compile(r"\d"))
    expect(counted).to_have_text("4")  # a ticket and a websocket, for the second time
    assert gm.polls() == polled
