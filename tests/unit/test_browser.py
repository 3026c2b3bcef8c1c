from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import threading
from vttsync.cli.browser import open_page
open_page("http://127.0.0.1:1/?session=friday&role=gm")
[thread.join() for thread in threading.enumerate() if thread is not threading.current_thread()]
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux has browsers for text")


def _browser(name: str) -> Path:
    """A browser that writes down what it is to open."""
    script = Path(name).resolve()
    script.parent.mkdir(exist_ok=True)
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {script.parent}/opened\n')
    script.chmod(0o755)
    return script


def _open(**extra: str) -> None:
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    env = {name: value for name, value in os.environ.items() if name not in screens}
    subprocess.run([sys.executable, "-c", CODE], env={**env, **extra}, check=True)


def test_the_users_browser_gets_the_page() -> None:
    browser = _browser("bin/mine")
    _open(BROWSER=f"{browser} %s")
    assert Path("bin/opened").read_text() == "http://127.0.0.1:1/?session=friday&role=gm"


def test_without_a_screen_no_browser_takes_the_terminal() -> None:
    browser = _browser("bin/w3m")
    _open(PATH=str(browser.parent), TERM="xterm")
    assert not Path("bin/opened").exists()
    _open(PATH=str(browser.parent), TERM="xterm", DISPLAY=":0")
    assert Path("bin/opened").exists()
