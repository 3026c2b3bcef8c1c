"""The way to the room is cut, dead, closed or deployed anew under an evening that goes on."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as LateError

from tests.browser.room import DeployedRoom
from tests.browser.seat import PATIENCE, Seat, loses_patience, shown, status, store
from tests.browser.table import Keys, Person, Table, running_table
from tests.wire import Fate, Line, Wire

pytestmark = pytest.mark.slow
ROW = 100
"""The y of everything that grub does here; it begins elsewhere."""


def no_websockets(line: Line) -> Fate:
    """What some companies' networks and VPNs do."""
    return Fate.REFUSE if line.websocket else Fate.PASS


def no_pages(line: Line) -> Fate:
    """The room is out of reach for the pages; the app's server gets through."""
    return Fate.PASS if line.path.endswith("/publish") else Fate.REFUSE


def only_websockets(line: Line) -> Fate:
    """The pages get through; the app's server does not, whatever it has to say."""
    return Fate.PASS if line.websocket else Fate.REFUSE


def nothing(_line: Line) -> Fate:
    return Fate.REFUSE


def dead_websockets(line: Line) -> Fate:
    return Fate.DEAD if line.websocket else Fate.PASS


def reaches(page: Page, x: float) -> None:
    """Wait until the page draws grub at `x`."""
    page.wait_for_function("(x) => window.shown.grub?.at(-1)?.[0] === x", arg=x)


def sit(seat: Seat, role: str, user: str) -> Page:
    """Open the table on a machine whose clock a test can turn on."""
    page = seat.context.new_page()
    page.clock.install()
    seat.open(page, role, user)
    return page


def comes_back(*pages: Page) -> None:
    """Let the time pass after which each page tries again, until it is live.

    An attempt that was under way when the way opened fails all the same, and makes it wait anew.
    """
    for page in pages:
        for patience in (5_000, 5_000, PATIENCE):
            page.clock.fast_forward(31_000)
            try:
                status(page, "live", patience)
                break
            except LateError:
                assert patience < PATIENCE, "it never came back"


def went_forward(page: Page) -> bool:
    """Whether each place on the march lay further on than the one before: none twice, none back."""
    places = [x for x, y in shown(page, "grub") if y == ROW]
    return places == sorted(set(places))


class March:
    """Somebody who moves grub to the right, one pixel at a time, as long as the block lasts."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._walk, name="march")
        self._stepped = threading.Condition()
        self.x = 0

    def _walk(self) -> None:
        while not self._done.wait(0.1):
            self._person.move("grub", self.x + 1, ROW)
            with self._stepped:
                self.x += 1
                self._stepped.notify_all()

    def steps(self, count: int) -> None:
        """Return when so many more steps are committed."""
        with self._stepped:
            goal = self.x + count
            assert self._stepped.wait_for(lambda: self.x >= goal, 20)

    def __enter__(self) -> March:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


@contextmanager
def marching(table: Table) -> Iterator[March]:
    with March(table.person("mara")) as march:
        march.steps(1)
        yield march


def same_as_the_server(page: Page, table: Table, user: str, role: str) -> bool:
    """Whether the page holds what the app's database has for that person, all of it."""
    held = {
        (kind, key): row
        for kind, rows in store(page)["entities"].items()
        for key, row in rows.items()
    }
    return held == table.person(user, role).state()


def test_a_cut_socket_is_bridged_by_polling_until_it_is_back(
    gm: Seat, player: Seat, table: Table, wire: Wire
) -> None:
    there, here = sit(gm, "gm", "mara"), sit(player, "player", "ann")
    status(here, "live")
    status(there, "live")
    with marching(table) as march:
        assert player.polls() == gm.polls() == 0
        wire.rule(no_websockets)
        status(here, "fallback")
        status(there, "fallback")
        march.steps(3)
        reached = march.x
        here.wait_for_function("(x) => window.shown.grub.at(-1)[0] >= x", arg=reached)
        assert player.polls() > 0
        wire.restore()
        comes_back(here, there)
        march.steps(3)
    for page in (here, there):
        reaches(page, march.x)
        assert went_forward(page)
    assert same_as_the_server(here, table, "ann", "player")
    assert same_as_the_server(there, table, "mara", "gm")
    polled = player.polls()
    # A timer that still ran would fire: the page's clock jumps over several intervals.
    here.clock.fast_forward(20_000)
    table.person("mara").move("grub", march.x + 1, ROW)
    reaches(here, march.x + 1)
    assert player.polls() == polled


def test_a_dead_socket_is_found_though_nothing_says_so(
    player: Seat, table: Table, wire: Wire
) -> None:
    here = sit(player, "player", "ann")
    status(here, "live")
    wire.rule(dead_websockets)
    master = table.person("mara")
    master.move("grub", 21, ROW)
    # The next ping is due after 30 s at most, its answer within 10 s, the first poll 5 s later.
    # Every timer runs in its turn: after a jump, the page would think that it had slept.
    here.clock.run_for(46_000)
    status(here, "fallback")
    reaches(here, 21)
    wire.restore()
    comes_back(here)
    master.move("grub", 22, ROW)
    reaches(here, 22)
    assert went_forward(here)


def test_a_deploy_in_the_middle_loses_nothing(
    gm: Seat, player: Seat, table: Table, room: DeployedRoom, wire: Wire
) -> None:
    there, here = sit(gm, "gm", "mara"), sit(player, "player", "ann")
    status(here, "live")
    status(there, "live")
    with marching(table) as march:
        march.steps(3)
        version = room.deploy()
        for page in (here, there):
            page.wait_for_function(
                "(id) => window.vttsync.getSnapshot().version === id", arg=version
            )
            status(page, "live")
        march.steps(3)
    for page in (here, there):
        reaches(page, march.x)
        assert went_forward(page)
    assert same_as_the_server(here, table, "ann", "player")
    assert same_as_the_server(there, table, "mara", "gm")
    assert len(wire.sockets("player:ann")) == len(wire.sockets("gm:mara")) == 1


def test_where_websockets_are_blocked_the_table_is_polled(
    player: Seat, table: Table, wire: Wire
) -> None:
    wire.rule(no_websockets)
    here = sit(player, "player", "ann")
    loses_patience(here)
    table.person("mara").move("grub", 31, ROW)
    reaches(here, 31)
    assert same_as_the_server(here, table, "ann", "player")


def test_a_room_out_of_reach_at_the_start_is_joined_when_it_is_there(
    player: Seat, table: Table, wire: Wire
) -> None:
    wire.rule(no_pages)
    here = sit(player, "player", "ann")
    loses_patience(here)
    table.person("mara").move("grub", 41, ROW)
    reaches(here, 41)
    wire.restore()
    comes_back(here)
    table.person("mara").move("grub", 42, ROW)
    reaches(here, 42)
    assert went_forward(here)


def test_what_the_room_has_not_heard_yet_is_not_taken_back(
    player: Seat, table: Table, wire: Wire
) -> None:
    here = sit(player, "player", "ann")
    status(here, "live")
    master = table.person("mara")
    master.move("grub", 51, ROW)
    reaches(here, 51)
    wire.rule(nothing)
    master.move("grub", 52, ROW)
    loses_patience(here)
    reaches(here, 52)
    # The page is back before the outbox is: the room still has the token at 51.
    wire.rule(only_websockets)
    here.clock.fast_forward(31_000)
    wire.wait(lambda: len(wire.sockets("player:ann")) == 1, "the page's coming back")
    master.move("grub", 53, ROW)
    reaches(here, 53)
    status(here, "fallback")
    wire.restore()
    status(here, "live", 60_000)
    assert same_as_the_server(here, table, "ann", "player")
    master.move("grub", 54, ROW)
    reaches(here, 54)
    assert went_forward(here)


def test_a_server_that_starts_before_its_room_is_there_throws_nobody_out(
    browser: Browser, room: DeployedRoom, wire: Wire, tmp_path: Path
) -> None:
    wire.rule(only_websockets)
    keys = Keys(wire.url, room.publish_key, room.ticket_key)
    with (
        running_table(tmp_path, f"early-{uuid.uuid4().hex[:8]}", keys) as table,
        Seat(browser, table.url, table.session) as seat,
    ):
        here = sit(seat, "player", "ann")
        loses_patience(here)
        wire.restore()
        table.person("mara").wait_until_told()
        comes_back(here)
        table.person("mara").move("grub", 61, ROW)
        reaches(here, 61)
