"""Calls that meet bad weather: exit code, message, and what is live by the stand-in."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tests.faults.rig import DEPLOYMENT, PATIENCE, UPLOAD, WORKER, Rig, kill_wrangler
from vttsync.deploy.desired import desired
from vttsync.deploy.execute.run import deploy
from vttsync.deploy.patience import Patience
from vttsync.node.wrangler import WranglerError
from vttsync.output.terminal import Terminal
from vttsync.project.folder import open_project
from vttsync.rehearsal.api.weather import RAY, Trouble

pytestmark = pytest.mark.slow

_SHORT = 8.0  # seconds; enough for wrangler to get to the call, on a busy machine
ASKS = ("GET", f"/{WORKER}/deployments")


@pytest.mark.parametrize("trouble", [Trouble.LIMITED, Trouble.FAILING, Trouble.RESET])
def test_an_upload_that_fails_once_is_tried_again(rig: Rig, trouble: Trouble) -> None:
    rig.storm(trouble, UPLOAD, times=1, seconds=1)
    end = rig.deploy()
    assert end.code == 0, end.told
    rig.check(end)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Trouble.LIMITED, "throttling"),
        (Trouble.FAILING, "10013"),
        (Trouble.BLOCKED, f"A page came back instead of an answer (ray id {RAY})"),
        (Trouble.RESET, "fetch failed"),
    ],
)
def test_an_upload_that_never_gets_through(rig: Rig, trouble: Trouble, told: str) -> None:
    rig.storm(trouble, UPLOAD, seconds=1)
    end = rig.deploy()
    assert end.code == 7
    assert told in end.told
    assert "What was live is still live." in end.told
    assert rig.live == rig.before
    rig.check(end)


def test_a_version_that_is_uploaded_and_can_not_be_made_live(rig: Rig) -> None:
    rig.storm(Trouble.FAILING, DEPLOYMENT)
    end = rig.deploy()
    assert end.code == 7
    assert rig.live == rig.before
    rig.check(end)


@pytest.mark.parametrize("call", [UPLOAD, DEPLOYMENT], ids=["upload", "deployment"])
def test_an_answer_that_is_lost_after_it_took_effect(rig: Rig, call: tuple[str, str]) -> None:
    storm = rig.storm(Trouble.LOST, call, times=1)
    end = rig.deploy()
    assert storm.struck.is_set()
    assert end.code == 0, end.told
    rig.check(end)


def test_a_first_upload_whose_answer_is_lost(rig: Rig) -> None:
    rig.storm(Trouble.LOST, ("PUT", "/scripts/my-table-staging"), times=1)
    ran = rig.cli("deploy", "--env", "staging", "--json", "--no-proof")
    assert ran.code == 0, ran.out
    assert ran.envelope["result"]["version_id"] == rig.standin.live("my-table-staging")


def test_cloudflare_can_not_be_asked_what_is_live(rig: Rig) -> None:
    upload = rig.storm(Trouble.LATE, DEPLOYMENT)

    def worsen() -> None:
        upload.struck.wait(PATIENCE)
        rig.storm(Trouble.FAILING, ASKS)
        kill_wrangler(rig.project)

    worse = threading.Thread(target=worsen)
    worse.start()
    end = rig.deploy()
    worse.join()
    assert end.code == 7
    assert "not known" in end.told
    assert end.facts == {"known": False, "version_id": None, "new": False}
    rig.check(end)


@pytest.mark.parametrize(
    ("trouble", "call", "code"),
    [
        (Trouble.HELD, UPLOAD, 7),
        (Trouble.LATE, DEPLOYMENT, 0),
        (Trouble.BEHIND, DEPLOYMENT, 0),
    ],
)
def test_wrangler_is_killed(rig: Rig, trouble: Trouble, call: tuple[str, str], code: int) -> None:
    storm = rig.storm(trouble, call, times=1)

    def kill() -> None:
        storm.struck.wait(PATIENCE)
        kill_wrangler(rig.project)

    killer = threading.Thread(target=kill)
    killer.start()
    end = rig.deploy()
    killer.join()
    assert end.code == code, end.told
    assert (rig.live != rig.before) is (code == 0)
    rig.check(end)


def _deploy_within(seconds: float) -> str:
    """Deploy with a time limit for wrangler; tell which version that has brought."""
    project = open_project(Path())
    want = desired(project, "prod", os.environ)
    patience = Patience(upload=seconds, settling=0.1)
    return deploy(project, want, Terminal("deploy").stage, patience=patience).receipt.version_id


def test_an_upload_that_is_slower_than_the_time_limit(rig: Rig) -> None:
    rig.storm(Trouble.HELD, UPLOAD)
    with pytest.raises(WranglerError, match="did not finish within") as caught:
        _deploy_within(_SHORT)
    assert caught.value.exit_code == 7
    assert "What was live is still live." in str(caught.value)
    assert rig.live == rig.before
    assert rig.running() == []


def test_a_deployment_that_took_effect_and_is_slower_than_the_time_limit(rig: Rig) -> None:
    storm = rig.storm(Trouble.LATE, DEPLOYMENT)
    version = _deploy_within(_SHORT)
    assert storm.struck.is_set()
    assert version == rig.live != rig.before
    assert rig.running() == []
