"""Which room a proof is about."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytest_httpx import HTTPXMock

from tests.runner import Cli
from vttsync.deploy.prove.aim import Aim, aim
from vttsync.deploy.receipt import Receipt, write_receipt
from vttsync.errors import Exit, VttsyncError

URL = "https://my-table-prod.example.test"


@pytest.fixture(autouse=True)
def _deployed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that was deployed to `URL` as version "mine"; the room says "theirs"."""
    assert cli("init", "--name", "my-table").code == 0
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", "p" * 40)
    monkeypatch.setenv("VTTSYNC_TICKET_KEY", "t" * 40)
    write_receipt(Path(".vttsync"), Receipt("prod", "w", "a", URL, "mine", None, "2026-11-01"))


def _say(text: str) -> None:
    file = Path("vttsync.toml")
    file.write_text(file.read_text().replace("[env.prod]", f"[env.prod]\n{text}"))


def _aim(env: str | None = "prod", url: str | None = None) -> Aim:
    return aim(Path(), env=env, url=url, script=None, environ=os.environ, check_script=Path)


def _answer(httpx_mock: HTTPXMock, url: str = URL) -> None:
    httpx_mock.add_response(url=f"{url}/health", json={"protocol": 1, "version": "theirs"})


@pytest.mark.parametrize("url", [None, URL, URL + "/"])
def test_what_was_deployed_from_here_is_what_must_answer(
    httpx_mock: HTTPXMock, url: str | None
) -> None:
    _answer(httpx_mock)
    aimed = _aim(url=url)
    assert (aimed.url, aimed.version) == (URL, "mine")


def test_a_domain_that_the_project_names_is_the_same_worker(httpx_mock: HTTPXMock) -> None:
    _say('url = "https://table.example.test/"')
    _answer(httpx_mock, "https://table.example.test")
    assert _aim().version == "mine"


def test_another_address_is_another_room(httpx_mock: HTTPXMock) -> None:
    _answer(httpx_mock, "https://preview.example.test")
    assert _aim(url="https://preview.example.test").version == "theirs"


@pytest.mark.parametrize(
    "url", ["http://table.example.test", "https://gm:hunter2@table.example.test", "https://"]
)
def test_keys_go_to_no_such_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VttsyncError, match="--url") as caught:
        _aim(url=url)
    assert caught.value.exit_code is Exit.USAGE
    assert "hunter2" not in str(caught.value)
    monkeypatch.setenv("VTTSYNC_URL", url)
    with pytest.raises(VttsyncError, match="VTTSYNC_URL"):
        _aim()


def test_what_answers_is_no_room(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=f"{URL}/health", html="<h1>Hello</h1>")
    with pytest.raises(VttsyncError, match="not a vttsync room") as caught:
        _aim()
    assert caught.value.exit_code is Exit.VERIFY_FAILED
