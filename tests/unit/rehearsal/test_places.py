"""Custom domains and routes on the stand-in, set as wrangler sets them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.rehearsal.cloud import Cloud, Reply
from vttsync.rehearsal.api.desk import Terms, Zone

HOST = "table.example.com"
RECORDED = Zone("example.com", records={HOST: ("A", "203.0.113.9")}, routes={"example.com/*": "x"})


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    cloud = Cloud(tmp_path / "account", Terms(zones=(RECORDED,), hostnames={"a.example.com": "x"}))
    cloud.upload()
    cloud.upload(to="other")
    return cloud


def put(cloud: Cloud, *hosts: str, worker: str = "room", **override: Any) -> Reply:
    origins = [{"hostname": host} for host in hosts]
    path = cloud.at(f"scripts/{worker}/domains/records")
    return cloud("PUT", path, json={"origins": origins, **override})


def owners(cloud: Cloud) -> dict[str, str]:
    return {it["hostname"]: it["service"] for it in cloud("GET", cloud.at("domains")).result}


def test_a_domain_is_set_and_the_list_replaced(cloud: Cloud) -> None:
    assert put(cloud, "b.example.com", "c.example.com").status == 200
    assert put(cloud, "c.example.com").status == 200
    assert owners(cloud) == {"a.example.com": "x", "c.example.com": "room"}


def test_a_domain_is_taken_only_with_an_override(cloud: Cloud) -> None:
    assert put(cloud, "b.example.com", worker="other").status == 200
    for host in ("a.example.com", "b.example.com"):
        assert put(cloud, host).status == 409
    hosts = ("a.example.com", "b.example.com")
    assert put(cloud, *hosts, override_existing_origin=True).status == 200
    assert owners(cloud) == dict.fromkeys(hosts, "room")


def test_a_dns_record_is_in_the_way(cloud: Cloud) -> None:
    assert put(cloud, HOST).codes == [100117]
    assert put(cloud, HOST, override_existing_dns_record=True).status == 200
    assert put(cloud, "table.example.org").codes == [10083]


def test_a_changeset_tells_what_would_change(cloud: Cloud) -> None:
    assert put(cloud, "b.example.com").status == 200
    wanted = [{"hostname": it} for it in ("a.example.com", "c.example.com", HOST)]
    told = cloud.script("POST", "/domains/changeset", json=wanted).result
    names = {key: [it["hostname"] for it in found] for key, found in told.items()}
    assert names == {
        "added": ["c.example.com", HOST],
        "removed": ["b.example.com"],
        "updated": ["a.example.com"],
        "conflicting": [HOST],
    }


def test_routes(cloud: Cloud) -> None:
    wanted = [{"pattern": "example.com/table/*"}, {"pattern": "*.example.com/t"}]
    assert cloud.script("PUT", "/routes", json=wanted).status == 200
    listed = cloud("GET", f"/zones/{RECORDED.id}/workers/routes").result
    assert {it["pattern"]: it["script"] for it in listed} == {
        "example.com/*": "x",
        "example.com/table/*": "room",
        "*.example.com/t": "room",
    }
    assert cloud.script("PUT", "/routes", json=[{"pattern": "example.com/*"}]).codes == [10020]
    assert cloud.script("PUT", "/routes", json=[{"pattern": "e.org/*"}]).codes == [10083]


def test_an_edit_on_the_dashboard_says_where_it_comes_from(cloud: Cloud) -> None:
    form = {"settings": (None, '{"bindings": []}')}
    assert cloud.script("PATCH", "/settings", files=form).status == 200
    newest, first = cloud.script("GET", "/versions").result["items"]
    assert (newest["metadata"]["source"], first["metadata"]["source"]) == ("dash", "wrangler")
    (deployment, _) = cloud.script("GET", "/deployments").result["deployments"]
    assert deployment["source"] == "dash"
