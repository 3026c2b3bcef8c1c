"""What a user installs holds exactly the templates that are committed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from vttsync import web

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


def _build(target: str, source: Path, into: Path) -> Path:
    words = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", into]
    subprocess.run([str(word) for word in words], cwd=source, check=True, capture_output=True)
    (built,) = [path for path in into.iterdir() if path.suffix in (".gz", ".whl")]
    return built


def test_sdist_wheel_and_git_hold_the_same_templates(tmp_path: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "templates"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    committed = {line.removeprefix("templates/") for line in listed.stdout.splitlines()}
    assert "party/dot_gitignore" in committed
    assert "client/dist/vttsync.js" in committed  # though git ignores a `dist/` elsewhere
    with tarfile.open(_build("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    unpacked = (source / "templates").rglob("*")
    in_sdist = {p.relative_to(source / "templates").as_posix() for p in unpacked if p.is_file()}
    wheel = zipfile.ZipFile(_build("wheel", source, tmp_path / "wheel"))
    prefix = "vttsync/_templates/"
    in_wheel = {name.removeprefix(prefix) for name in wheel.namelist() if name.startswith(prefix)}
    assert in_sdist == committed
    assert in_wheel == committed


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel is unpacked, as pip would."""
    folder = tmp_path_factory.mktemp("packaging")
    with tarfile.open(_build("sdist", ROOT, folder / "sdist")) as archive:
        archive.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    zipfile.ZipFile(_build("wheel", source, folder / "wheel")).extractall(folder / "installed")
    return folder / "installed"


def _vttsync(installed: Path, *words: str) -> subprocess.Popen[str]:
    cache = {"XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"]}
    return subprocess.Popen(
        [sys.executable, "-c", "from vttsync.__main__ import main; main()", *words],
        env={"PYTHONPATH": str(installed), "PATH": "", **cache},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_an_installed_vttsync_scaffolds_without_the_repository(installed: Path) -> None:
    process = _vttsync(
        installed, "init", "app", "--name", "my-table", "--publisher", "both", "--with-table"
    )
    _, err = process.communicate()
    assert process.returncode == 0, err
    for path in (
        "party/.gitignore",
        "party-client/dist/vttsync.js",
        "party-publisher/python/pyproject.toml",
        "party-publisher/typescript/package.json",
        "party-publisher/vectors/requests.json",
        "table/server/__main__.py",
    ):
        assert Path("app", path).is_file()
    out, _ = _vttsync(installed, "help", "exit-codes").communicate()
    assert out == (ROOT / "docs" / "exit-codes.md").read_text("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_an_installed_vttsync_shows_the_table(installed: Path) -> None:
    process = _vttsync(installed, "demo", "--json")
    assert process.stdout
    told = ""
    while line := process.stdout.readline():
        told += line
        if line == "}\n":
            break
    with web.client(json.loads(told)["result"]["page"]) as client:
        assert "<html" in client.get("/").text
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0
