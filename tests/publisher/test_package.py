"""The Python publisher as a package: what is installed, and how large its parts are."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.unit.test_house import _functions, _lines

PACKAGE = Path(__file__).resolve().parents[2] / "templates" / "publisher" / "python"
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_the_wheel_holds_all_that_is_needed(tmp_path: Path) -> None:
    words = ["-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run([sys.executable, *words], cwd=PACKAGE, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = {name.split("/", 1)[1] for name in zipfile.ZipFile(wheel).namelist()}
    assert {"sqlite.sql", "postgres.sql", "py.typed", "__init__.py"} <= names
    metadata = next(name for name in zipfile.ZipFile(wheel).namelist() if "METADATA" in name)
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    needs = [line for line in text.splitlines() if line.startswith("Requires-Dist")]
    assert [line.split()[1].split("<")[0] for line in needs] == ["httpx", "pyjwt"]


def test_databases_drivers_are_not_needed() -> None:
    code = "import sys, vttsync_publisher; sys.exit('psycopg' in sys.modules)"
    environment = {"PYTHONPATH": str(PACKAGE / "src")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_and_its_functions_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 320
    assert {it.name: _lines(it, it) for it in _functions(path) if _lines(it, it) > 40} == {}
