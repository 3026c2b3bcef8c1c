"""The official Python SDK reads the stand-in's answers into its typed models: a second opinion.

The SDK is generated from Cloudflare's published schema, and asked to validate what it gets.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cloudflare import APIStatusError, Cloudflare
from cloudflare.types.workers.scripts import DeploymentListResponse, version_get_response

from tests.unit.rehearsal.cloud import ACCOUNT, Cloud, secret
from vttsync.rehearsal.api.auth import Persona
from vttsync.rehearsal.api.desk import Terms, Zone
from vttsync.rehearsal.api.server import Server

HOST = "table.example.com"
TERMS = Terms(
    zones=(Zone("example.com", records={HOST: ("A", "203.0.113.9")}, routes={"e.com/*": "room"}),),
    hostnames={HOST: "room"},
)


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    """An account with one Worker, of two versions, with a Durable Object class and a secret."""
    cloud = Cloud(tmp_path / "account", TERMS)
    migrations = {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Session"]}]}
    room = {"type": "durable_object_namespace", "name": "Session", "class_name": "Session"}
    meta = {"type": "version_metadata", "name": "CF_VERSION_METADATA"}
    bindings = [room, meta, secret("PUBLISH_KEY", "p")]
    assert cloud.upload(bindings=bindings, migrations=migrations,
                        compatibility_date="2026-10-01").status == 200  # fmt: skip
    put = cloud.script("PUT", "/secrets", json={"name": "TICKET_KEY", "text": "t"})
    assert put.status == 200
    return cloud


@pytest.fixture
def sdk(cloud: Cloud) -> Iterator[Cloudflare]:
    with (
        Server(cloud.api) as server,
        Cloudflare(
            api_token=cloud.token,
            base_url=server.url,
            max_retries=0,
            _strict_response_validation=True,
        ) as client,
    ):
        yield client


def test_tokens(sdk: Cloudflare, cloud: Cloud) -> None:
    verified = sdk.user.tokens.verify()
    assert verified
    assert verified.status == "active"
    owned = sdk.with_options(api_token=cloud.owned)
    account = owned.accounts.tokens.verify(account_id=ACCOUNT)
    assert account
    assert account.status == "active"
    expiring = sdk.with_options(api_token=cloud.tokens[Persona.EXPIRING]).user.tokens.verify()
    assert expiring
    assert expiring.expires_on


def test_accounts(sdk: Cloudflare) -> None:
    assert [account.id for account in sdk.accounts.list()] == [ACCOUNT]
    account = sdk.accounts.get(account_id=ACCOUNT)
    assert account
    assert account.name == "Rehearsal"


def test_scripts(sdk: Cloudflare) -> None:
    (script,) = sdk.workers.scripts.list(account_id=ACCOUNT)
    assert (script.id, script.migration_tag) == ("room", "v1")
    settings = sdk.workers.scripts.script_and_version_settings.get("room", account_id=ACCOUNT)
    assert settings
    assert {binding.name for binding in settings.bindings or ()} == {
        "Session",
        "CF_VERSION_METADATA",
        "PUBLISH_KEY",
        "TICKET_KEY",
    }
    assert sdk.workers.scripts.subdomain.get("room", account_id=ACCOUNT).enabled is False
    worker = sdk.workers.beta.workers.get("room", account_id=ACCOUNT)
    assert worker
    assert worker.name == "room"


def test_versions(sdk: Cloudflare) -> None:
    versions = [it.id for it in sdk.workers.scripts.versions.list("room", account_id=ACCOUNT)]
    assert len(versions) == 2


def test_a_version(cloud: Cloud) -> None:
    # In parts: the SDK's model of the bindings is a class that pydantic has no schema for, so that
    # `versions.get` fails on any answer.
    latest = cloud.store.get("room").latest
    raw = cloud("GET", cloud.at(f"scripts/room/versions/{latest.id}")).result
    assert (raw["id"], raw["number"]) == (latest.id, 2)
    version_get_response.Metadata.model_validate(raw["metadata"])
    resources = raw["resources"]
    assert version_get_response.ResourcesScript.model_validate(resources["script"]).etag
    runtime = version_get_response.ResourcesScriptRuntime.model_validate(
        resources["script_runtime"]
    )
    assert runtime.compatibility_date == "2026-10-01"


def test_deployments(sdk: Cloudflare, cloud: Cloud) -> None:
    # The SDK's list looks for `items` and finds nothing in the shape that wrangler reads; its
    # model of that shape is right.
    raw = sdk.workers.scripts.deployments.with_raw_response.list("room", account_id=ACCOUNT)
    told = DeploymentListResponse.model_validate(raw.json()["result"])  # type: ignore[index]
    assert [it.versions[0].version_id for it in told.deployments] == [
        version.id for version in reversed(cloud.store.get("room").versions)
    ]


def test_secrets(sdk: Cloudflare) -> None:
    secrets = sdk.workers.scripts.secrets.list("room", account_id=ACCOUNT)
    assert {it.name for it in secrets} == {"PUBLISH_KEY", "TICKET_KEY"}


def test_subdomain(sdk: Cloudflare) -> None:
    found = sdk.workers.subdomains.get(account_id=ACCOUNT)
    assert found
    assert found.subdomain == "rehearsal"


def test_zones_records_routes_and_domains(sdk: Cloudflare) -> None:
    (zone,) = sdk.zones.list(name="example.com")
    assert zone.status == "active"
    (record,) = sdk.dns.records.list(zone_id=zone.id)
    assert (record.name, record.content) == (HOST, "203.0.113.9")
    (route,) = sdk.workers.routes.list(zone_id=zone.id)
    assert route.script == "room"
    (domain,) = sdk.workers.domains.list(account_id=ACCOUNT, hostname=HOST)
    assert (domain.hostname, domain.service) == (HOST, "room")


def test_durable_objects(sdk: Cloudflare) -> None:
    (namespace,) = sdk.durable_objects.namespaces.list(account_id=ACCOUNT)
    assert (namespace.class_, namespace.use_sqlite) == ("Session", True)


@pytest.mark.parametrize(
    ("persona", "status", "code"),
    [(Persona.UNKNOWN, 401, 1000), (Persona.IP_LOCKED, 403, 9109)],
)
def test_refusals(sdk: Cloudflare, cloud: Cloud, persona: Persona, status: int, code: int) -> None:
    with pytest.raises(APIStatusError) as caught:
        sdk.with_options(api_token=cloud.tokens[persona]).user.tokens.verify()
    assert caught.value.status_code == status
    assert [error.code for error in caught.value.errors] == [code]
