"""A deployed room and a browser, for all tests; a cable and the table's server, for each."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import find_chromium
from tests.browser.room import DeployedRoom, deployed_room
from tests.browser.seat import Seat
from tests.browser.table import Keys, Table, running_table
from tests.wire import Wire


# These last as long as the tests of this folder: while Playwright runs, no other test could
# start an event loop in this thread.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    binary = find_chromium()
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=binary, chromium_sandbox=os.geteuid() != 0
        ) as running,
    ):
        yield running


@pytest.fixture(scope="package")
def room() -> Iterator[DeployedRoom]:
    with deployed_room() as deployed:
        yield deployed


@pytest.fixture
def wire(room: DeployedRoom) -> Iterator[Wire]:
    """The cable between everybody and the room."""
    with Wire(lambda: room.port) as running:
        yield running


@pytest.fixture
def table(room: DeployedRoom, wire: Wire, tmp_path: Path) -> Iterator[Table]:
    """The table's server, with a session that the room has never heard of."""
    keys = Keys(wire.url, room.publish_key, room.ticket_key)
    with running_table(tmp_path, f"evening-{uuid.uuid4().hex[:8]}", keys) as running:
        running.person("nobody").wait_until_told()
        yield running


@pytest.fixture
def gm(browser: Browser, table: Table) -> Iterator[Seat]:
    """The game master's browser."""
    with Seat(browser, table.url, table.session) as seat:
        yield seat


@pytest.fixture
def player(browser: Browser, table: Table) -> Iterator[Seat]:
    """A player's browser."""
    with Seat(browser, table.url, table.session) as seat:
        yield seat
