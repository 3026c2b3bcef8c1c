from __future__ import annotations

from hashlib import sha256

from tests.unit.rehearsal.cloud import ACCOUNT, Cloud


def test_unknown_routes_fail_loudly_and_are_remembered(cloud: Cloud) -> None:
    reply = cloud("PUT", f"/accounts/{ACCOUNT}/queues?page=1")
    assert (reply.status, reply.codes) == (404, [7000])
    assert cloud("POST", "/user").codes == [7000]
    assert cloud.api.unknown_routes() == [f"PUT /accounts/{ACCOUNT}/queues", "POST /user"]


def test_a_refusal_is_no_unknown_route(cloud: Cloud) -> None:
    assert cloud.script("GET", "/deployments").codes == [10007]
    assert cloud.api.unknown_routes() == []


def test_every_call_is_kept_without_its_token(cloud: Cloud) -> None:
    cloud("GET", "/user", params={"page": "1"})
    cloud.script("GET", "/secrets", auth="")
    user, secrets = cloud.api.calls()
    assert (user.method, user.path, user.status, user.codes) == ("GET", "/user", 200, ())
    assert user.token == sha256(cloud.token.encode()).hexdigest()[:12]
    assert user.ms > 0
    assert secrets.path == f"/accounts/{ACCOUNT}/workers/scripts/room/secrets"
    assert (secrets.status, secrets.codes, secrets.token) == (400, (9106,), "")


def test_what_breaks_inside_answers_an_envelope(cloud: Cloud) -> None:
    cloud.upload()
    (module,) = cloud.store.bundle("room", cloud.store.get("room").latest).modules.iterdir()
    module.unlink()
    reply = cloud.script("PUT", "/secrets", json={"name": "A", "text": "b"})
    assert (reply.status, reply.codes) == (500, [10013])
    assert "FileNotFoundError" in reply.body["errors"][0]["message"]


def test_lists_end(cloud: Cloud) -> None:
    for index in range(3):
        cloud.upload(to=f"room-{index}")
    first = cloud("GET", cloud.at("scripts"), params={"page": "1", "per_page": "2"})
    assert [script["id"] for script in first.result] == ["room-0", "room-1"]
    info = {"page": 1, "per_page": 2, "count": 2, "total_count": 3, "total_pages": 2}
    assert first.body["result_info"] == info
    assert cloud("GET", cloud.at("scripts"), params={"page": "3", "per_page": "2"}).result == []
    for path in ("/accounts", "/memberships", "/zones"):
        assert cloud("GET", path, params={"page": "2"}).result == []
    assert cloud("GET", "/accounts", params={"page": "0"}).codes == [10001]


def test_the_account_has_a_subdomain_and_a_name(cloud: Cloud) -> None:
    assert cloud("GET", cloud.at("subdomain")).result == {"subdomain": "rehearsal"}
    assert cloud("GET", f"/accounts/{ACCOUNT}").result["name"] == "Rehearsal"
