"""Opening a page, and what may come in its place: nothing, an error, a login."""

from __future__ import annotations

import re
from typing import NoReturn

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Response

from vttsync.errors import Exit, VttsyncError
from vttsync.polling.naming import bare, label

_LOADING = 30_000.0  # ms
_NET = re.compile(r"net::(ERR_\w+)")
_LOGIN = re.compile(r"(log|sign)[-_]?(in|on)\b|/auth\b|/sso\b|/session/new|/oauth", re.IGNORECASE)
_HOW = (
    "Give the state of a browser that is logged in with --storage-state FILE "
    "(`vttsync help verify-polling` says how to make one)."
)


async def arrive(page: Page, url: str) -> None:
    """Open `url`.

    Raises:
        VttsyncError: exit 6: it can't be reached, or fails; exit 4: it asks for a login;
            exit 2: it is no page.
    """
    try:
        response = await page.goto(url, wait_until="domcontentloaded", timeout=_LOADING)
    except PlaywrightError as error:
        _unreached(url, error.message)
    if response:
        _check(url, response)


def _unreached(url: str, message: str) -> NoReturn:
    if "Download is starting" in message:
        raise _no_page(url, "It is a download.")
    found = _NET.search(message)
    if found and found[1] == "ERR_ABORTED":
        raise _no_page(url, "It has nothing to show.")
    raise VttsyncError(
        f"{label(url)} can't be reached.",
        why=f"Chromium says {found[1]}." if found else "It didn't answer within 30 s.",
        fix="Start your app, or look at the address; Chromium takes proxies from the system.",
        exit_code=Exit.UNREACHABLE,
    )


def _check(url: str, response: Response) -> None:
    if response.status in (401, 403):
        raise login_needed(url, f"It answered {response.status}.")
    if response.status >= 400:
        raise VttsyncError(
            f"{label(url)} answered {response.status}.",
            fix="Give the address at which the app's table is, as you would open it.",
            exit_code=Exit.UNREACHABLE if response.status >= 500 else Exit.USAGE,
        )
    kind = response.headers.get("content-type", "")
    if "html" not in kind:
        raise _no_page(url, f"It is {kind.partition(';')[0] or 'of no kind that it tells'}.")


def _no_page(url: str, why: str) -> VttsyncError:
    return VttsyncError(
        f"{label(url)} is no page.",
        why=why,
        fix="Give the address at which the app's table is, as you would open it.",
        exit_code=Exit.USAGE,
    )


async def asks_for_login(page: Page, url: str) -> str:
    """Why the page seems to be a login; empty where it doesn't."""
    now = page.url
    if bare(now) != bare(url) and _LOGIN.search(bare(now)):
        return f"It led to {label(now)}."
    try:
        asks = await page.locator("input[type=password]").count()
    except PlaywrightError:
        return ""
    return f"{label(now)} asks for a password." if asks else ""


def login_needed(url: str, why: str) -> VttsyncError:
    """The error where somebody has to be logged in."""
    return VttsyncError(
        f"{label(url)} is for those who are logged in.",
        why=why,
        fix=_HOW,
        exit_code=Exit.CREDENTIALS,
    )
