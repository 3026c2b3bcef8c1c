"""What `vttsync init` puts beside the room for the app: client, publisher, the table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.runner import Cli
from vttsync.project.config import read_config
from vttsync.project.parts import Publisher

NAME = ("--name", "my-table")
PYTHON, TYPESCRIPT = "pyproject.toml", "package.json"


def _manifest() -> set[str]:
    return set(json.loads(Path("vttsync.lock").read_text())["files"])


def _older() -> None:
    """Make of this project what a vttsync that knew of the room alone has left."""
    text = Path("vttsync.toml").read_text()
    before, after = text.split("# What `vttsync init` puts", 1)
    Path("vttsync.toml").write_text(before + after[after.index("[broadcast]") :])


@pytest.mark.parametrize(
    ("files", "found", "sign"),
    [
        (["pyproject.toml"], "python", "pyproject.toml"),
        (["server/requirements-dev.txt"], "python", "server/requirements-dev.txt"),
        (["main.py", "package.json"], "python", "main.py"),
        (["server/package.json"], "typescript", "server/package.json"),
        ([".venv/pyproject.toml", "package.json"], "typescript", "package.json"),
        (["node_modules/package.json", "deep/er/package.json", "main.go"], None, ""),
    ],
)
def test_the_apps_files_tell_the_publishers_language(
    cli: Cli, files: list[str], found: str | None, sign: str
) -> None:
    for name in files:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("")
    ran = cli("init", *NAME)
    assert ran.code == 0
    app = read_config(Path()).app
    assert app
    assert app.publisher == found
    assert (f"({found}, as {sign} tells)" in ran.err) == bool(found)
    package = {"python": PYTHON, "typescript": TYPESCRIPT}.get(found or "")
    assert Path("party-publisher").exists() == bool(package)
    if package:
        assert Path("party-publisher", package).is_file()
        assert Path("party-publisher/vectors/requests.json").is_file()
    # What vttsync put there itself tells nothing.
    assert "Nothing to do" in cli("init").err


def test_a_language_that_nothing_tells_can_be_said_later(cli: Cli) -> None:
    ran = cli("init", *NAME)
    assert "nothing here tells its language" in ran.err
    assert not Path("party-publisher").exists()
    assert "publisher" not in Path("vttsync.toml").read_text().split("[app]")[1].split("[")[0]
    assert cli("init", "--publisher", "none").code == 0
    assert cli("init", "--publisher", "both", "--json").envelope["result"]["parts"] == {
        "client": True,
        "publisher": "both",
        "table": False,
    }
    assert Path("party-publisher/python", PYTHON).is_file()
    assert Path("party-publisher/typescript", TYPESCRIPT).is_file()
    assert Path("party-publisher/vectors/requests.json").is_file()
    assert "pip install ./party-publisher/python" in cli("init").err


def test_it_says_where_the_app_finds_its_parts(cli: Cli) -> None:
    told = cli("init", *NAME, "--publisher", "typescript").err
    assert "npm install ./party-client" in told
    assert "npm install ./party-publisher\n" in told
    assert "table" not in told.split("Next,")[0].split("For your app")[1]
    told = cli("init", "room", *NAME, "--publisher", "none", "--no-client").err
    assert "For your app" not in told
    assert not Path("room/party-client").exists()


def test_the_table_comes_with_what_it_needs_and_stays(cli: Cli) -> None:
    Path("package.json").write_text("{}")
    assert cli("init", *NAME, "--with-table").code == 0
    assert Path("table/server/__main__.py").is_file()
    assert Path("party-publisher/python", PYTHON).is_file()
    assert Path("party-publisher/typescript", TYPESCRIPT).is_file()
    Path("table/server/__main__.py").unlink()
    assert cli("init").code == 0
    assert Path("table/server/__main__.py").is_file()


@pytest.mark.parametrize("before", [["--publisher", "none"], ["--publisher", "python"], []])
def test_the_table_can_be_added_later(cli: Cli, before: list[str]) -> None:
    cli("init", *NAME, *before, "--no-client")
    assert cli("init", "--with-table").code == 2
    assert not Path("table").exists()
    assert cli("init", "--with-table", "--client").code == 0
    assert Path("table/server").is_dir()
    assert read_config(Path()).app == read_config(Path()).app
    assert Path("party-publisher", PYTHON).is_file()


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (["--publisher", "python"], ["--publisher", "typescript"], "contradicts the project"),
        (["--publisher", "both"], ["--publisher", "none"], "contradicts the project"),
        (["--publisher", "python"], ["--no-client"], "contradicts the project"),
        (["--publisher", "typescript"], ["--with-table"], "move its files"),
        ([], ["--with-table", "--publisher", "none"], "Python publisher"),
    ],
)
def test_what_contradicts_is_refused_and_changes_nothing(
    cli: Cli, first: list[str], then: list[str], told: str
) -> None:
    cli("init", *NAME, *first)
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    ran = cli("init", *then)
    assert ran.code == 2
    assert told in ran.err
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_a_language_that_is_none_is_refused(cli: Cli) -> None:
    assert cli("init", *NAME, "--publisher", "cobol").code == 2


@pytest.mark.parametrize(
    ("file", "way_out"),
    [
        ("party-client/package.json", "--no-client"),
        ("party-publisher/pyproject.toml", "--publisher none"),
        ("table/server/app.py", "--with-table"),
    ],
)
@pytest.mark.parametrize("older", [False, True])
def test_a_folder_of_that_name_that_is_the_apps_own_is_not_touched(
    cli: Cli, file: str, way_out: str, older: bool
) -> None:
    folder = file.split("/", maxsplit=1)[0]
    if older:
        cli("init", *NAME, "--publisher", "none", "--no-client")
        _older()
    Path(file).parent.mkdir(parents=True)
    Path(file).write_text("of the app\n")
    words = ("init", *NAME, "--publisher", "python", "--with-table")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    ran = cli(*words)
    assert ran.code == 3
    assert f"`{folder}/` exists already" in ran.err
    assert way_out in ran.err
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
    assert cli(*words, "--force").code == 0
    assert Path(file).read_text() != "of the app\n"
    (copy,) = Path(".vttsync/replaced").glob(f"*/{file}")
    assert copy.read_text() == "of the app\n"
    assert "Nothing to do" in cli("init").err


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_project_from_before_gets_its_parts_without_fuss(cli: Cli, end: str) -> None:
    cli("init", *NAME, "--publisher", "none", "--no-client")
    _older()
    old = Path("vttsync.toml").read_text() + "# mine\n"
    Path("vttsync.toml").write_bytes(old.replace("\n", end).encode())
    Path("requirements.txt").write_text("")
    kinds = Path("party/src/kinds.ts")
    kinds.write_text("// mine\n")
    ran = cli("init")
    assert ran.code == 0
    assert "left alone, as you changed it: party/src/kinds.ts\n" in ran.err
    assert Path("party-client/package.json").is_file()
    assert Path("party-publisher", PYTHON).is_file()
    written = Path("vttsync.toml").read_bytes().decode()
    assert written.startswith(old.replace("\n", end))
    assert written.count("\n") == written.count(end)
    assert "\n# What `vttsync init` puts" in written
    assert {"party-client/package.json", "party-publisher/pyproject.toml"} <= _manifest()
    assert "party/src/kinds.ts" in _manifest()


def test_without_its_manifest_the_parts_are_known_as_the_projects_own(cli: Cli) -> None:
    cli("init", *NAME, "--publisher", "python", "--with-table")
    Path("vttsync.lock").unlink()
    assert cli("init").code == 0


def test_changed_files_of_a_part_are_left_alone(cli: Cli) -> None:
    cli("init", *NAME, "--publisher", "python")
    Path("party-client/package.json").write_text("{}")
    ran = cli("init")
    assert "left alone, as you changed it: party-client/package.json\n" in ran.err
    assert Path("party-client/package.json").read_text() == "{}"


def test_the_parts_lie_beside_the_room_wherever_that_is(cli: Cli) -> None:
    ran = cli("init", *NAME, "--party", "realtime/party", "--publisher", "python", "--with-table")
    assert ran.code == 0
    places = {path.as_posix() for path in Path("realtime").iterdir()}
    assert places == {f"realtime/{name}" for name in (
        "party", "party-client", "party-publisher", "table",
    )}  # fmt: skip
    assert "npm install ./realtime/party-client" in ran.err
    package = json.loads(Path("realtime/party-client/package.json").read_text())
    assert package["config"]["party"] == "../party"
    assert cli("init", "b", *NAME, "--party", "room").code == 0
    package = json.loads(Path("b/party-client/package.json").read_text())
    assert package["config"]["party"] == "../room"
    assert cli("init", "c", *NAME, "--party", "table").code == 2


def test_what_is_not_a_part_is_told_with_its_line(cli: Cli) -> None:
    cli("init", *NAME)
    text = Path("vttsync.toml").read_text()
    Path("vttsync.toml").write_text(text.replace("[app]\n", '[app]\npublisher = "cobol"\n'))
    ran = cli("init")
    assert ran.code == 3
    assert "app.publisher" in ran.err
    assert Publisher.PYTHON in ran.err
