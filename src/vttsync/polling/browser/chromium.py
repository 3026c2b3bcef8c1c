"""Which Chromium is on this machine; none is ever downloaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.node.process import clean_environment

VARIABLE = "VTTSYNC_CHROMIUM"
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_WINDOWS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
_PATIENCE = 60.0  # seconds; a cold disk reads 200 MB first


def find_chromium(environ: Mapping[str, str]) -> Path:
    """The first that runs: the one that VTTSYNC_CHROMIUM names, or one where browsers are.

    Raises:
        VttsyncError: exit 5: there is none, or the one that is named doesn't run.
    """
    if named := environ.get("VTTSYNC_CHROMIUM"):
        if runs(Path(named)):
            return Path(named)
        raise VttsyncError(
            f"{VARIABLE} names {named}, which doesn't run.",
            fix="Let it name Chromium, Chrome or Edge, or unset it.",
            exit_code=Exit.MISSING,
        )
    for candidate in candidates(environ):
        if runs(candidate):
            return candidate
    raise VttsyncError(
        "There is no Chromium on this machine.",
        why=f"None of {', '.join(NAMES)} is on PATH and runs.",
        fix="Install one (Debian, Ubuntu: `sudo apt-get install chromium`; elsewhere Chrome or "
        f"Edge will do), or name it in {VARIABLE}. vttsync downloads none.",
        exit_code=Exit.MISSING,
    )


def runs(binary: Path) -> bool:
    """Whether it is one: Ubuntu's `chromium-browser` may only say to get a snap."""
    if sys.platform == "win32":  # there, --version would open a window
        return binary.is_file()
    try:
        done = subprocess.run(
            [binary, "--version"],
            env=clean_environment({}),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where one may be."""
    for name in NAMES:
        if found := shutil.which(name, path=environ.get("PATH")):
            yield Path(found)
    if sys.platform == "darwin":
        yield from map(Path, _MAC)
    if sys.platform == "win32":
        folders = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        yield from (Path(environ[it], tail) for tail in _WINDOWS for it in folders if it in environ)


def needs_no_sandbox() -> bool:
    """Whether Chromium would refuse to start otherwise: for root, it has no sandbox."""
    return sys.platform != "win32" and os.geteuid() == 0
