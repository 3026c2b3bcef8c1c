"""Which Chromium the browser tests drive; `python -m tests.browser.chromium` tells or gets one.

Nothing is downloaded from anywhere but the distribution's own package archive.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "VTTSYNC_CHROMIUM"
_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
_APT = ("chromium", "fonts-liberation", "fonts-noto-color-emoji")
_PATIENCE = 60.0  # seconds; a cold disk reads 200 MB first


class NoChromiumError(Exception):
    """There is none that runs; the text says what to type."""


def find_chromium() -> Path:
    """The first that runs: named in VTTSYNC_CHROMIUM, on the path, Playwright's own.

    Raises:
        NoChromiumError: none does, or the one that the variable names doesn't.
    """
    if named := os.environ.get(VARIABLE):
        if runs(Path(named)):
            return Path(named)
        raise NoChromiumError(f"{VARIABLE} names {named}, which does not run.")
    for candidate in _candidates():
        if runs(candidate):
            return candidate
    raise NoChromiumError(f"The browser tests need Chromium, and found none. {_advice()}")


def runs(binary: Path) -> bool:
    """Whether it tells its version: Ubuntu's `chromium-browser` may only say to get a snap."""
    try:
        done = subprocess.run(
            [binary, "--version"], capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _candidates() -> Iterator[Path]:
    for name in _NAMES:
        if found := shutil.which(name):
            yield Path(found)
    if sys.platform == "darwin":
        yield Path(_MAC)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (starts a Node of its own)

    with sync_playwright() as playwright:
        yield Path(playwright.chromium.executable_path)


def _advice() -> str:
    if _is_debian():
        return "Say: sudo apt-get install chromium"
    return f"Install Chromium or Chrome, or name one in {VARIABLE}, or say: {_own()}"


def _own() -> str:
    return f"{sys.executable} -m playwright install chromium"


def _is_debian() -> bool:
    try:
        known = platform.freedesktop_os_release()
    except OSError:
        return False
    return bool({"debian", "ubuntu"} & {known.get("ID"), *known.get("ID_LIKE", "").split()})


def install() -> None:
    """Install the distribution's Chromium where that is possible: Debian and its kin, as root.

    Raises:
        NoChromiumError: apt failed; the text is its own.
    """
    if not _is_debian() or os.geteuid() != 0:
        return
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("Installing Chromium for the browser tests: apt-get install", *_APT, flush=True)  # noqa: T201
    for words in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *_APT],
    ):
        done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoChromiumError(f"{' '.join(words)} failed:\n{done.stdout}{done.stderr}")


def main() -> None:
    """Tell which one; get one first where there is none and it can be had."""
    try:
        try:
            found = find_chromium()
        except NoChromiumError:
            if os.environ.get(VARIABLE):
                raise
            install()
            found = find_chromium()
    except NoChromiumError as error:
        sys.exit(str(error))
    print(found)  # noqa: T201


if __name__ == "__main__":
    main()
