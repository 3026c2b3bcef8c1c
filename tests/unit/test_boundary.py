"""The single place where every failure ends: text or envelope, and the exit code."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.runner import Cli
from vttsync import __version__
from vttsync.cli.main import run
from vttsync.errors import Exit


def test_the_version(cli: Cli) -> None:
    ran = cli("--version")
    assert (ran.code, ran.out) == (0, f"vttsync {__version__}\n")


@pytest.mark.parametrize("words", [["nope"], ["init", "--frob"], ["deploy"]])
def test_wrong_usage_names_the_help(cli: Cli, words: list[str]) -> None:
    ran = cli(*words)
    assert ran.code == 2
    assert "--help" in ran.err
    assert ran.out == ""


def test_what_is_one_word_too_many_is_not_repeated(cli: Cli) -> None:
    ran = cli("env", "set", "PUBLISH_KEY", "hunter2-hunter2", "--env", "prod")
    assert ran.code == 2
    assert "hunter2" not in ran.err


def test_a_wrong_word_behind_a_group_names_the_group(cli: Cli) -> None:
    ran = cli("env", "nope")
    assert ran.code == 2
    assert "`vttsync env --help`" in ran.err
    assert cli("env", "list", "--json").envelope["command"] == "env list"


def test_an_error_is_an_envelope_too(cli: Cli) -> None:
    ran = cli("deploy", "--env", "prod", "--json")
    assert ran.err == ""
    assert ran.envelope["exit_code"] == ran.code == 3
    assert ran.envelope["ok"] is False
    assert set(ran.envelope["error"]) == {"what", "why", "fix"}


class _Breaks:
    """An application whose every command fails."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __call__(self, **_: object) -> object:
        raise self._error


def test_a_bug_is_called_one_and_repeats_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deploy"], _Breaks(RuntimeError("hunter2"))) == Exit.BUG
    told = capsys.readouterr().err
    assert "VTTSYNC_TRACEBACK" in told
    assert "hunter2" not in told


def test_ctrl_c() -> None:
    assert run(["deploy"], _Breaks(KeyboardInterrupt())) == 130


def test_nothing_heavy_is_imported_for_the_version() -> None:
    code = (
        "import sys; from vttsync.cli.main import run; run(['--version']);"
        "heavy = {'httpx', 'pydantic_settings', 'starlette', 'uvicorn', 'websockets', 'asyncio',"
        " 'tomlkit', 'jwt', 'keyring'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_output_is_ascii_where_the_terminal_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vttsync", "deploy", "--env", "x"],
        check=False, capture_output=True, env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr.startswith(b"x There is no vttsync.toml")


def test_json_survives_any_encoding() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vttsync", "deploy", "--env", "ü", "--json"],
        check=False, capture_output=True, env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )  # fmt: skip
    assert json.loads(done.stdout)["exit_code"] == 3
