"""`vttsync dev`, as a user runs it: with the real wrangler, workerd and git."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import Watch
from vttsync import web
from vttsync.project import dotenv

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
CANARY = "cfut_" + "canary" * 7
LINES = "# mine\r\nA=1\r\nexport VTTSYNC_ROOM_URL='http://old' # theirs\r\nB=\"two\r\nlines\""


@dataclass
class Running:
    """A `vttsync dev`, and what it has said up to where it waits."""

    process: subprocess.Popen[str]
    watch: Watch
    temporary: Path
    told: str = ""

    @property
    def url(self) -> str:
        return self.variables["VTTSYNC_ROOM_URL"]

    @property
    def variables(self) -> dict[str, str]:
        return dict(re.findall(r"^(\w+)=(\S+)$", self.told, re.MULTILINE))

    def get(self, path: str, key: str = "") -> web.Response:
        with web.client(self.url, {"authorization": f"Bearer {key}"} if key else None) as client:
            return client.get(path)

    def hear(self, text: str) -> str:
        """Read on until `text` comes; return its line."""
        assert self.process.stdout
        while line := self.process.stdout.readline():
            self.told += line
            if text in line:
                return line
        raise AssertionError(f"It never said {text!r}:\n{self.told}")

    def end(self, number: int = signal.SIGINT) -> str:
        """Stop it; return what it said on the way."""
        self.watch.look()
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=30)
        assert self.watch.alive() == []
        assert list(self.temporary.iterdir()) == []
        return said


@contextmanager
def _dev(project: Path, *words: str, until: str | None = "Ctrl-C ends") -> Iterator[Running]:
    temporary = project.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    env = {**os.environ, "TMPDIR": str(temporary), "CLOUDFLARE_API_TOKEN": CANARY}
    process = subprocess.Popen(
        [sys.executable, "-m", "vttsync", "dev", "--project", str(project), *words],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    running = Running(process, Watch(process.pid), temporary)
    try:
        if until:
            running.hear(until)
        running.watch.look()
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
        if process.stdout:
            process.stdout.close()


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True, text=True
    )  # fmt: skip
    return done.stdout


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_room_runs_takes_changes_up_and_ends(project: Path) -> None:
    _git(project, "init", "-q")
    (project / ".env.local").write_bytes(LINES.encode())
    (project / "package.json").write_text('{"devDependencies": {"vite": "8.0.0"}}')
    with _dev(project) as running:
        url, key = running.url, running.variables["VTTSYNC_PUBLISH_KEY"]
        assert running.variables["VITE_VTTSYNC_ROOM_URL"] == url
        path = "/parties/session/friday/health"
        assert running.get(path, key).status_code == 200
        assert running.get(path, "wrong").status_code == 401
        assert running.hear("health 401").startswith("GET /parties/session/friday/health")
        _edit(project / "party" / "src" / "index.ts", "tag: ", "changed: ")
        running.hear("updated and ready")
        assert "changed" in running.get("/health").json()
        assert "Stopped." in running.end()
        assert running.process.returncode == 0
        assert CANARY.encode() not in b"".join(running.watch.seen.values())
    secrets = project / "party" / ".dev.vars"
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert f"PUBLISH_KEY={key}\n" in secrets.read_text()
    lines = (project / ".env.local").read_bytes().decode()
    assert lines.startswith(LINES.replace("http://old", url) + "\r\n\r\n# vttsync dev")
    assert f"\r\nVTTSYNC_PUBLISH_KEY={key}\r\n" in lines
    untracked = _git(project, "status", "--short", "--untracked-files=all")
    assert ".env.local" not in untracked
    assert ".dev.vars\n" not in untracked


def test_the_keys_stay_and_a_machine_gets_one_envelope(project: Path) -> None:
    with _dev(project, "--json", until='"error": null') as first:
        first.hear("}")
        result = json.loads(first.told)["result"]
        assert result["changed"]
        assert "VTTSYNC_TICKET_KEY" in result["variables"]
        key = dotenv.read((project / ".env.local").read_text())["VTTSYNC_TICKET_KEY"]
        assert key not in first.told
        assert (project / ".env.local").stat().st_mode & 0o777 == 0o600
        assert first.end(signal.SIGTERM) == ""
        assert first.process.returncode == 0
    port = result["url"].rpartition(":")[2]
    with _dev(project, "--port", port) as again:
        assert f"VTTSYNC_TICKET_KEY={key}\n" in again.told
        assert "are in .env.local already" in again.told
        second = subprocess.run(
            [sys.executable, "-m", "vttsync", "dev", "--project", str(project)],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert second.returncode == 5
        assert "runs in" in second.stderr
        assert again.get("/health").status_code == 200
        again.end()


def test_when_wrangler_dies_it_says_so_and_nothing_is_left(project: Path) -> None:
    with _dev(project) as running:
        (wrangler,) = [
            pid for pid, words in running.watch.arguments.items() if b"cli.js\0dev" in words
        ]
        os.kill(wrangler, signal.SIGKILL)
        said = running.hear("ended with code -9")
        running.process.communicate(timeout=30)
        assert "`wrangler dev` has ended" in running.told, said
        assert running.process.returncode == 3
        assert running.watch.alive() == []
        assert list(running.temporary.iterdir()) == []


def test_code_that_does_not_build_is_named(project: Path) -> None:
    (project / "party" / "src" / "index.ts").write_text("export default {")
    with _dev(project, until="why") as running:
        running.process.communicate(timeout=30)
        assert running.process.returncode == 3
        assert "src/index.ts:1" in running.told
        assert not (project / ".env.local").exists()


def test_interrupted_while_it_starts_nothing_is_left(project: Path) -> None:
    with _dev(project, until=None) as running:
        while not any(b"workerd" in words for words in running.watch.arguments.values()):
            assert running.process.poll() is None
            running.watch.look()
            time.sleep(0.02)  # how often /proc is read; nothing waits for it
        assert "Interrupted" in running.end()
        assert running.process.returncode == 130
