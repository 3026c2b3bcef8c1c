"""The single place where every failure ends: text or envelope, and the exit code."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import keyrings
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


TOKEN = "cfut_" + "S3cret" * 8
OLD_TOKEN = "Ab3" + "x-_9" * 10


@pytest.mark.parametrize("token", [TOKEN, OLD_TOKEN, "0f" * 20])
@pytest.mark.parametrize(
    "words",
    [
        "login {}", "login --token={}", "login --env {}", "login --account-id {} --token-stdin",
        "login --token-variable {}", "{}", "env {}", "env set {} --env prod", "help {}",
        "env rotate {} --env prod", "env list --env prod-{} --json", "deploy --env {} --json",
    ],
)  # fmt: skip
def test_a_token_in_the_wrong_place_is_not_repeated(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str, token: str
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyrings.FileKeyring")
    monkeypatch.setenv(keyrings.FILE, str(tmp_path / "keyring.json"))
    monkeypatch.setattr(sys, "stdin", io.StringIO(token))
    cli("init", "--name", "my-table")
    ran = cli(*words.format(token).split())
    assert ran.code not in (0, 1)
    assert token[:12] not in ran.out + ran.err
    if ran.code == 2 and "variable" not in words and "rotate" not in words and "help" not in words:
        assert "Make a new one" in ran.err


def test_what_is_long_and_no_secret_is_repeated(cli: Cli) -> None:
    folder = "folders/" + "a-Folder1" * 5
    assert folder in cli("deploy", "--env", "prod", "--project", folder).err


def test_a_wrong_word_behind_a_group_names_the_group(cli: Cli) -> None:
    ran = cli("env", "nope")
    assert ran.code == 2
    assert "`vttsync env --help`" in ran.err
    assert "Its commands are env list, env set," in ran.err
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
