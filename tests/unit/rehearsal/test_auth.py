"""Tokens and refusals; the shapes are facts from issue threads, see `auth`."""

from __future__ import annotations

import pytest

from tests.unit.rehearsal.cloud import ACCOUNT, Cloud
from vttsync.rehearsal.api.auth import Persona

VERIFY = "/user/tokens/verify"
VERIFY_OWNED = f"/accounts/{ACCOUNT}/tokens/verify"
SCRIPTS = f"/accounts/{ACCOUNT}/workers/scripts"


def _bearer(cloud: Cloud, persona: Persona) -> str:
    return f"Bearer {cloud.tokens[persona]}"


def test_an_active_token_is_told_so_in_a_message(cloud: Cloud) -> None:
    reply = cloud("GET", VERIFY)
    assert reply.result["status"] == "active"
    assert [message["code"] for message in reply.body["messages"]] == [10000]


@pytest.mark.parametrize("persona", [Persona.EXPIRED, Persona.DISABLED])
def test_a_dead_token_verifies_with_its_status_and_opens_nothing(
    cloud: Cloud, persona: Persona
) -> None:
    auth = _bearer(cloud, persona)
    assert cloud("GET", VERIFY, auth=auth).result["status"] == persona.value
    assert (cloud("GET", "/user", auth=auth).status, cloud("GET", "/user", auth=auth).codes) == (
        403,
        [9109],
    )
    assert cloud("GET", SCRIPTS, auth=auth).codes == [10000]


def test_an_unknown_token(cloud: Cloud) -> None:
    auth = _bearer(cloud, Persona.UNKNOWN)
    verify = cloud("GET", VERIFY, auth=auth)
    assert (verify.status, verify.codes) == (401, [1000])
    assert cloud("GET", "/accounts", auth=auth).codes == [9109]
    assert cloud("GET", SCRIPTS, auth=auth).codes == [10000]


@pytest.mark.parametrize("auth", ["Bearer too-short", "Bearer " + "=" * 40, "Basic " + "a" * 40])
def test_a_malformed_header(cloud: Cloud, auth: str) -> None:
    reply = cloud("GET", VERIFY, auth=auth)
    assert reply.status == 400
    (error,) = reply.body["errors"]
    assert error["code"] == 6003
    assert [link["code"] for link in error["error_chain"]] == [6111]


def test_no_header(cloud: Cloud) -> None:
    reply = cloud("GET", VERIFY, auth="")
    assert (reply.status, reply.codes) == (400, [9106])


def test_a_locked_out_address(cloud: Cloud) -> None:
    reply = cloud("GET", VERIFY, auth=_bearer(cloud, Persona.IP_LOCKED))
    assert (reply.status, reply.codes) == (403, [9109])
    assert "location: 127.0.0.1" in reply.body["errors"][0]["message"]


def test_an_account_token_has_its_own_verify_route_and_no_user(cloud: Cloud) -> None:
    auth = f"Bearer {cloud.owned}"
    assert cloud("GET", VERIFY, auth=auth).codes == [1000]
    assert cloud("GET", VERIFY_OWNED, auth=auth).result["status"] == "active"
    assert cloud("GET", VERIFY_OWNED).codes == [1000]
    assert cloud("GET", "/user", auth=auth).codes == [9109]
    assert cloud("GET", "/memberships", auth=auth).codes == [9106]
    assert cloud("GET", SCRIPTS, auth=auth).result == []


def test_a_token_of_another_account(cloud: Cloud) -> None:
    auth = _bearer(cloud, Persona.OTHER_ACCOUNT)
    assert cloud("GET", VERIFY, auth=auth).result["status"] == "active"
    assert cloud("GET", SCRIPTS, auth=auth).codes == [10000]
    (account,) = cloud("GET", "/accounts", auth=auth).result
    assert account["id"] != ACCOUNT
    assert cloud("GET", f"/accounts/{'a' * 32}/workers/scripts").codes == [10000]


@pytest.mark.parametrize("account", ["gm@example.com", ACCOUNT.upper(), ACCOUNT[:-1]])
def test_an_account_id_must_be_32_lower_case_hex_digits(cloud: Cloud, account: str) -> None:
    reply = cloud("GET", f"/accounts/{account}/workers/scripts")
    assert (reply.status, reply.codes) == (404, [7003])


def test_a_read_only_token_reads_but_the_write_probe_is_refused(cloud: Cloud) -> None:
    auth = _bearer(cloud, Persona.READ_ONLY)
    probe = cloud.at("scripts/vttsync-probe-1/secrets-bulk")
    assert cloud("GET", SCRIPTS, auth=auth).result == []
    assert cloud("PATCH", probe, auth=auth, json={"secrets": {}}).codes == [10000]
    assert cloud("PATCH", probe, json={"secrets": {}}).codes == [10007]
    assert cloud.store.workers() == []
