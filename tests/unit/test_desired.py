"""What a deploy would do, resolved from flags, variables and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner import Cli
from vttsync.settings import resolve

ACCOUNT = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32
TOKEN = "cfut_" + "a" * 43
KEYS = {"VTTSYNC_PUBLISH_KEY": "p" * 40, "VTTSYNC_TICKET_KEY": "t" * 40}


def _project(cli: Cli, account_id: str = ACCOUNT) -> None:
    words = ["--account-id", account_id] if account_id else []
    assert cli("init", "--name", "my-table", *words).code == 0


def _set(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_a_variable_beats_the_file_and_the_origin_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _set(monkeypatch, CLOUDFLARE_ACCOUNT_ID=OTHER)
    resolved = resolve({"url": "https://a.example"}, {"account_id": ACCOUNT, "url": "https://b"})
    assert resolved.settings.account_id == OTHER
    assert resolved.settings.url == "https://a.example"
    assert resolved.origins["account_id"] == "CLOUDFLARE_ACCOUNT_ID"
    assert resolved.origins["url"] == "--url"
    assert resolved.origins["script"] == "default"


def test_an_empty_value_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, CLOUDFLARE_ACCOUNT_ID="")
    resolved = resolve({}, {"account_id": ACCOUNT})
    assert resolved.settings.account_id == ACCOUNT
    assert resolved.origins["account_id"] == "vttsync.toml"


def test_a_dotenv_file_is_never_read(cli: Cli) -> None:
    _project(cli)
    Path(".env").write_text(f"CLOUDFLARE_API_TOKEN={TOKEN}\n")
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 4
    assert "CLOUDFLARE_API_TOKEN is not set" in ran.err


@pytest.mark.parametrize(
    ("variables", "code", "told"),
    [
        ({"CLOUDFLARE_ACCOUNT_ID": "example.com"}, 4, "zone name"),
        ({"CLOUDFLARE_API_TOKEN": TOKEN + "\n"}, 4, "newline"),
        ({"CLOUDFLARE_API_TOKEN": TOKEN[:20]}, 4, "cut off"),
        ({"CLOUDFLARE_API_TOKEN": TOKEN}, 4, "VTTSYNC_PUBLISH_KEY"),
        ({"CLOUDFLARE_API_BASE_URL": "http://evil.example/client/v4", **KEYS}, 3, "never sends"),
    ],
)
def test_what_is_missing_or_malformed_stops_a_deploy_before_anything_is_sent(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], code: int, told: str
) -> None:
    _project(cli)
    _set(monkeypatch, **{"CLOUDFLARE_API_TOKEN": TOKEN, **variables})
    ran = cli("deploy", "--env", "prod")
    assert ran.code == code
    assert told.replace("never sends", "sends a token") in ran.err
    assert TOKEN not in ran.err


def test_no_account_anywhere(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    _project(cli, account_id="")
    _set(monkeypatch, CLOUDFLARE_API_TOKEN=TOKEN, **KEYS)
    ran = cli("deploy", "--env", "prod", "--json")
    assert ran.code == 4
    assert "[env.prod] account_id" in ran.envelope["error"]["why"]


def test_an_account_that_wrangler_would_follow_instead(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    _project(cli)
    _set(monkeypatch, CLOUDFLARE_API_TOKEN=TOKEN, **KEYS)
    wrangler = Path("party/wrangler.toml")
    wrangler.write_text(f'account_id = "{OTHER}"\n' + wrangler.read_text())
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 3
    assert OTHER in ran.err


def test_an_unknown_environment_names_the_known_ones(cli: Cli) -> None:
    _project(cli)
    ran = cli("deploy", "--env", "production")
    assert ran.code == 3
    assert "prod, staging" in ran.err


def test_a_folder_that_is_no_project(cli: Cli) -> None:
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 3
    assert "vttsync init" in ran.err
