"""What a plan is made from, as the stand-in's API tells it after each way to change a Worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.served import WORKER, Served, served
from tests.unit.rehearsal.cloud import ACCOUNT, secret
from vttsync.cloudflare.token import read_token
from vttsync.deploy.desired import Desired
from vttsync.deploy.plan.reading import Live, by_deploy, read_account
from vttsync.errors import Exit, VttsyncError
from vttsync.project.secrets import Secrets
from vttsync.project.wrangler_toml import Route, Worker
from vttsync.rehearsal.api.auth import Persona

SESSION = {"type": "durable_object_namespace", "name": "Room", "class_name": "Session"}
MIGRATIONS = {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Session"]}]}
MOTTO = {"type": "plain_text", "name": "MOTTO", "text": "fair play"}
MINE = {"type": "plain_text", "name": "MOTTO", "text": "no mercy"}


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "account") as cloud:
        yield cloud


def desired(cloud: Served, *routes: Route, token: str = "") -> Desired:
    return Desired(
        env="prod",
        worker=Worker(WORKER, (), None, workers_dev=True, routes=routes),
        account_id=ACCOUNT,
        account_origin="a test",
        token=read_token(token or cloud.token),
        token_origin="a test",
        api_base_url=cloud.url,
        secrets=Secrets({}),
        url="",
    )


def deploy(cloud: Served, code: str = "export default {}", tag: str = "") -> str:
    """Upload a version that goes live; tell its id."""
    new: dict[str, Any] = {} if cloud.store.find(WORKER) else {"migrations": MIGRATIONS}
    cloud.upload(
        code, to=WORKER, bindings=[SESSION, MOTTO, secret("KEY", "k")], **new,
        compatibility_date="2026-10-01", annotations={"workers/message": f"says {code}",
                                                      "workers/tag": tag or None},
    )  # fmt: skip
    return cloud.store.get(WORKER).live.id


def live(cloud: Served) -> Live:
    found = read_account(desired(cloud)).live
    assert found
    return found


def test_nothing_is_live(cloud: Served) -> None:
    read = read_account(desired(cloud))
    assert read.live is None
    assert read.addresses.workers_dev is None


def test_what_a_deploy_made(cloud: Served) -> None:
    first = deploy(cloud, tag="vttsync-3f9c0a1b2d4e")
    found = live(cloud)
    assert found.now.version_id == found.version.id == first
    assert (found.now.message, found.now.tag) == ("says export default {}", "vttsync-3f9c0a1b2d4e")
    assert found.deployed == found.version
    assert found.migration_tag == "v1"
    version = found.version
    assert version.classes == {"Room": "Session"}
    assert version.bound.variables == {"MOTTO": "fair play"}
    assert version.bound.secrets == {"KEY"}
    assert version.compatibility_date == "2026-10-01"


def test_a_secret_set_since_leaves_the_deploy_in_sight(cloud: Served) -> None:
    first = deploy(cloud)
    path = cloud.at(f"scripts/{WORKER}/secrets")
    assert cloud("PUT", path, json={"name": "MORE", "text": "x"}).status == 200
    found = live(cloud)
    assert found.deployed
    assert (found.deployed.id, found.deployed.etag) == (first, found.version.etag)
    assert found.version.id != first
    assert found.version.bound.secrets == {"KEY", "MORE"}


def test_an_edit_on_the_dashboard_is_no_deploy(cloud: Served) -> None:
    deploy(cloud)
    second = deploy(cloud, "export default {b: 1}")
    cloud.edit_on_dashboard(MINE)
    cloud.edit_on_dashboard(secret("KEY", "other"))
    found = live(cloud)
    assert found.version.source == "dash"
    assert found.version.bound.variables == {"MOTTO": "no mercy"}
    assert found.deployed
    assert found.deployed.id == second
    assert found.deployed.bound.variables == {"MOTTO": "fair play"}


def test_after_a_rollback_the_newer_deploy_does_not_count(cloud: Served) -> None:
    first = deploy(cloud)
    deploy(cloud, "export default {b: 1}")
    share = {"version_id": first, "percentage": 100}
    body = {"strategy": "percentage", "versions": [share]}
    assert cloud("POST", cloud.at(f"scripts/{WORKER}/deployments"), json=body).status == 200
    found = live(cloud)
    assert found.version.id == first
    assert found.deployed == found.version


def test_a_worker_whose_deploys_are_beyond_the_list_counts_as_made_by_hand(cloud: Served) -> None:
    deploy(cloud)
    worker = cloud.store.get(WORKER)
    edits = [replace(worker.latest, id=f"{at}", number=at, trigger="api") for at in range(2, 105)]
    deployments = (replace(worker.deployments[0], version_id="104"),)
    cloud.store.put(replace(worker, versions=(*worker.versions, *edits), deployments=deployments))
    assert live(cloud).deployed is None


@pytest.mark.parametrize(
    ("source", "trigger", "tag", "deployed"),
    [
        ("wrangler", "upload", "", True),
        ("workersci", "version_upload", "", True),
        ("wrangler", "secret", "", False),
        ("quick_editor", "upload", "", False),
        ("dash", "upload", "v1.2", False),
        ("api", "another word", "vttsync-3f9c0a1b2d4e", True),
    ],
)
def test_who_made_a_version(source: str, trigger: str, tag: str, deployed: bool) -> None:
    annotations = {"workers/triggered_by": trigger, "workers/tag": tag}
    version = {"metadata": {"source": source}, "annotations": annotations}
    assert by_deploy(version) is deployed


def test_addresses_are_asked_for_where_a_deploy_sets_some(cloud: Served) -> None:
    deploy(cloud)
    route = Route("table.example.com", custom_domain=True)
    cloud("POST", cloud.at(f"scripts/{WORKER}/subdomain"), json={"enabled": True})
    assert read_account(desired(cloud)).addresses.workers_dev is True
    asked = [call.path for call in cloud.api.calls()]
    read_account(desired(cloud, route, Route("example.com/t/*")))
    more = {call.path for call in cloud.api.calls()} - set(asked)
    assert more == {f"/accounts/{ACCOUNT}/workers/domains", "/zones"}


def test_a_token_that_may_not_know_is_no_empty_account(cloud: Served) -> None:
    deploy(cloud)
    token = cloud.tokens[Persona.OTHER_ACCOUNT]
    with pytest.raises(VttsyncError, match="does not say what is live") as caught:
        read_account(desired(cloud, token=token))
    assert caught.value.exit_code is Exit.CREDENTIALS
