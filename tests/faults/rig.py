"""Deploys in bad weather: run, and held against what the stand-in says is live."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from tests.processes import pids
from tests.runner import Cli
from vttsync import web
from vttsync.errors import Exit, VttsyncError
from vttsync.project.only_one import only_one
from vttsync.rehearsal.api.weather import Storm, Trouble
from vttsync.rehearsal.standin import StandIn

WORKER = "my-table-prod"
KEYS = {"VTTSYNC_PUBLISH_KEY": "publish-" + "p" * 32, "VTTSYNC_TICKET_KEY": "ticket-" + "t" * 32}
DEPLOY = ("deploy", "--env", "prod", "--json")
PATIENCE = 60.0  # seconds; for a machine that is busy
_METADATA = {"type": "version_metadata", "name": "CF_VERSION_METADATA"}
# Method and path of the two calls that wrangler deploys with.
UPLOAD = ("POST", f"/{WORKER}/versions")
DEPLOYMENT = ("POST", f"/{WORKER}/deployments")
_TAKEN = VttsyncError("The lock was not let go.", exit_code=Exit.BUG)
_UNCHANGED, _NOTHING = "What was live is still live.", "Nothing is live."
_NOW = re.compile(r"Version ([0-9a-f-]{36}) is live now")


def first_version(standin: StandIn, module: Path) -> None:
    """Upload the room and make it live, as somebody else's wrangler would."""
    durable = {"type": "durable_object_namespace", "name": "Session", "class_name": "Session"}
    secrets = [
        {"type": "secret_text", "name": name.removeprefix("VTTSYNC_"), "text": value}
        for name, value in KEYS.items()
    ]
    metadata = {
        "main_module": module.name,
        "compatibility_date": "2026-10-01",
        "bindings": [
            durable,
            {"type": "version_metadata", "name": "CF_VERSION_METADATA"},
            *secrets,
        ],
        "migrations": {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Session"]}]},
    }
    files = [
        ("metadata", (None, json.dumps(metadata))),
        (module.name, (module.name, module.read_bytes(), "application/javascript+module")),
    ]
    put(standin, "PUT", f"scripts/{WORKER}", files=files)
    put(standin, "POST", f"scripts/{WORKER}/subdomain", json={"enabled": True})


def put(standin: StandIn, method: str, path: str, **kwargs: Any) -> None:
    """Change the account, with nobody's leave."""
    head = {"authorization": f"Bearer {standin.token}"}
    base = f"{standin.api_url}/accounts/{standin.account_id}/workers"
    with web.client(base, head) as client:
        answer = client.request(method, f"/{path}", **kwargs)
    assert answer.status_code == 200, answer.text


@dataclass(frozen=True)
class End:
    """How a deploy ended: its exit code and its envelope."""

    code: int
    envelope: dict[str, Any]

    @property
    def told(self) -> str:
        """What a person is told of a failure."""
        error = self.envelope["error"] or {}
        return " ".join(str(error.get(key, "")) for key in ("what", "why", "fix"))

    @property
    def facts(self) -> dict[str, Any] | None:
        """What the envelope says is live; None when it says nothing of that."""
        holder = self.envelope["error"] or self.envelope["result"] or {}
        facts: dict[str, Any] | None = holder.get("live")
        return facts


def check_told(end: End, before: str | None, live: str | None, *, new: bool) -> None:
    """Hold what is told against the truth.

    Args:
        end: of the deploy.
        before: the version that was live when it began.
        live: the version that is live now.
        new: whether the deploy has brought that.
    """
    told = end.told
    assert end.code != Exit.BUG, told
    if end.facts is None:  # it failed before it could change anything
        assert not new, told
    elif end.facts["known"]:
        assert (end.facts["version_id"], end.facts["new"]) == (live, new), told
    if _UNCHANGED in told:
        assert live == before, told
    if _NOTHING in told:
        assert live is None, told
    for version in _NOW.findall(told):
        assert version == live, told
    if end.code == Exit.DONE:
        assert end.envelope["result"]["version_id"] == live, told
        assert new, told


@dataclass
class Rig:
    """A project, an account with a version that is live, and what may befall a deploy.

    Attributes:
        before: the version that is live before anything is deployed.
    """

    project: Path
    party: Path
    temporary: Path
    standin: StandIn
    cli: Cli
    before: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.live

    @property
    def live(self) -> str | None:
        """The version that is live, by the stand-in."""
        return self.standin.live(WORKER)

    def deploy(self, *flags: str, proof: bool = False) -> End:
        """Deploy in this process."""
        words = (*DEPLOY, *(() if proof else ("--no-proof",)), *flags)
        ran = self.cli(*words)
        return End(ran.code, ran.envelope)

    def start(
        self, *flags: str, proof: bool = False, temporary: Path | None = None
    ) -> subprocess.Popen[str]:
        """Deploy in a process of its own."""
        words = [*DEPLOY, *(() if proof else ("--no-proof",)), *flags]
        return subprocess.Popen(
            [sys.executable, "-m", "vttsync", *words], text=True, cwd=self.project,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(temporary or self.temporary)},
        )  # fmt: skip

    def interrupt(
        self, ready: Callable[[], object], *flags: str, proof: bool = False,
        number: int = signal.SIGINT,
    ) -> End:  # fmt: skip
        """Deploy in a process of its own, and send it a signal as soon as `ready` returns."""
        with self.start(*flags, proof=proof) as process:
            try:
                ready()
                process.send_signal(number)
                out, err = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        assert out, err
        return End(process.returncode, json.loads(out))

    def storm(
        self, trouble: Trouble, call: tuple[str, str], *,
        times: float = inf, after: int = 0, seconds: int | None = None,
    ) -> Storm:  # fmt: skip
        """Let `trouble` befall `call`, a method and a path."""
        method, path = call
        storm = Storm(trouble, path, method, times, after, seconds)
        self.standin.weather.storms.append(storm)
        return storm

    def clear(self) -> None:
        """Let nothing more befall anything."""
        self.standin.weather.storms.clear()
        self.standin.clouds.clear()

    def check(self, end: End) -> None:
        """Whatever happened: what is told is true, nothing runs on, and the lock is free."""
        check_told(end, self.before, self.live, new=self.live not in (None, self.before))
        assert self.running() == []
        assert list(self.temporary.iterdir()) == []
        with only_one(self.project / ".vttsync" / "locks" / "prod.lock", _TAKEN):
            pass

    def running(self) -> list[str]:
        """What runs for a deploy, of this project or with its packages; not the stand-in's."""
        marks = (str(self.project).encode(), str(self.party).encode())
        lines = [_words(pid) for pid in pids()]
        return [
            line.decode(errors="replace")
            for line in lines
            if any(mark in line for mark in marks) and b"workerd" not in line.split(b"\0")[0]
        ]


def quick_wrangler(party: Path, room: Path | None = None) -> None:
    """Put what makes wrangler's calls, and little else, in the place of `party`'s packages.

    Args:
        party: the room's folder.
        room: the module to deploy; without one, nothing that runs.
    """
    packages = party / "node_modules"
    cli = packages / "wrangler" / "wrangler-dist" / "cli.js"
    cli.parent.mkdir(parents=True)
    cli.write_bytes(Path(__file__).with_name("wrangler.cjs").read_bytes())
    if room:
        cli.with_name("room.js").write_bytes(room.read_bytes())
    (packages / ".package-lock.json").write_bytes((party / "package-lock.json").read_bytes())


def kill_wrangler(project: Path) -> None:
    """End every wrangler of `project`, which can't do anything about it."""
    mark = str(project).encode()
    for pid in pids():
        words = _words(pid).split(b"\0")
        if any(mark in word and word.endswith(b"cli.js") for word in words):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
