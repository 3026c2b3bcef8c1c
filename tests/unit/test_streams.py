"""What becomes of a command whose output nobody can take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

VTTSYNC = [sys.executable, "-m", "vttsync"]
FULL = Path("/dev/full")
posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and /dev are POSIX's")


def _run(*words: str, stdout: int, stderr: int = subprocess.PIPE) -> tuple[int, str]:
    env = {**os.environ, "PYTHONUNBUFFERED": ""}
    done = subprocess.run(
        [*VTTSYNC, *words], check=False, stdout=stdout, stderr=stderr, text=True, env=env
    )
    return done.returncode, done.stderr or ""


@posix
@pytest.mark.parametrize("words", [["--help"], ["rehearse", "--help"], ["nope", "--json"]])
def test_a_reader_that_leaves_is_no_bug(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    assert _run(*words, stdout=writer) == (141, "")
    os.close(writer)


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [["--help"], ["nope", "--json"]])
def test_a_full_disk_is_told(words: list[str]) -> None:
    with FULL.open("w") as full:
        code, told = _run(*words, stdout=full.fileno())
    assert code == 5
    assert "No space left on device" in told
    assert "Traceback" not in told
    assert told.count("\n") == 1


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_no_stream_takes_anything() -> None:
    with FULL.open("w") as full:
        assert _run("nope", stdout=full.fileno(), stderr=full.fileno())[0] == 5


@posix
def test_a_stream_that_is_closed_from_the_start_is_not_missed() -> None:
    words = [sys.executable, "-m", "vttsync", "--version"]
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *words], check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_what_an_encoding_lacks_is_a_question_mark() -> None:
    done = subprocess.run(
        [*VTTSYNC, "deploy", "--env", "x", "--project", "騎士"],
        check=False, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip
    assert done.returncode == 3
    assert b"/??" in done.stderr


def test_help_begins_with_its_first_line(capfd: pytest.CaptureFixture[str]) -> None:
    subprocess.run([*VTTSYNC, "--help"], check=True)
    assert capfd.readouterr().out.startswith("Usage: vttsync")


def test_without_a_word_the_help_and_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert subprocess.run(VTTSYNC, check=False).returncode == 2
    told = capfd.readouterr()
    assert told.out.startswith("Usage: vttsync")
    assert told.err == ""


def test_help_fits_a_narrow_terminal(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    subprocess.run([*VTTSYNC, "rehearse", "--help"], check=True)
    told = capfd.readouterr().out
    assert "`[broadcast] script`" in " ".join(told.split())
    assert "…" not in told
    assert "<bool>" not in told
