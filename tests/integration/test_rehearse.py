"""The main job, as a user runs it: a command in a folder, watched from outside."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Watch, left

pytestmark = pytest.mark.slow
CANARY = "cfut_" + "canary" * 7
KEYS = {"VTTSYNC_PUBLISH_KEY": "canary-publish-" + "p" * 30}


class _Trap(socketserver.ThreadingTCPServer):
    """Counts whoever connects; nobody may."""

    daemon_threads = True

    def __init__(self) -> None:
        self.visits: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Visit)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Visit(socketserver.BaseRequestHandler):
    server: _Trap

    def handle(self) -> None:
        self.server.visits.append(self.request.recv(200))


@pytest.fixture
def trap() -> Iterator[_Trap]:
    with _Trap() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def _start(
    project: Path | None, temporary: Path, *words: str, **extra: str
) -> subprocess.Popen[str]:
    temporary.mkdir(exist_ok=True)
    where = ["--project", str(project)] if project else []
    env = {**os.environ, "TMPDIR": str(temporary), "NO_COLOR": "1", **extra}
    return subprocess.Popen(
        [sys.executable, "-m", "vttsync", "rehearse", *where, *words],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_rehearsal_succeeds_and_nothing_of_the_users_gets_out(
    project: Path, tmp_path: Path, trap: _Trap
) -> None:
    temporary = tmp_path / "temporary"
    process = _start(
        project, temporary, "--json",
        CLOUDFLARE_API_TOKEN=CANARY, CLOUDFLARE_ACCOUNT_ID="c" * 32,
        CLOUDFLARE_API_BASE_URL=trap.url + "/client/v4",
        HTTP_PROXY=trap.url, HTTPS_PROXY=trap.url, ALL_PROXY=trap.url, **KEYS,
    )  # fmt: skip
    watch = Watch(process.pid)
    kept = b""
    while process.poll() is None:
        watch.look()
        kept += b"".join(_contents(temporary))
        time.sleep(0.05)  # how often /proc is read; nothing waits for it
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    result = json.loads(out)["result"]
    assert [verdict["passed"] for verdict in result["verdicts"]] == [True, True]
    assert result["rotated"]["previous_version"] == result["deploy"]["version_id"]
    assert trap.visits == []
    environments = b"".join(watch.seen.values())
    assert b"wrangler" in b"".join(watch.arguments.values())
    for secret in (CANARY.encode(), KEYS["VTTSYNC_PUBLISH_KEY"].encode()):
        assert secret not in environments + kept + out.encode() + err.encode()
    # The made-up token is for wrangler's environment alone.
    assert b"cfut_" not in b"".join(watch.arguments.values())
    workers = [pid for pid, words in watch.arguments.items() if b"workerd" in words.split(b"\0")[0]]
    assert workers
    assert not any(b"cfut_" in watch.seen[pid] for pid in workers)
    assert list(temporary.iterdir()) == []
    assert not (project / ".vttsync").exists()
    assert not (project / "party" / ".wrangler").exists()


def _contents(folder: Path) -> Iterator[bytes]:
    for place, _, names in os.walk(folder):  # forgives what vanishes on the way
        for name in names:
            try:
                yield Path(place, name).read_bytes()[:200_000]
            except OSError:
                continue


@pytest.mark.skipif(sys.platform != "linux", reason="XDG_CACHE_HOME is Linux's")
def test_an_empty_folder_stays_empty_and_the_next_time_needs_no_npm(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    cache = str(tmp_path / "cache")
    first = _start(None, temporary, XDG_CACHE_HOME=cache)
    out, err = first.communicate(timeout=300)
    assert first.returncode == 0, err
    assert "rehearsed in" in out
    again = _start(
        None, temporary, XDG_CACHE_HOME=cache,
        NPM_CONFIG_REGISTRY="http://127.0.0.1:1", NPM_CONFIG_CACHE=str(tmp_path / "no-npm-cache"),
    )  # fmt: skip
    _, err = again.communicate(timeout=300)
    assert again.returncode == 0, err
    assert list(Path().iterdir()) == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("stage", ["checks", "upload", "rotate: checks"])
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_interrupted_in_the_middle_nothing_is_left(
    project: Path, tmp_path: Path, stage: str, number: str
) -> None:
    temporary = tmp_path / "temporary"
    process = _start(project, temporary)
    assert process.stderr is not None
    while line := process.stderr.readline():
        if f" {stage} " in line:
            process.send_signal(getattr(signal, number))
            process.send_signal(getattr(signal, number))
            break
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert err.count("Interrupted") == 1
    assert list(temporary.iterdir()) == []
    assert left(temporary) == []


def _kept(process: subprocess.Popen[str]) -> str:
    """What a kept rehearsal says, up to where it waits."""
    assert process.stderr is not None
    told = ""
    while line := process.stderr.readline():
        told += line
        if "verify-broadcast --url" in line:
            break
    return told


def test_kept_it_says_how_to_verify_the_room_and_ends_on_ctrl_c(
    project: Path, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    process = _start(project, temporary, "--keep")
    told = _kept(process)
    assert "/parties/session/my-session?ticket=" in told
    exports = re.findall(r"export (VTTSYNC_\w+)=(\S+)", told)
    command = re.findall(r"  vttsync (verify-broadcast --url .*)", told)[0]
    ran = subprocess.run(
        [sys.executable, "-m", "vttsync", *shlex.split(command)],
        env={**os.environ, **dict(exports)}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert left(temporary) == []
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_an_impatient_ctrl_c_changes_nothing(project: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    process = _start(project, temporary, "--keep", "--json")
    assert process.stdout is not None
    told = ""
    while line := process.stdout.readline():
        told += line
        if line == "}\n":
            break
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    rest, err = process.communicate(timeout=30)
    assert (process.returncode, rest, err) == (0, "", "")
    assert set(json.loads(told)["result"]["ways_in"]) >= {"url", "gm", "player", "publish"}
    assert left(temporary) == []
    assert list(temporary.iterdir()) == []


def test_a_room_that_leaks_does_not_pass(project: Path, tmp_path: Path) -> None:
    kinds = project / "party" / "src" / "kinds.ts"
    original = kinds.read_text()
    broken = original.replace("return row.hidden === true ? ALL_BUT_GM : [];", "return [];")
    assert broken != original
    kinds.write_text(broken)
    process = _start(project, tmp_path / "temporary")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 8, err
    assert "LEAKED" in out
    assert "Vesk the Quiet" in out


def test_a_room_that_does_not_compile(project: Path, tmp_path: Path) -> None:
    (project / "party" / "src" / "index.ts").write_text("export default {")
    process = _start(project, tmp_path / "temporary")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 7, err
    assert "wrangler could not deploy" in err
    assert "index.ts" in err


def test_what_the_stand_in_does_not_know_fails_loudly(project: Path, tmp_path: Path) -> None:
    wrangler = project / "party" / "wrangler.toml"
    text = wrangler.read_text()
    assert "[env.prod]" in text
    wrangler.write_text(text.replace("[env.prod]", '[env.prod]\nroutes = ["vtt.example.com/*"]', 1))
    process = _start(project, tmp_path / "temporary")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 7, err
    assert "/routes" in err


def test_a_broken_script_is_told_before_anything_is_deployed(project: Path, tmp_path: Path) -> None:
    script = project / "broadcast" / "smoke.toml"
    script.write_text(script.read_text() + '\n[[step]]\nteleport = "Grub"\n')
    process = _start(project, tmp_path / "temporary")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 3, err
    assert "teleport" in err
    assert "upload" not in err


def test_a_broken_script_is_told_before_npm_runs(project: Path, tmp_path: Path) -> None:
    (project / "party" / "node_modules").unlink()
    script = tmp_path / "bad.toml"
    script.write_text("title = 3")
    process = _start(project, tmp_path / "temporary", "--script", str(script))
    _, err = process.communicate(timeout=120)
    assert process.returncode == 3, err
    assert "npm" not in err
    assert not (project / "party" / "node_modules").exists()
