from __future__ import annotations

import json

import pytest

from tests.unit.rehearsal.cloud import ACCOUNT, Cloud, secret


def _live(cloud: Cloud) -> str:
    newest = cloud.script("GET", "/deployments").result["deployments"][0]
    (share,) = newest["versions"]
    assert share["percentage"] == 100
    assert cloud.edge.live["room"] == share["version_id"]
    return str(share["version_id"])


def _put(cloud: Cloud, text: str) -> None:
    assert cloud.script("PUT", "/secrets", json={"name": "KEY", "text": text}).status == 200


def test_a_version_runs_once_it_is_deployed(cloud: Cloud) -> None:
    cloud.upload()
    first = _live(cloud)
    second = cloud.upload_version("export default {b: 1}").result
    assert second["startup_time_ms"] == 12
    assert second["resources"]["script"]["etag"]
    assert _live(cloud) == first
    message = {"workers/message": "why", "workers/tag": None}
    result = cloud.deploy(second["id"], annotations=message).result
    assert result["annotations"] == {
        "workers/triggered_by": "deployment",
        "workers/message": "why",
    }
    assert _live(cloud) == second["id"]


def test_versions_are_listed_newest_first_and_found_by_id(cloud: Cloud) -> None:
    cloud.upload()
    cloud.upload_version()
    items = cloud.script("GET", "/versions", params={"deployable": "true"}).result["items"]
    assert [item["number"] for item in items] == [2, 1]
    assert cloud.script("GET", f"/versions/{items[1]['id']}").result == items[1]
    assert cloud.script("GET", "/versions/none").codes == [10086]
    assert cloud.script("GET", "/versions", params={"page": "2"}).result == {"items": []}


def test_a_version_needs_its_worker(cloud: Cloud) -> None:
    assert cloud.upload_version().codes == [10007]
    for path in ("versions", "deployments", "secrets", "settings", "subdomain"):
        assert cloud.script("GET", f"/{path}").codes == [10007]


def test_every_secret_edit_is_a_version_and_a_deployment(cloud: Cloud) -> None:
    cloud.upload(bindings=[secret("OTHER", "same")])
    first = _live(cloud)
    _put(cloud, "one")
    assert _live(cloud) != first
    latest = cloud.store.get("room").latest
    assert latest.secrets == {"OTHER": "same", "KEY": "one"}
    assert (latest.trigger, latest.etag) == ("secret", cloud.store.get("room").versions[0].etag)
    assert cloud.script("DELETE", "/secrets/KEY").status == 200
    assert cloud.store.get("room").live.secrets == {"OTHER": "same"}


def test_bulk_secrets_set_and_delete(cloud: Cloud) -> None:
    cloud.upload(bindings=[secret("OLD", "x")])
    entry = {"name": "NEW", "text": "y", "type": "secret_text"}
    result = cloud.script("PATCH", "/secrets-bulk", json={"secrets": {"NEW": entry, "OLD": None}})
    assert result.result == [{"name": "NEW", "type": "secret_text"}]
    assert cloud.store.get("room").live.secrets == {"NEW": "y"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/secrets", {"name": "KEY", "text": "x"}),
        ("DELETE", "/secrets/KEY", None),
        ("PATCH", "/secrets-bulk", {"secrets": {}}),
    ],
)
def test_secrets_of_an_absent_worker_change_nothing(
    cloud: Cloud, method: str, path: str, body: dict[str, object] | None
) -> None:
    reply = cloud.script(method, path, json=body)
    assert (reply.status, reply.codes) == (404, [10007])
    assert cloud.store.workers() == []


def test_a_secret_may_not_take_the_name_of_a_variable(cloud: Cloud) -> None:
    cloud.upload(bindings=[{"type": "plain_text", "name": "KEY", "text": "x"}])
    assert cloud.script("PUT", "/secrets", json={"name": "KEY", "text": "y"}).codes == [10053]
    assert cloud.script("PUT", "/secrets", json={"name": "KEY"}).codes == [10001]


def test_a_secret_edit_needs_the_latest_version_live(cloud: Cloud) -> None:
    cloud.upload()
    cloud.upload_version()
    body = {"name": "KEY", "text": "x"}
    assert cloud.script("PUT", "/secrets", json=body).codes == [10215]


def test_a_rollback_over_a_changed_secret_wants_force(cloud: Cloud) -> None:
    cloud.upload(bindings=[secret("KEY", "one")])
    first = _live(cloud)
    _put(cloud, "two")
    second = _live(cloud)
    refused = cloud.deploy(first)
    assert (refused.status, refused.codes) == (400, [10220])
    assert refused.body["errors"][0]["message"].endswith("secrets have changed: KEY")
    assert _live(cloud) == second
    result = cloud.deploy(first, force=True).result
    assert result["annotations"]["workers/triggered_by"] == "rollback"
    assert _live(cloud) == first
    assert cloud.store.get("room").live.secrets == {"KEY": "one"}
    assert cloud.deploy(second).status == 200


def test_no_rollback_over_a_migration(cloud: Cloud) -> None:
    cloud.upload()
    first = _live(cloud)
    steps = [{"new_sqlite_classes": ["Session"]}]
    cloud.upload(migrations={"new_tag": "v1", "steps": steps})
    assert cloud.deploy(first, force=True).status == 400


@pytest.mark.parametrize("share", [("other", 100), ("live", 50)])
def test_what_cannot_be_deployed(cloud: Cloud, share: tuple[str, int]) -> None:
    cloud.upload()
    version = _live(cloud) if share[0] == "live" else share[0]
    versions = [{"version_id": version, "percentage": share[1]}]
    assert cloud.script("POST", "/deployments", json={"versions": versions}).codes == [10001]


def test_a_secret_of_a_version_that_is_not_deployed(cloud: Cloud) -> None:
    cloud.upload()
    first = _live(cloud)
    env = {"KEY": {"type": "secret_text", "text": "x"}, "GONE": None}
    body = {"env": env, "annotations": {"workers/tag": "t"}}
    result = cloud("PATCH", cloud.at("workers/room/versions/latest"), json=body).result
    assert result["annotations"]["workers/tag"] == "t"
    assert _live(cloud) == first
    assert cloud.store.get("room").latest.secrets == {"KEY": "x"}


def test_the_workers_url_is_the_one_it_answers_at(cloud: Cloud) -> None:
    cloud.upload()
    worker = cloud.at("workers/room")
    assert cloud("GET", worker).result["subdomain"] == {
        "enabled": False,
        "previews_enabled": False,
        "url": "http://127.0.0.1:4321",
    }
    assert cloud.script("POST", "/subdomain", json={"enabled": True}).status == 200
    assert cloud("GET", worker).result["subdomain"]["enabled"] is True
    assert cloud.script("GET", "/subdomain").result["previews_enabled"] is True


def test_tags_are_kept_on_the_worker(cloud: Cloud) -> None:
    cloud.upload()
    cloud.script("PATCH", "/script-settings", json={"tags": ["cf:environment=prod"]})
    cloud.script("PATCH", "/script-settings", json={})
    assert cloud.script("GET", "/settings").result["tags"] == ["cf:environment=prod"]


def test_a_deleted_worker_is_gone_with_its_data(cloud: Cloud) -> None:
    cloud.upload()
    stored = cloud.store.bundle("room", cloud.store.get("room").live).storage / "object.sqlite"
    stored.write_bytes(b"data")
    assert cloud("DELETE", cloud.at("services/room"), params={"force": "true"}).status == 200
    assert cloud.edge.live == {}
    assert not stored.exists()
    assert cloud("DELETE", cloud.at("services/room")).codes == [10090]


def test_what_delete_asks_first(cloud: Cloud) -> None:
    cloud.upload()
    assert cloud.script("GET", "/references").result["services"]["incoming"] == []
    assert cloud("GET", cloud.at("tails/by-consumer/room")).result == []
    assert cloud("GET", f"/accounts/{ACCOUNT}/storage/kv/namespaces").result == []


def test_settings_are_edited_as_on_the_dashboard(cloud: Cloud) -> None:
    cloud.upload(bindings=[secret("KEY", "kept")])
    first = _live(cloud)

    def edit(*bindings: dict[str, str]) -> list[int]:
        settings = json.dumps({"bindings": bindings})
        return cloud.script("PATCH", "/settings", files=[("settings", (None, settings))]).codes

    origin = {"type": "plain_text", "name": "ORIGIN", "text": "https://a"}
    assert edit({"type": "inherit", "name": "KEY"}, origin) == []
    assert _live(cloud) != first
    assert cloud.store.get("room").live.secrets == {"KEY": "kept"}
    assert edit({"type": "inherit", "name": "NONE"}) == [10057]
    cloud.deploy(first, force=True)
    assert edit(origin) == [10214]
