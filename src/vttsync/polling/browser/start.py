"""Starting the browser, and ending it whatever happens."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vttsync.errors import Exit, VttsyncError
from vttsync.node.process import NETWORK, clean_environment
from vttsync.polling.browser.cable import ARGUMENT
from vttsync.polling.browser.chromium import needs_no_sandbox
from vttsync.temporary import temporary_folder

if TYPE_CHECKING:
    from playwright.async_api import Browser

_LONGEST = 34  # characters
_SCREEN = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR")


def need_playwright() -> None:
    """See that the extra is installed.

    Raises:
        VttsyncError: exit 5: it isn't.
    """
    try:
        import playwright.async_api  # noqa: F401, PLC0415  (an extra)
    except ImportError as error:
        raise VttsyncError(
            "Playwright, which drives the browser, isn't installed.",
            why="It comes with the extra `browser`.",
            fix="Install it beside vttsync: `pip install 'vttsync[browser]'`, or run "
            "`uvx 'vttsync[browser]' verify-polling …`. It uses the browser that you have.",
            exit_code=Exit.MISSING,
        ) from error


@asynccontextmanager
async def running_browser(binary: Path) -> AsyncIterator[Browser]:
    """Run a Chromium with a profile of its own, which is gone afterwards.

    Raises:
        VttsyncError: exit 5: it doesn't start.
    """
    from playwright.async_api import Error, async_playwright  # noqa: PLC0415  (an extra)

    with temporary_folder("vttsync-browser-", _within()) as folder:
        # Neither Playwright's driver nor the browser is given anything in confidence.
        given = clean_environment({"TMPDIR": str(folder)}, also=(*NETWORK, *_SCREEN))
        with _environment(given):
            driver = await async_playwright().start()
        try:
            try:
                browser = await driver.chromium.launch(
                    executable_path=binary, chromium_sandbox=not needs_no_sandbox(),
                    args=[ARGUMENT], handle_sigint=False, handle_sighup=False,
                    handle_sigterm=False,
                )  # fmt: skip
            except Error as error:
                raise _does_not_start(binary, error.message) from error
            try:
                yield browser
            finally:
                await browser.close()
        finally:
            await driver.stop()


def _within() -> Path | None:
    """Where the browser's sockets fit; None for the usual place.

    A socket's path has at most 103 characters on macOS, 107 on Linux, and Chromium doesn't start
    when that of its SingletonSocket, two folders deeper, has more.
    """
    short = Path("/tmp")  # noqa: S108  (the folder in it is made for this user alone)
    too_long = os.name == "posix" and len(tempfile.gettempdir()) > _LONGEST
    return short if too_long and short.is_dir() else None


def _does_not_start(binary: Path, message: str) -> VttsyncError:
    lines = [line.strip() for line in message.splitlines()]
    told = next((line for line in lines if "rror" in line and "launch" not in line), lines[0])
    return VttsyncError(
        f"{binary} doesn't start.",
        why=f"{told[:200]}.",
        fix="See whether it starts by hand (`--headless --dump-dom about:blank`), or name another "
        "one in VTTSYNC_CHROMIUM.",
        exit_code=Exit.MISSING,
    )


@contextmanager
def _environment(given: Mapping[str, str]) -> Iterator[None]:
    """Let what is started inside the block inherit `given`; Playwright takes no other way."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(given)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
