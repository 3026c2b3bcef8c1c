from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.rehearsal.cloud import MODULE, Cloud, form, secret
from vttsync.rehearsal.api.desk import Terms

SESSION = {"type": "durable_object_namespace", "name": "Session", "class_name": "Session"}


def _migrations(*steps: dict[str, Any], old: str | None = None, new: str = "v1") -> dict[str, Any]:
    return {"old_tag": old, "new_tag": new, "steps": list(steps)}


def test_a_first_upload_is_deployed_and_answers_its_version_without_hyphens(cloud: Cloud) -> None:
    result = cloud.upload(annotations={"workers/tag": "one", "workers/message": None}).result
    worker = cloud.store.get("room")
    assert result["deployment_id"] == worker.live.id.replace("-", "")
    assert result["startup_time_ms"] == 12
    assert cloud.edge.live == {"room": worker.live.id}
    assert worker.live.annotations == {"workers/tag": "one"}
    assert worker.live.compatibility_date == "2021-11-02"


def test_a_service_exists_once_it_was_uploaded(cloud: Cloud) -> None:
    service = cloud.at("services/room")
    assert cloud("GET", service).codes == [10090]
    cloud.upload(migrations=_migrations({"new_sqlite_classes": ["Session"]}))
    script = cloud("GET", service).result["default_environment"]["script"]
    assert script["migration_tag"] == "v1"
    assert script["last_deployed_from"] == "wrangler"


def test_modules_keep_their_bytes_their_names_and_their_types(cloud: Cloud) -> None:
    large = bytes(range(256)) * 20_000
    parts = form({"index.js": b"export {}", "../chunk.js": large}, {"main_module": "index.js"})
    parts.append(("map", ("map", b"{}", "application/source-map")))
    cloud.script("PUT", files=parts)
    version = cloud.store.get("room").latest
    names = [(module.name, module.content_type) for module in version.modules]
    assert names == [
        ("index.js", MODULE),
        ("../chunk.js", MODULE),
        ("map", "application/source-map"),
    ]
    folder = cloud.store.bundle("room", version).modules
    assert (folder / version.modules[1].file).read_bytes() == large
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([("index.js", ("index.js", b"", MODULE))], 10001),
        ([("metadata", (None, "no json")), ("a", ("a", b"", MODULE))], 10001),
        (form({"other.js": b""}, {"main_module": "index.js"}), 10021),
    ],
)
def test_an_upload_that_is_no_upload(cloud: Cloud, parts: list[Any], code: int) -> None:
    assert cloud.script("PUT", files=parts).codes == [code]
    assert cloud.store.workers() == []


def test_a_broken_form(cloud: Cloud) -> None:
    headers = {"content-type": "multipart/form-data"}
    reply = cloud.script("PUT", headers=headers, content=b"--x\r\n")
    assert (reply.status, reply.codes) == (400, [10001])


def test_a_name_that_is_no_name(cloud: Cloud) -> None:
    assert cloud.upload(to="%2e%2e").codes == [10016]
    assert cloud.upload(to="a.b").codes == [10016]


def test_a_script_that_does_not_start_is_refused_and_the_old_one_stays(cloud: Cloud) -> None:
    cloud.upload()
    live = dict(cloud.edge.live)
    for reply in (cloud.upload("throw 1"), cloud.upload_version("throw 1")):
        assert (reply.status, reply.codes) == (400, [10021])
        assert "no boot today" in reply.body["errors"][0]["message"]
    assert cloud.edge.live == live
    assert len(cloud.store.get("room").versions) == 1


def test_a_class_needs_its_migration(cloud: Cloud) -> None:
    assert cloud.upload(bindings=[SESSION]).codes == [10061]
    step = {"new_sqlite_classes": ["Session"]}
    cloud.upload(bindings=[SESSION], migrations=_migrations(step))
    (namespace,) = cloud("GET", cloud.at("durable_objects/namespaces")).result
    assert (namespace["script"], namespace["class"]) == ("room", "Session")
    assert namespace["use_sqlite"] is True
    assert cloud.upload_version(bindings=[SESSION]).status == 200


def test_migrations_continue_where_the_account_is(cloud: Cloud) -> None:
    create = {"new_sqlite_classes": ["Session"]}
    cloud.upload(migrations=_migrations(create))
    again = cloud.upload(migrations=_migrations(create))
    assert (again.status, again.codes) == (412, [10079])
    assert cloud.upload(migrations=_migrations(create, old="v1", new="v2")).codes == [10074]
    assert cloud.upload_version(migrations=_migrations(old="v1", new="v2")).codes == [10211]
    rename = {"renamed_classes": [{"from": "Session", "to": "Room"}]}
    before = cloud.store.get("room").classes["Session"]
    assert cloud.upload(migrations=_migrations(rename, old="v1", new="v2")).status == 200
    assert cloud.store.get("room").classes == {"Room": before}
    gone = {"deleted_classes": ["Session"]}
    assert cloud.upload(migrations=_migrations(gone, old="v2", new="v3")).codes == [10070]


def test_secrets_stay_over_uploads_that_keep_them(cloud: Cloud) -> None:
    plain = {"type": "plain_text", "name": "WHO", "text": "me"}
    cloud.upload(bindings=[secret("KEY", "one"), plain])
    cloud.upload_version(keep_bindings=["secret_text", "secret_key"])
    assert [binding.name for binding in cloud.store.get("room").latest.bindings] == ["KEY"]
    cloud.upload_version()
    assert cloud.store.get("room").latest.bindings == ()


def test_a_required_secret_is_inherited_or_missed_by_name(cloud: Cloud) -> None:
    inherit = [{"type": "inherit", "name": "KEY"}, {"type": "inherit", "name": "OTHER"}]
    reply = cloud.upload(bindings=inherit, strict=True)
    assert reply.codes == [10057, 10057]
    assert reply.body["errors"][0]["message"].startswith("inherit binding 'KEY' is invalid")
    cloud.upload(bindings=[secret("KEY", "one"), secret("OTHER", "two")])
    assert cloud.upload_version(bindings=inherit, strict=True).status == 200
    assert cloud.store.get("room").latest.secrets == {"KEY": "one", "OTHER": "two"}


def test_a_secret_value_never_comes_back(cloud: Cloud) -> None:
    cloud.upload(bindings=[secret("KEY", "hush")])
    version = cloud.store.get("room").latest.id
    for path in ("/secrets", "/settings", "/versions", f"/versions/{version}", "/deployments"):
        reply = cloud.script("GET", path)
        assert reply.status == 200
        assert "hush" not in str(reply.body)
    assert cloud.script("GET", "/secrets").result == [{"name": "KEY", "type": "secret_text"}]


def test_a_draft_worker_named_after_its_module(cloud: Cloud) -> None:
    parts = form({"room": b"export default {}"}, {"main_module": "room", "bindings": []})
    assert cloud.script("PUT", files=parts).status == 200


def test_an_account_without_a_subdomain_takes_no_upload(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "account", Terms(subdomain=None))
    assert cloud("GET", cloud.at("subdomain")).codes == [10007]
    assert cloud.upload().codes == [10063]


def test_the_free_plan_takes_only_classes_that_store_in_sqlite(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "account", Terms(free=True))
    old = _migrations({"new_classes": ["Session"]}, new="v1")
    assert cloud.upload(migrations=old).codes == [10097]
    assert cloud.store.workers() == []
    sqlite = _migrations({"new_sqlite_classes": ["Session"]}, new="v1")
    assert cloud.upload(migrations=sqlite).status == 200
