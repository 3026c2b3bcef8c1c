"""Tickets that the room refuses: the page says so in a sentence, and polls."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.room import DeployedRoom
from tests.browser.seat import Seat, loses_patience, status
from tests.browser.table import Table

pytestmark = pytest.mark.slow
Claims = dict[str, object]


def sign(key: str, session: str, **other: object) -> str:
    now = datetime.now(UTC)
    claims: Claims = {"aud": "vttsync", "sid": session, "role": "gm", "sub": "eve", "iat": now}
    claims |= {"exp": now + timedelta(seconds=60), **other}
    return jwt.encode(claims, key, "HS256")


def handing_out(page: Page, ticket: Callable[[], str]) -> None:
    """Let the app's server hand out other tickets than its own."""

    def answer(route: Route) -> None:
        route.fulfill(content_type="application/json", body=json.dumps({"ticket": ticket()}))

    page.route("**/ticket", answer)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("forged", "the ticket is not valid or has expired"),
        ("expired", "the ticket is not valid or has expired"),
        ("other session", "the room says that this seat is at another table"),
    ],
)
def test_a_refused_ticket_is_told_in_a_sentence(
    player: Seat, table: Table, room: DeployedRoom, wrong: str, sentence: str
) -> None:
    key, session = room.ticket_key, table.session
    past = datetime.now(UTC) - timedelta(hours=1)
    tickets = {
        "forged": lambda: sign("another-key-of-at-least-32-characters", session),
        "expired": lambda: sign(key, session, iat=past, exp=past + timedelta(seconds=60)),
        "other session": lambda: sign(key, "another"),
    }
    page = player.context.new_page()
    page.clock.install()
    handing_out(page, tickets[wrong])
    player.open(page, "gm", "eve")
    loses_patience(page)
    expect(page.locator("[data-status]")).to_have_text(f"Polling every 2 s: {sentence}")


def test_a_server_without_a_ticket_route_is_polled(player: Seat) -> None:
    page = player.context.new_page()
    page.clock.install()
    page.route("**/ticket", lambda route: route.fulfill(status=404, body="Not Found"))
    player.open(page, "player", "ann")
    loses_patience(page)


def test_a_clock_that_is_ten_minutes_off_changes_nothing(player: Seat) -> None:
    page = player.context.new_page()
    page.clock.install(time=datetime.now(UTC) - timedelta(minutes=10))
    player.open(page, "player", "ann")
    status(page, "live")
