"""Account id and token judged by their form; an API that is asked again."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpx import HTTPXMock

from vttsync import web
from vttsync.cloudflare.api import Answer, CloudflareApi
from vttsync.cloudflare.token import TokenKind, check_account_id, read_token
from vttsync.errors import Exit, VttsyncError

ACCOUNT = "0123456789abcdef0123456789abcdef"
USER = "cfut_" + "a" * 43
OWNED = "cfat_" + "a" * 43
BASE = "https://api.example.test/client/v4"


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


@pytest.mark.parametrize("wait", ["-5", "nan", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_retry_after_that_is_no_number_of_seconds(httpx_mock: HTTPXMock, wait: str) -> None:
    url = f"{BASE}/user/tokens/verify"
    httpx_mock.add_response(url=url, status_code=503, headers={"retry-after": wait})
    httpx_mock.add_response(url=url, json={"result": {"status": "active"}})
    pauses: list[float] = []
    with CloudflareApi(BASE, read_token(USER), pause=pauses.append) as api:
        api.get("/user/tokens/verify")
    assert pauses == [1.0]


def _ask(httpx_mock: HTTPXMock, **response: Any) -> Answer:
    httpx_mock.add_response(url=f"{BASE}/user/tokens/verify", **response)
    with CloudflareApi(BASE, read_token(USER)) as api:
        return api.get("/user/tokens/verify")


def test_a_limited_api_is_asked_again_when_it_says_so(httpx_mock: HTTPXMock) -> None:
    url = f"{BASE}/user/tokens/verify"
    httpx_mock.add_response(url=url, status_code=429, headers={"retry-after": "0"})
    assert _ask(httpx_mock, json={"result": {"status": "active"}}).status == 200


def test_an_api_that_wants_us_to_wait_long(httpx_mock: HTTPXMock) -> None:
    with pytest.raises(VttsyncError, match="in 300 s") as caught:
        _ask(httpx_mock, status_code=429, headers={"retry-after": "300"})
    assert caught.value.exit_code is Exit.UNREACHABLE


def test_a_page_of_a_firewall_instead_of_an_answer(httpx_mock: HTTPXMock) -> None:
    with pytest.raises(VttsyncError, match="8f00-AMS") as caught:
        _ask(httpx_mock, status_code=403, html="<h1>Blocked</h1>", headers={"cf-ray": "8f00-AMS"})
    assert caught.value.exit_code is Exit.UNREACHABLE


@pytest.mark.parametrize("date", ["soon", "Fri, 99 Oct 2026 07:28:00 GMT"])
def test_a_date_that_is_none(httpx_mock: HTTPXMock, date: str) -> None:
    assert _ask(httpx_mock, json={"result": {}}, headers={"date": date}).ahead is None


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
