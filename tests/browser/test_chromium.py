"""Which Chromium is driven, asked as `make test` asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


def ask(path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Ask on a machine whose programs are those in `path`."""
    env = {"PATH": str(path), "PLAYWRIGHT_BROWSERS_PATH": str(path), **variables}
    words = [sys.executable, "-m", "tests.browser.chromium"]
    return subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_the_variable_comes_first(tmp_path: Path) -> None:
    program(tmp_path / "chromium", "echo Chromium 1")
    program(tmp_path / "mine", "echo Chromium 2")
    named = ask(tmp_path, VTTSYNC_CHROMIUM=str(tmp_path / "mine"))
    assert (named.returncode, named.stdout) == (0, f"{tmp_path / 'mine'}\n")
    wrong = ask(tmp_path, VTTSYNC_CHROMIUM="/no/such/chrome")
    assert wrong.returncode == 1
    assert wrong.stderr == "VTTSYNC_CHROMIUM names /no/such/chrome, which does not run.\n"


def test_one_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "chromium-browser", "echo Please get the snap >&2; exit 1")
    program(tmp_path / "google-chrome", "echo Google Chrome 1")
    assert ask(tmp_path).stdout == f"{tmp_path / 'google-chrome'}\n"


@pytest.mark.skipif(
    not Path("/etc/debian_version").exists() or os.geteuid() != 0, reason="for root on Debian"
)
def test_on_debian_root_gets_one_from_the_distribution(tmp_path: Path) -> None:
    says = tmp_path / "said"
    stub = f"printf '#!/bin/sh\\n' > {tmp_path}/chromium; /bin/chmod +x {tmp_path}/chromium"
    program(tmp_path / "apt-get", f'echo "$@" >> {says}; case $1 in install) {stub};; esac')
    got = ask(tmp_path)
    assert got.stdout.splitlines()[-1] == str(tmp_path / "chromium")
    update, install = says.read_text().splitlines()
    assert update == "update -qq"
    assert install.startswith("install -y -qq --no-install-recommends chromium ")


def test_without_any_it_says_what_to_do_and_fails(tmp_path: Path) -> None:
    program(tmp_path / "apt-get", "echo no network today; exit 100")
    got = ask(tmp_path)
    assert got.returncode == 1
    root_on_debian = Path("/etc/debian_version").exists() and os.geteuid() == 0
    advice = "no network today" if root_on_debian else "The browser tests need Chromium"
    assert advice in got.stderr
