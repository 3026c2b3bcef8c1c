"""Several tabs of one browser: one socket for each role that somebody has at the table."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.seat import Seat, status, store
from tests.browser.table import Table
from tests.wire import Wire

pytestmark = pytest.mark.slow


def at(page: Page, x: float) -> None:
    page.wait_for_function("(x) => window.vttsync.getSnapshot().entities.token.grub.x === x", arg=x)


def test_tabs_of_one_user_share_a_socket_and_inherit_it(
    player: Seat, table: Table, wire: Wire
) -> None:
    first, second = player.tab("player", "ann"), player.tab("player", "ann")
    for tab in (first, second):
        status(tab, "live")
    (socket,) = [line for line in wire.lines() if line.user == "player:ann" and line.websocket]
    master = table.person("mara")
    master.move("grub", 51, 100)
    for tab in (first, second):
        at(tab, 51)
    first.close()
    wire.wait(lambda: not socket.open, "the leader's socket closing")
    wire.wait(lambda: len(wire.sockets("player:ann")) == 1, "the other tab's taking over")
    status(second, "live")
    master.move("grub", 52, 100)
    at(second, 52)
    third = player.tab("player", "ann")
    status(third, "live")
    at(third, 52)
    sockets = [line for line in wire.lines() if line.user == "player:ann" and line.websocket]
    assert len(sockets) == 2
    assert player.polls() == 0


def test_the_game_master_s_tab_shares_nothing_with_their_player_s(
    player: Seat, table: Table, wire: Wire
) -> None:
    master, hero = player.tab("gm", "ann"), player.tab("player", "ann")
    for tab in (master, hero):
        status(tab, "live")
    assert len(wire.sockets("gm:ann")) == len(wire.sockets("player:ann")) == 1
    assert "vesk" in store(master)["entities"]["token"]
    assert "vesk" not in str(store(hero))
    table.person("mara").move("grub", 53, 100)
    for tab in (master, hero):
        at(tab, 53)
    assert store(master)["audience"] == "gm"
    assert store(hero)["audience"] == "user:ann"
