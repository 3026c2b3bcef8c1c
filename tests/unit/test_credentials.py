"""Account id, token and secrets: judged by their form, then by Cloudflare."""

from __future__ import annotations

import re

import pytest
from pytest_httpx import HTTPXMock

from vttsync import web
from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.preflight import Checked, preflight
from vttsync.cloudflare.token import TokenKind, check_account_id, read_token
from vttsync.errors import Exit, VttsyncError
from vttsync.project.config import SecretSource
from vttsync.project.secrets import read_secrets

ACCOUNT = "0123456789abcdef0123456789abcdef"
USER = "cfut_" + "a" * 43
OWNED = "cfat_" + "a" * 43
BASE = "https://api.example.test/client/v4"
GOOD_KEY = "k" * 32


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("example.com", "zone name"),
        ("gm@example.com", "e-mail"),
        (ACCOUNT.upper(), "capitals"),
        (ACCOUNT + "\n", "line break"),
        (" " + ACCOUNT, "spaces"),
        ("abc", "3 characters"),
    ],
)
def test_what_is_not_an_account_id_is_guessed_at(value: str, told: str) -> None:
    with pytest.raises(VttsyncError, match=told) as caught:
        check_account_id(value)
    assert caught.value.exit_code is Exit.CREDENTIALS


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (USER, TokenKind.USER),
        (OWNED, TokenKind.ACCOUNT),
        ("cfoat_" + "b" * 40, TokenKind.OAUTH),
        ("Ab_-" * 10, TokenKind.UNMARKED),
    ],
)
def test_a_token_is_recognised_and_never_shown(value: str, kind: TokenKind) -> None:
    token = read_token(value)
    assert token.kind is kind
    assert value not in repr(token)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (USER + "\n", "newline"),
        (USER[:30], "cut off"),
        ("cfk_" + "a" * 40, "Global API Key"),
        ("0123456789abcdef0123456789abcdef01234", "Global API Key"),
        ("Bearer " + USER, "begins with “Bearer”"),
        ("cfut_" + "a" * 20 + "\n" + "a" * 23, "character 26 "),
        ("cfut_ü" + "a" * 43, "character 6 "),
    ],
)
def test_what_is_not_a_token_is_told_without_repeating_it(value: str, told: str) -> None:
    with pytest.raises(VttsyncError) as caught:
        read_token(value)
    assert told in str(caught.value)
    assert value.strip() not in str(caught.value)
    assert caught.value.exit_code is Exit.CREDENTIALS


def _ok(httpx_mock: HTTPXMock, path: str, result: object, *, optional: bool = False) -> None:
    httpx_mock.add_response(
        url=BASE + path, json={"success": True, "errors": [], "result": result},
        is_optional=optional,
    )  # fmt: skip


def _no(
    httpx_mock: HTTPXMock, path: str | re.Pattern[str], status: int, code: int, message: str = ""
) -> None:
    httpx_mock.add_response(
        url=BASE + path if isinstance(path, str) else path,
        status_code=status,
        json={"success": False, "errors": [{"code": code, "message": message}], "result": None},
    )


PROBE = re.compile(rf"{BASE}/accounts/{ACCOUNT}/workers/scripts/vttsync-probe-\w+/secrets-bulk")
SCRIPTS = f"/accounts/{ACCOUNT}/workers/scripts"


def _check(value: str = USER, *, workers_dev: bool = True) -> Checked:
    token = read_token(value)
    with CloudflareApi(BASE, token) as api:
        return preflight(api, token, ACCOUNT, "my-table-prod", workers_dev=workers_dev)


def test_a_good_token_passes_and_the_live_version_is_known(httpx_mock: HTTPXMock) -> None:
    _ok(httpx_mock, "/user/tokens/verify", {"status": "active"})
    _ok(httpx_mock, f"/accounts/{ACCOUNT}", {"name": "Crow Keep"})
    _ok(httpx_mock, SCRIPTS, [])
    _no(httpx_mock, PROBE, 404, 10007)
    _ok(httpx_mock, f"/accounts/{ACCOUNT}/workers/subdomain", {"subdomain": "crow"})
    versions = [{"version_id": "old", "percentage": 10}, {"version_id": "new", "percentage": 90}]
    older = [{"version_id": "oldest", "percentage": 100}]
    deployments = {"deployments": [{"versions": versions}, {"versions": older}]}
    _ok(httpx_mock, f"{SCRIPTS}/my-table-prod/deployments", deployments)
    assert _check() == Checked("Crow Keep", "new", ())


@pytest.mark.parametrize("status", ["expired", "disabled"])
def test_a_token_that_is_no_longer_active(httpx_mock: HTTPXMock, status: str) -> None:
    _ok(httpx_mock, "/user/tokens/verify", {"status": status})
    with pytest.raises(VttsyncError, match=f"it is {status}"):
        _check()


def test_an_account_owned_token_is_asked_of_its_account(httpx_mock: HTTPXMock) -> None:
    _no(httpx_mock, f"/accounts/{ACCOUNT}/tokens/verify", 401, 1000, "Invalid API Token")
    with pytest.raises(VttsyncError, match="owned by another account"):
        _check(OWNED)


def test_an_old_token_is_asked_of_both(httpx_mock: HTTPXMock) -> None:
    _no(httpx_mock, "/user/tokens/verify", 401, 1000, "Invalid API Token")
    _no(httpx_mock, f"/accounts/{ACCOUNT}/tokens/verify", 401, 1000, "Invalid API Token")
    with pytest.raises(VttsyncError, match="1000 Invalid API Token") as caught:
        _check("Ab_-" * 10)
    assert caught.value.exit_code is Exit.CREDENTIALS


def test_a_token_bound_to_other_addresses(httpx_mock: HTTPXMock) -> None:
    told = "Cannot use the access token from location: 203.0.113.9"
    _no(httpx_mock, "/user/tokens/verify", 403, 9109, told)
    with pytest.raises(VttsyncError, match=r"203\.0\.113\.9"):
        _check()


def test_the_account_of_somebody_else(httpx_mock: HTTPXMock) -> None:
    _ok(httpx_mock, "/user/tokens/verify", {"status": "active"})
    _no(httpx_mock, f"/accounts/{ACCOUNT}", 403, 10000, "Authentication error")
    _no(httpx_mock, SCRIPTS, 403, 10000, "Authentication error")
    with pytest.raises(VttsyncError, match="belongs to another account"):
        _check()


def test_a_token_that_may_only_read(httpx_mock: HTTPXMock) -> None:
    _ok(httpx_mock, "/user/tokens/verify", {"status": "active"})
    _ok(httpx_mock, f"/accounts/{ACCOUNT}", {"name": "Crow Keep"})
    _ok(httpx_mock, SCRIPTS, [])
    _no(httpx_mock, PROBE, 403, 10000, "Authentication error")
    with pytest.raises(VttsyncError, match="may read Workers but not edit"):
        _check()


def test_an_account_without_a_subdomain(httpx_mock: HTTPXMock) -> None:
    _ok(httpx_mock, "/user/tokens/verify", {"status": "active"})
    _ok(httpx_mock, f"/accounts/{ACCOUNT}", {"name": "Crow Keep"})
    _ok(httpx_mock, SCRIPTS, [])
    _no(httpx_mock, PROBE, 404, 10007)
    _no(httpx_mock, f"/accounts/{ACCOUNT}/workers/subdomain", 404, 10007)
    with pytest.raises(VttsyncError, match=f"{ACCOUNT}/workers/onboarding"):
        _check()


def test_a_worker_with_a_domain_of_its_own_needs_no_subdomain(httpx_mock: HTTPXMock) -> None:
    _ok(httpx_mock, "/user/tokens/verify", {"status": "active"})
    _ok(httpx_mock, f"/accounts/{ACCOUNT}", {"name": "Crow Keep"})
    _ok(httpx_mock, SCRIPTS, [])
    _no(httpx_mock, PROBE, 404, 10007)
    _no(httpx_mock, f"{SCRIPTS}/my-table-prod/deployments", 404, 10007)
    assert _check(workers_dev=False).live_version is None


@pytest.mark.parametrize("wait", ["-5", "nan", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_retry_after_that_is_no_number_of_seconds(httpx_mock: HTTPXMock, wait: str) -> None:
    url = f"{BASE}/user/tokens/verify"
    httpx_mock.add_response(url=url, status_code=503, headers={"retry-after": wait})
    _ok(httpx_mock, "/user/tokens/verify", {"status": "active"})
    pauses: list[float] = []
    with CloudflareApi(BASE, read_token(USER), pause=pauses.append) as api:
        api.get("/user/tokens/verify")
    assert pauses == [1.0]


def test_a_limited_api_is_asked_again_when_it_says_so(httpx_mock: HTTPXMock) -> None:
    url = f"{BASE}/user/tokens/verify"
    httpx_mock.add_response(url=url, status_code=429, headers={"retry-after": "0"})
    _ok(httpx_mock, "/user/tokens/verify", {"status": "disabled"})
    with pytest.raises(VttsyncError, match="disabled"):
        _check()


def test_an_api_that_wants_us_to_wait_long(httpx_mock: HTTPXMock) -> None:
    url = f"{BASE}/user/tokens/verify"
    httpx_mock.add_response(url=url, status_code=429, headers={"retry-after": "300"})
    with pytest.raises(VttsyncError, match="in 300 s") as caught:
        _check()
    assert caught.value.exit_code is Exit.UNREACHABLE


def test_a_page_of_a_firewall_instead_of_an_answer(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(
        url=f"{BASE}/user/tokens/verify", status_code=403, html="<h1>Blocked</h1>",
        headers={"cf-ray": "8f00-AMS"},
    )  # fmt: skip
    with pytest.raises(VttsyncError, match="8f00-AMS") as caught:
        _check()
    assert caught.value.exit_code is Exit.UNREACHABLE


def test_a_network_that_fails_is_tried_again_then_told(httpx_mock: HTTPXMock) -> None:
    for _ in range(3):
        httpx_mock.add_exception(web.TransportError("no route to host"))
    pauses: list[float] = []
    with (
        CloudflareApi(BASE, read_token(USER), pause=pauses.append) as api,
        pytest.raises(VttsyncError, match="no route to host") as caught,
    ):
        api.get("/user/tokens/verify")
    assert "api.example.test" in caught.value.what
    assert caught.value.exit_code is Exit.UNREACHABLE
    assert pauses == [1.0, 2.0]


def test_missing_secrets_are_all_named() -> None:
    sources = {"PUBLISH_KEY": SecretSource(variable="MY_KEY")}
    with pytest.raises(VttsyncError) as caught:
        read_secrets(sources, ["PUBLISH_KEY", "TICKET_KEY"], {})
    assert "Missing: MY_KEY, VTTSYNC_TICKET_KEY." in str(caught.value)
    assert caught.value.exit_code is Exit.CREDENTIALS


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("short", "5 characters"),
        (GOOD_KEY + "\n", "break"),
        ("two words " + GOOD_KEY, "character 4 "),
        ("kéy" + GOOD_KEY, "character 2 "),
        ("k\ney" + GOOD_KEY, "character 2 "),
    ],
)
def test_unfit_secrets_are_refused_without_repeating_them(value: str, told: str) -> None:
    with pytest.raises(VttsyncError, match=told) as caught:
        read_secrets({}, ["TICKET_KEY"], {"VTTSYNC_TICKET_KEY": value})
    assert value not in str(caught.value)


def test_the_two_keys_of_a_room_differ() -> None:
    environ = {"VTTSYNC_PUBLISH_KEY": GOOD_KEY, "VTTSYNC_TICKET_KEY": GOOD_KEY}
    with pytest.raises(VttsyncError, match="VTTSYNC_TICKET_KEY") as caught:
        read_secrets({}, ["PUBLISH_KEY", "TICKET_KEY"], environ)
    assert "the publish key again" in caught.value.why


def test_a_secret_of_the_users_own_may_hold_anything() -> None:
    environ = {"VTTSYNC_MOTTO": "größer als \n1"}
    assert read_secrets({}, ["MOTTO"], environ)["MOTTO"] == environ["VTTSYNC_MOTTO"]


def test_secrets_are_not_shown() -> None:
    secrets = read_secrets({}, ["TICKET_KEY"], {"VTTSYNC_TICKET_KEY": GOOD_KEY})
    assert secrets["TICKET_KEY"] == GOOD_KEY
    assert GOOD_KEY not in repr(secrets)
