"""Clients that stay across real deploys: wrangler's uploads in workerd."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from vttsync import web
from vttsync.broadcast.survival.survival import Fault, Survival
from vttsync.broadcast.survival.target import Target as Watched
from vttsync.broadcast.survival.watch import surviving
from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.deployments import make_live
from vttsync.cloudflare.token import read_token
from vttsync.node.runtime import Node
from vttsync.node.wrangler import Target, Wrangler
from vttsync.rehearsal.standin import StandIn

pytestmark = pytest.mark.slow

BEFORE = {"PUBLISH_KEY": "first-" + "p" * 32, "TICKET_KEY": "first-" + "t" * 32}
AFTER = {"PUBLISH_KEY": "second-" + "p" * 32, "TICKET_KEY": "second-" + "t" * 32}
OPENED = "    migrate(storage);\n"
LOSING = "    storage.sql.exec(\"DELETE FROM entity WHERE kind = 'note'\");\n"


@pytest.fixture
def own_wrangler(node: Node, project: Path, standin: StandIn) -> Wrangler:
    """One whose room may be edited."""
    target = Target(standin.account_id, standin.token, standin.api_url)
    return Wrangler(node, project / "party", target)


def watched(standin: StandIn, worker: str) -> Watched:
    publish, ticket = (
        [SecretStr(keys[name]) for keys in (AFTER, BEFORE)]
        for name in ("PUBLISH_KEY", "TICKET_KEY")
    )
    return Watched(standin.room_url(worker), publish, ticket)


def roll_back(standin: StandIn, version: str) -> None:
    with CloudflareApi(standin.api_url, read_token(standin.token)) as api:
        worker = "vttsync-room-prod"
        make_live(api, standin.account_id, worker, version, message="back", over_secrets=True)


def everyone_was_dropped_and_lost_nothing(survival: Survival) -> None:
    assert survival.passed, survival.problems
    assert all(stay.drops == 1 for stay in survival.clients)
    assert survival.publishes > 0


def test_everyone_survives_a_deploy_with_other_keys_and_the_way_back(
    wrangler: Wrangler, standin: StandIn
) -> None:
    first = wrangler.deploy("prod", BEFORE).version_id
    target = watched(standin, "vttsync-room-prod")
    with surviving(target, lambda event: None) as survivors:
        second = wrangler.deploy("prod", AFTER).version_id
        survival = survivors.finish(30.0, version=second)
    everyone_was_dropped_and_lost_nothing(survival)
    assert all(stay.versions == (first, second) for stay in survival.clients)
    path = f"{target.room(target.ticket_keys[0]).path}/health"
    with web.client(target.url, {"authorization": f"Bearer {AFTER['PUBLISH_KEY']}"}) as http:
        assert http.get(path).json()["seq"]["gm"] == 0  # removed: this is another life of it

    with surviving(watched(standin, "vttsync-room-prod"), lambda event: None) as survivors:
        roll_back(standin, first)
        survival = survivors.finish(30.0, version=first)
    everyone_was_dropped_and_lost_nothing(survival)


def test_a_new_version_that_loses_what_the_one_before_had_stored(
    own_wrangler: Wrangler, standin: StandIn
) -> None:
    own_wrangler.deploy("prod", BEFORE)
    store = own_wrangler.party / "src" / "store.ts"
    store.write_text(store.read_text().replace(OPENED, OPENED + LOSING))
    with surviving(watched(standin, "my-table-prod"), lambda event: None) as survivors:
        own_wrangler.deploy("prod", BEFORE)
        survival = survivors.finish(30.0)

    assert {problem.fault for problem in survival.problems} == {Fault.MISSING}
    assert len(survival.problems) == 4
