"""Faults in any number, anywhere, at once: what is told of what is live is true all the same."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from tests.faults.quick import WORKER, Quick, account
from tests.faults.rig import KEYS, PATIENCE, End, check_told, kill_wrangler, quick_wrangler
from tests.runner import Cli
from vttsync.interrupts import interrupts
from vttsync.project import write
from vttsync.project.install import Answers, plan_install
from vttsync.rehearsal.api.weather import Storm, Trouble
from vttsync.rehearsal.edge.clouds import Cloud, Haze
from vttsync.rehearsal.standin import ACCOUNT_ID

pytestmark = pytest.mark.slow

_EXAMPLES = int(os.environ.get("VTTSYNC_FAULT_EXAMPLES", "0"))
_CALLS = [
    ("GET", "/tokens/verify"),
    ("GET", f"/services/{WORKER}"),
    ("GET", f"/{WORKER}/deployments"),
    ("GET", f"/{WORKER}/versions"),
    ("POST", f"/{WORKER}/versions"),
    ("POST", f"/{WORKER}/deployments"),
    ("PATCH", f"/{WORKER}/script-settings"),
    ("GET", f"/workers/{WORKER}"),
    ("POST", f"/{WORKER}/subdomain"),
]
_HOLDING = (Trouble.HELD, Trouble.LATE, Trouble.BEHIND)
_MEANWHILE = ("nothing", "wrangler is killed", "Ctrl-C", "somebody deploys")


@dataclass(frozen=True)
class Fault:
    """A trouble on the way, and what happens while it holds a call."""

    trouble: Trouble
    call: tuple[str, str]
    times: float
    after: int
    meanwhile: str = "nothing"

    def storm(self) -> Storm:
        method, path = self.call
        times = 1 if self.trouble in _HOLDING else self.times
        return Storm(self.trouble, path, method, times, self.after, seconds=0)


_FAULTS = st.builds(
    Fault,
    st.sampled_from(Trouble),
    st.sampled_from(_CALLS),
    st.sampled_from([1, 2, inf]),
    st.integers(0, 5),
    st.sampled_from(_MEANWHILE),
)
_CLOUDS = st.tuples(st.sampled_from(Haze), st.sampled_from([1, inf]), st.integers(0, 1))


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A project in this folder, with another wrangler."""
    here = Path()
    write.write_all(here, plan_install(here, Answers("my-table", "", "party"), force=False))
    with Path("vttsync.toml").open("a") as file:
        file.write("\n[env.prod.limits]\nanswers_within = 0.2\n")
    quick_wrangler(Path("party"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    for name, value in {**KEYS, "CLOUDFLARE_ACCOUNT_ID": ACCOUNT_ID}.items():
        monkeypatch.setenv(name, value)
    return here.resolve()


@contextmanager
def _answering_signals() -> Iterator[None]:
    """Let Ctrl-C be vttsync's to answer, as it is in a process of its own."""
    before = signal.signal(signal.SIGINT, interrupts.hear)
    interrupts.heard = 0
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        interrupts.heard = 0


@contextmanager
def _meanwhile(quick: Quick, project: Path, fault: Fault, storm: Storm) -> Iterator[None]:
    """Do what happens while `storm` holds a call, then let go of it."""

    def act() -> None:
        storm.struck.wait(PATIENCE)
        if not over.is_set():
            match fault.meanwhile:
                case "wrangler is killed":
                    kill_wrangler(project)
                case "Ctrl-C":
                    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                case "somebody deploys":
                    quick.edit_secrets()
        storm.released.set()

    over, actor = threading.Event(), threading.Thread(target=act)
    actor.start()
    try:
        yield
    finally:
        over.set()
        storm.struck.set()
        actor.join()


def _deploy(cli: Cli, project: Path, quick: Quick, faults: list[Fault]) -> End:
    with ExitStack() as stack:
        stack.enter_context(_answering_signals())
        for fault in faults:
            storm = fault.storm()
            quick.storms.append(storm)
            if fault.trouble in _HOLDING:
                stack.enter_context(_meanwhile(quick, project, fault, storm))
        ran = cli("deploy", "--env", "prod", "--json", "--no-proof", "--yes")
    return End(ran.code, json.loads(ran.out))


@settings(
    max_examples=_EXAMPLES or 30,
    derandomize=not _EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # shrinking takes longer than looking
    suppress_health_check=list(HealthCheck),
)
@given(
    faults=st.lists(_FAULTS, max_size=3),
    clouds=st.lists(_CLOUDS, max_size=2),
    live=st.sampled_from([True, True, True, False]),
)
def test_what_is_told_is_true(
    project: Path,
    cli: Cli,
    faults: list[Fault],
    clouds: list[tuple[Haze, float, int]],
    live: bool,
) -> None:
    with TemporaryDirectory() as folder, account(Path(folder)) as quick:
        os.environ["CLOUDFLARE_API_BASE_URL"] = quick.url
        os.environ["CLOUDFLARE_API_TOKEN"] = quick.token
        if live:
            quick.first_version({name.removeprefix("VTTSYNC_"): it for name, it in KEYS.items()})
        before = quick.live
        quick.clouds += [Cloud(*cloud) for cloud in clouds]
        end = _deploy(cli, project, quick, faults)
        event(f"exit {end.code}")
        check_told(end, before, quick.live, new=quick.new)
        assert list(Path(os.environ["TMPDIR"]).iterdir()) == []
        if not faults and not clouds:
            assert end.code == 0, end.told
