from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import left
from vttsync.node import process
from vttsync.redaction import redact

PRINT_ENVIRONMENT = "import os; print(sorted(os.environ))"


def test_a_child_sees_the_allow_list_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "secret")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    env = process.clean_environment({"OWN": "1"}, also=process.NETWORK)
    done = process.run([sys.executable, "-c", PRINT_ENVIRONMENT], cwd=tmp_path, env=env, timeout=30)
    seen = set(done.stdout.replace("'", "").strip("[]\n").split(", "))
    assert {"OWN", "HTTPS_PROXY", "PATH"} <= seen
    assert seen.isdisjoint({"CLOUDFLARE_API_TOKEN", "GITHUB_TOKEN"})


def test_standard_input_is_fed_and_both_outputs_are_kept(tmp_path: Path) -> None:
    code = "import sys; print(input()); print('no', file=sys.stderr); sys.exit(3)"
    done = process.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={}, timeout=30, stdin="täst\n"
    )
    assert (done.code, done.stdout, done.stderr, done.timed_out) == (3, "täst\n", "no\n", False)


def test_what_is_late_is_stopped_with_its_children(tmp_path: Path) -> None:
    # The grandchild holds the output pipe: only its end lets `run` return with all of it.
    code = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print('started', flush=True); time.sleep(600)"
    )
    done = process.run([sys.executable, "-c", code], cwd=tmp_path, env={}, timeout=1.0)
    assert done.timed_out
    assert done.stdout == "started\n"


def _runs(pid: int) -> bool:
    try:  # killed, it is there as a zombie until its new parent has looked
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("ending", ["time.sleep(600)", "sys.exit(0)"])
@pytest.mark.parametrize("pipes", ["", ", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"])
def test_nothing_that_a_child_started_outlives_it(tmp_path: Path, ending: str, pipes: str) -> None:
    # Deaf to SIGTERM: only a kill ends it.
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    code = (
        "import subprocess, sys, time;"
        f"child = subprocess.Popen([sys.executable, '-c', {deaf!r}]{pipes});"
        f"print(child.pid, flush=True); {ending}"
    )
    done = process.run([sys.executable, "-c", code], cwd=tmp_path, env={}, timeout=1.0)
    deadline = time.monotonic() + 10
    while _runs(int(done.stdout)):
        assert time.monotonic() < deadline


@pytest.mark.skipif(sys.platform == "win32", reason="has no process groups")
def test_what_was_printed_is_kept_though_something_holds_the_pipe(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(8)'],"
        " start_new_session=True); print('häll', flush=True)"
    )
    env = {"PYTHONIOENCODING": "utf-8"}
    done = process.run([sys.executable, "-c", code], cwd=tmp_path, env=env, timeout=1.0)
    assert done.timed_out
    assert done.stdout == "häll\n"


def test_redaction_takes_the_longest_first() -> None:
    assert redact("abcd abc", ["abc", "abcd", ""]) == "*** ***"


_ABANDONED = """
import sys
from pathlib import Path
from vttsync.background import Started
from vttsync.node import process
words = ["tail", "-f", "/dev/null", sys.argv[1]]
Started(lambda: process.run(words, cwd=Path(), env={}, timeout=900))
while not process._running:
    pass
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_an_abandoned_thread_has_started_ends_with_vttsync(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", _ABANDONED, tmp_path], check=False)
    assert ran.returncode == 0
    assert left(tmp_path) == []
