"""What a user installs holds exactly the templates that are committed."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

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


def test_an_installed_vttsync_scaffolds_without_the_repository(tmp_path: Path) -> None:
    with tarfile.open(_build("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    wheel = _build("wheel", source, tmp_path / "wheel")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    words = [sys.executable, "-c", "from vttsync.__main__ import main; main()"]
    done = subprocess.run(
        [*words, "init", "app", "--name", "my-table"],
        cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "installed"), "PATH": ""},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "app" / "party" / ".gitignore").is_file()
    done = subprocess.run(
        [*words, "help", "exit-codes"],
        cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "installed"), "PATH": ""},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == (ROOT / "docs" / "exit-codes.md").read_text("utf-8")
