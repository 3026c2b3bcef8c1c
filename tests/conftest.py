"""Every test starts in an empty folder, with nothing of the machine's own settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import keyrings
from tests.runner import Cli
from vttsync import redaction
from vttsync.output import github


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's cache folder, for all tests together."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _isolated(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    github.begin({})
    monkeypatch.setattr(redaction, "_confided", set())  # by the test before this one
    for name in list(os.environ):
        if name.startswith(("CLOUDFLARE_", "VTTSYNC_", "WRANGLER_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    # The machine's own keyring is no test's business.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def keyring_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring that works, for this process and those it starts; its entries are in the file."""
    file = tmp_path / "keyring.json"
    monkeypatch.setenv(keyrings.FILE, str(file))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyrings.FileKeyring")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    return file


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run vttsync in this process."""
    return Cli(capsys)
