"""`vttsync verify-polling` as it is typed: wrong input, reports, and Ctrl-C in each phase."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.polling.server import SECRET, App
from tests.processes import Watch
from tests.runner import Cli
from vttsync.errors import Exit

slow = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:1/table"


@pytest.mark.parametrize(
    "url",
    ["localhost:5173", "ftp://x/y", "http://", "http://ann:pw@x/", "http://x/a b", "http://[x"],
)
def test_what_is_no_address_is_not_opened(cli: Cli, url: str) -> None:
    ran = cli("verify-polling", url, "--json")
    assert ran.code == Exit.USAGE
    assert "address of a page" in ran.envelope["error"]["what"]
    assert "ann:pw" not in ran.out + ran.err


@pytest.mark.parametrize("content", ["", "[]", '{"cookies": 1}', "\x00"])
def test_a_storage_state_that_is_none_is_told(cli: Cli, content: str) -> None:
    Path("state.json").write_text(content, "utf-8")
    ran = cli("verify-polling", NOWHERE, "--storage-state", "state.json")
    assert ran.code == Exit.USAGE
    assert "state.json is no storage state" in ran.err


def test_a_storage_state_that_is_not_there_is_told(cli: Cli) -> None:
    ran = cli("verify-polling", NOWHERE, "--storage-state", "state.json")
    assert ran.code == Exit.USAGE
    assert "No such file" in ran.err


def test_without_a_browser_it_says_how_to_get_one(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = cli("verify-polling", NOWHERE, "--json")
    assert ran.code == Exit.MISSING
    assert "no Chromium" in ran.envelope["error"]["what"]
    assert "apt-get install chromium" in ran.envelope["error"]["fix"]


@pytest.mark.parametrize("broken", ["nothing", "fails"])
def test_a_named_browser_that_does_not_run_is_told(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, broken: str
) -> None:
    binary = tmp_path / broken
    if broken == "fails":
        binary.write_text("#!/bin/sh\nexit 1\n")
        binary.chmod(0o755)
    monkeypatch.setenv("VTTSYNC_CHROMIUM", str(binary))
    ran = cli("verify-polling", NOWHERE)
    assert ran.code == Exit.MISSING
    assert f"VTTSYNC_CHROMIUM names {binary}" in ran.err


@slow
def test_a_browser_that_dies_at_once_is_told(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    binary = tmp_path / "chromium"
    binary.write_text('#!/bin/sh\n[ "$1" = --version ] || { echo "error: no GPU" >&2; exit 1; }\n')
    binary.chmod(0o755)
    monkeypatch.setenv("VTTSYNC_CHROMIUM", str(binary))
    ran = cli("verify-polling", NOWHERE)
    assert ran.code == Exit.MISSING
    assert "doesn't start" in ran.err


def test_without_playwright_it_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "playwright.py").write_text("raise ImportError('not installed')\n")
    ran = subprocess.run(
        [*_COMMAND, NOWHERE], env=_environment(tmp_path, str(tmp_path)), capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == Exit.MISSING
    assert "vttsync[browser]" in ran.stderr
    assert "Traceback" not in ran.stderr


@slow
def test_a_page_that_is_not_there(cli: Cli) -> None:
    ran = cli("verify-polling", f"{NOWHERE}?invite={SECRET}", "--json")
    assert ran.code == Exit.UNREACHABLE
    assert "can't be reached" in ran.envelope["error"]["what"]
    assert SECRET not in ran.out + ran.err


_COMMAND = [sys.executable, "-m", "vttsync", "verify-polling"]
_WATCH = ["--watch", "4"]


def _environment(temporary: Path, *first: str) -> dict[str, str]:
    path = os.pathsep.join([*first, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": path}


@contextmanager
def _running(url: str, temporary: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*_COMMAND, url, *_WATCH], env=_environment(temporary), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        yield process
        process.kill()


@pytest.fixture
def short() -> Iterator[Path]:
    """A temporary folder whose name leaves room for the browser's sockets."""
    with tempfile.TemporaryDirectory(prefix="v-", dir="/tmp") as folder:
        yield Path(folder)


@slow
def test_a_temporary_folder_with_a_long_name_is_no_hindrance(app: App, tmp_path: Path) -> None:
    long = tmp_path / ("long" * 20)
    long.mkdir()
    ran = subprocess.run(
        [*_COMMAND, f"{app.url}/wrong/json"], env=_environment(long), capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == Exit.USAGE, ran.stderr
    assert "application/json" in ran.stderr


@slow
@pytest.mark.parametrize("after", ["browser", "open the page", "live", "room out of reach"])
def test_ctrl_c_leaves_nothing_behind(app: App, short: Path, after: str) -> None:
    with _running(app.page("gated"), short) as process:
        assert process.stderr
        below = Watch(process.pid)
        while line := process.stderr.readline():
            if f" {after} " in f" {line} ":
                break
        assert line
        below.look()
        # As a terminal does it: the whole group is told.
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert below.arguments, "the browser ran"
    assert below.alive() == []
    assert list(short.iterdir()) == []


@slow
def test_it_tells_what_it_saw_and_writes_it_down(app: App, cli: Cli) -> None:
    ran = cli("verify-polling", app.page("fetch"), *_WATCH, "--report", "polling.html", "--json")
    result = ran.envelope["result"]
    assert ran.code == Exit.VERIFY_FAILED
    assert (result["passed"], result["came_back"]) == (False, True)
    (group,) = [it for it in result["groups"] if it["fails"]]
    assert (group["verdict"], group["timer"]) == ("ungated", "setInterval")
    assert group["from"][0]["url"].endswith("/page/fetch?…") or group["from"][0]["line"] > 0
    page = Path("polling.html").read_text("utf-8")
    assert "<svg" in page
    assert "setInterval" in page
    for text in (page, ran.out, ran.err):
        assert SECRET not in text
        assert "eyJ" not in text, "a ticket"


@slow
def test_a_page_that_is_right_passes_and_says_what_was_not_shown(app: App, cli: Cli) -> None:
    ran = cli("verify-polling", app.page("gated"), *_WATCH, "--covered", "/api/*/state")
    assert ran.code == 0, ran.out + ran.err
    assert "nothing is asked for that realtime brings" in ran.out + ran.err
    assert "No broadcast came" in ran.out + ran.err


@slow
def test_in_a_job_the_line_is_pointed_at(
    app: App, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path("page") / "fetch"
    file.parent.mkdir()
    file.touch()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path.cwd()))
    ran = cli("verify-polling", app.page("fetch"), *_WATCH)
    assert "::error " in ran.err
    assert re.search(r"::error title=vttsync verify-polling,file=\S*page/fetch,line=\d+::", ran.err)
