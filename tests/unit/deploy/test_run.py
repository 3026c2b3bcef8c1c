"""A deploy from check to receipt: Cloudflare is mocked, and wrangler is a script of three lines."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpx import HTTPXMock

from tests.unit.deploy.cloud import ACCOUNT, IMPATIENT, TOKEN, UPLOADED, URL, WANT, Cloud
from tests.unit.deploy.cloud import nowhere as _stage
from vttsync.cloudflare.deployments import SecretsChangedError
from vttsync.deploy.execute.rollback import roll_back
from vttsync.deploy.execute.run import MovedError, deploy, execute, prepare
from vttsync.deploy.health import wait_until_inside, wait_until_live
from vttsync.deploy.plan.planning import plan_deploy
from vttsync.deploy.receipt import Receipt, read_receipt, write_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.node import space, wrangler
from vttsync.project.folder import Project


def test_the_receipt_is_kept_whatever_fails_after_the_upload(
    project: Project, wrangler_does: Callable[[str], None], cloud: Cloud
) -> None:
    wrangler_does(UPLOADED)
    cloud.answers = "old"
    with pytest.raises(VttsyncError, match="does not answer") as caught:
        deploy(project, WANT, _stage, patience=IMPATIENT)
    assert caught.value.exit_code is Exit.VERIFY_FAILED
    assert "Version new is live now, the new one." in caught.value.fix
    receipt = read_receipt(project.state, "prod")
    assert receipt
    assert (receipt.version_id, receipt.previous_version, receipt.url) == ("new", "old", URL)


def test_the_receipt_is_kept_though_the_address_is_not_known(
    project: Project, cloud: Cloud, wrangler_does: Callable[[str], None]
) -> None:
    wrangler_does(UPLOADED.replace("w.example.test", "w.example.test/*"))
    with pytest.raises(VttsyncError, match="does not know its address"):
        deploy(project, replace(WANT, url=""), _stage, patience=IMPATIENT)
    receipt = read_receipt(project.state, "prod")
    assert receipt
    assert (receipt.version_id, receipt.url) == ("new", "")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("process.exit(1);", "What was live is still live."),
        ('tell({type: "deploy"});', "It reported no version id."),
        ('fs.writeFileSync(told, \'{"type": "dep\');', "It reported no version id."),
        ("console.error(process.env.CLOUDFLARE_API_TOKEN); process.exit(1);", "***"),
        ('process.stderr.write(fs.readFileSync(0) + "\\n"); process.exit(1);', "***"),
        ('live("other", "x"); process.exit(1);', "Version other is live now, which another"),
    ],
)
def test_a_wrangler_that_fails_is_told_with_what_is_live(
    project: Project, wrangler_does: Callable[[str], None], cloud: Cloud, code: str, told: str
) -> None:
    wrangler_does(code)
    with pytest.raises(VttsyncError, match="could not deploy") as caught:
        deploy(project, WANT, _stage, patience=IMPATIENT)
    assert caught.value.exit_code is Exit.DEPLOY_FAILED
    assert told in str(caught.value)
    version = cloud.live()[0][1]
    assert caught.value.facts["live"] == {"known": True, "version_id": version, "new": False}
    for secret in (TOKEN, "p" * 40, "t" * 40):
        assert secret not in str(caught.value)


def test_a_version_that_went_live_though_wrangler_failed_is_gone_on_with(
    project: Project, wrangler_does: Callable[[str], None], cloud: Cloud
) -> None:
    wrangler_does(
        'if (argv[0] === "triggers") process.exit(0);'
        'live("new", tag); console.error("fetch failed"); process.exit(1);'
    )
    outcome = deploy(project, WANT, _stage, patience=IMPATIENT)
    assert outcome.receipt.version_id == "new"
    assert "wrangler failed (fetch failed), yet its version is live" in outcome.notes[-1]


def test_a_new_version_whose_addresses_could_not_be_set_is_told_as_live(
    project: Project, wrangler_does: Callable[[str], None], cloud: Cloud
) -> None:
    wrangler_does('if (argv[0] === "deploy") live("new", tag); console.error("no zone"); throw 1;')
    with pytest.raises(VttsyncError, match="live, but not at all of its addresses") as caught:
        deploy(project, WANT, _stage, patience=IMPATIENT)
    assert caught.value.exit_code is Exit.DEPLOY_FAILED
    assert "no zone" in caught.value.why
    assert caught.value.facts["live"] == {"known": True, "version_id": "new", "new": True}
    receipt = read_receipt(project.state, "prod")
    assert receipt
    assert receipt.version_id == "new"


def test_a_wrangler_that_fails_when_cloudflare_can_not_be_asked(
    project: Project, wrangler_does: Callable[[str], None], cloud: Cloud
) -> None:
    wrangler_does("fs.writeFileSync('silent', ''); process.exit(1);")
    cloud.silent_after(project.party / "silent")
    with pytest.raises(VttsyncError, match="live now is not known"):
        deploy(project, WANT, _stage, patience=IMPATIENT)


def test_somebody_else_who_deploys_in_between(
    project: Project, wrangler_does: Callable[[str], None], cloud: Cloud
) -> None:
    wrangler_does('fs.writeFileSync("uploaded", "");')
    ready, code = prepare(project, WANT, _stage)
    plan = plan_deploy(project, WANT, ready, code)
    cloud.serve("theirs")
    with pytest.raises(MovedError, match="Somebody else has deployed") as caught:
        execute(project, WANT, ready, plan, _stage, patience=IMPATIENT)
    assert caught.value.exit_code is Exit.DEPLOY_FAILED
    assert "theirs" in caught.value.why
    assert not (project.party / "uploaded").exists()


def test_a_folder_that_can_not_hold_the_receipt_is_told_before_the_upload(
    project: Project, wrangler_does: Callable[[str], None], cloud: Cloud
) -> None:
    wrangler_does('fs.writeFileSync("uploaded", "");')
    project.state.write_text("a file where the folder must go")
    with pytest.raises(VttsyncError, match="Nothing was deployed") as caught:
        deploy(project, WANT, _stage, patience=IMPATIENT)
    assert caught.value.exit_code is Exit.CONFIG
    assert not (project.party / "uploaded").exists()


def _receipt(version: str, previous: str | None) -> Receipt:
    return Receipt("prod", "my-table-prod", ACCOUNT, URL, version, previous, "2026-11-01")


def test_a_rollback_brings_back_the_version_of_its_receipt(project: Project, cloud: Cloud) -> None:
    roll_back(project, WANT, _receipt("good", "older"), _stage, patience=IMPATIENT)
    assert cloud.live()[0][1] == "good"
    assert read_receipt(project.state, "prod") == _receipt("good", "older")


def test_a_rollback_that_fails_is_called_one(project: Project, cloud: Cloud) -> None:
    cloud.refused = {"code": 10211, "message": "a migration lies between"}
    write_receipt(project.state, _receipt("old", "good"))
    with pytest.raises(VttsyncError, match="refuses to make version good live") as caught:
        roll_back(project, WANT, _receipt("good", "older"), _stage, patience=IMPATIENT)
    assert "What was live is still live." in caught.value.fix
    assert read_receipt(project.state, "prod") == _receipt("old", "good")


def test_a_rollback_over_other_secrets_is_refused(project: Project, cloud: Cloud) -> None:
    cloud.refused = {"code": 10220, "message": "have changed: PUBLISH_KEY"}
    with pytest.raises(SecretsChangedError, match="other secrets") as caught:
        roll_back(project, WANT, _receipt("good", "older"), _stage, patience=IMPATIENT)
    assert "PUBLISH_KEY" in caught.value.why
    assert cloud.live()[0][1] == "old"


def _healthy(httpx_mock: HTTPXMock, *versions: str) -> None:
    for version in versions:
        httpx_mock.add_response(url=f"{URL}/health", json={"protocol": 1, "version": version})


def test_a_version_is_live_when_it_answers_itself(httpx_mock: HTTPXMock) -> None:
    _healthy(httpx_mock, "old", "new")
    wait_until_live(URL, "new")
    assert len(httpx_mock.get_requests()) == 2


def test_another_version_is_not_enough(httpx_mock: HTTPXMock) -> None:
    _healthy(httpx_mock, "old")
    with pytest.raises(VttsyncError, match="version old"):
        wait_until_live(URL, "new", patience=0)


def test_a_room_that_runs_another_version_is_not_enough(httpx_mock: HTTPXMock) -> None:
    inside = re.compile(re.escape(URL) + r"/parties/session/vttsync-verify-\w+/health")
    httpx_mock.add_response(url=inside, json={"protocol": 1, "version": "old"})
    httpx_mock.add_response(method="DELETE", status_code=204)
    with pytest.raises(VttsyncError, match="does not run inside its rooms") as caught:
        wait_until_inside(URL, "new", "p" * 40, patience=0)
    assert "version old" in caught.value.why
    keys = {request.headers["authorization"] for request in httpx_mock.get_requests()}
    assert keys == {"Bearer " + "p" * 40}


def test_a_receipt_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "receipts" / "prod.json").mkdir(parents=True)
    with pytest.raises(VttsyncError, match=r"prod\.json can't be read") as caught:
        read_receipt(tmp_path, "prod")
    assert caught.value.exit_code is Exit.CONFIG


def test_a_file_with_secrets_is_private_and_gone_afterwards() -> None:
    with wrangler._private_file('{"KEY": "x"}') as name:
        assert Path(name).read_text() == '{"KEY": "x"}'
        assert sys.platform == "win32" or Path(name).stat().st_mode & 0o077 == 0
    assert not Path(name).exists()


def test_a_full_disk_is_seen_where_children_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert space.full([tmp_path / "nowhere", tmp_path]) is None
    assert space.full([tmp_path / "nowhere", tmp_path], least=2**63) == tmp_path
    monkeypatch.setenv("TMPDIR", os.fspath(tmp_path))
    assert space.temporary_folder() == tmp_path
