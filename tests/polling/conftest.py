"""All pages are watched once, several at a time, in one browser."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import pytest
from playwright.async_api import Error as PlaywrightError

from tests.polling.pages import PAGES
from tests.polling.server import WRONG, App, running_app
from vttsync.errors import VttsyncError
from vttsync.polling.browser.chromium import find_chromium
from vttsync.polling.browser.start import running_browser
from vttsync.polling.browser.visit import Plan, Visit, visit
from vttsync.polling.judge import Outcome, judge

_AT_ONCE = 8


class Silent:
    def update(self, detail: str) -> None:
        """Keep it to oneself."""


@dataclass(frozen=True)
class Seen:
    """A page that was watched."""

    visit: Visit
    outcome: Outcome


@dataclass(frozen=True)
class Evening:
    """All of them, and those that could not be watched."""

    seen: dict[str, Seen]
    errors: dict[str, VttsyncError]
    broken: dict[str, PlaywrightError]

    def of(self, name: str) -> Seen:
        """What was seen of a page."""
        if error := self.errors.get(name) or self.broken.get(name):
            raise error
        return self.seen[name]


@pytest.fixture(scope="package")
def app() -> Iterator[App]:
    with running_app() as running:
        yield running


@pytest.fixture(scope="package")
def evening(app: App) -> Evening:
    return asyncio.run(_watch_all(app))


async def _watch_all(app: App) -> Evening:
    evening, turn = Evening({}, {}, {}), asyncio.Semaphore(_AT_ONCE)
    async with running_browser(find_chromium(os.environ)) as browser:

        async def watch(name: str) -> None:
            page = PAGES[name]
            plan = Plan(app.page(name), page.covered, watch=6, settle=1.2, connect=40, back=40)
            if found := await look(name, plan):
                evening.seen[name] = Seen(found, judge(found.seen, page.covered))

        async def fail(what: str) -> None:
            await look(what, Plan(f"{app.url}/wrong/{what}", connect=3))

        async def look(name: str, plan: Plan) -> Visit | None:
            async with turn:
                try:
                    return await visit(browser, plan, lambda _name: nullcontext(Silent()))
                except VttsyncError as error:
                    evening.errors[name] = error
                except PlaywrightError as error:  # one page's; the others are watched all the same
                    evening.broken[name] = error
            return None

        await asyncio.gather(*map(watch, PAGES), *map(fail, WRONG))
    return evening
