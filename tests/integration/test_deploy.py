"""`deploy` and `verify-broadcast` as a user runs them, against the account on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner import Cli
from vttsync.node import packages
from vttsync.project import write
from vttsync.project.install import Answers, plan_install
from vttsync.rehearsal.api.auth import Persona, new_token
from vttsync.rehearsal.api.weather import Storm, Trouble
from vttsync.rehearsal.standin import StandIn

pytestmark = pytest.mark.slow
PERSONAS = {persona.name: new_token() for persona in Persona}
KEYS = {"VTTSYNC_PUBLISH_KEY": "publish-" + "p" * 32, "VTTSYNC_TICKET_KEY": "ticket-" + "t" * 32}


@pytest.fixture
def account(party: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A project in this folder, and the variables that a pipeline would set."""
    here = Path()
    write.write_all(here, plan_install(here, Answers("my-table", "", "party"), force=False))
    (here / "party" / "node_modules").symlink_to(party / "node_modules")
    personas = {token: Persona[name] for name, token in PERSONAS.items()}
    with StandIn(
        tmp_path / "account", workerd=lambda: packages.workerd_binary(party), personas=personas
    ) as standin:
        values = {
            "CLOUDFLARE_API_BASE_URL": standin.api_url,
            "CLOUDFLARE_API_TOKEN": standin.token,
            "CLOUDFLARE_ACCOUNT_ID": standin.account_id,
            **KEYS,
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        yield standin


def test_deploy_then_verify_then_deploy_again(account: StandIn, cli: Cli) -> None:
    first = cli("deploy", "--env", "prod")
    assert first.code == 0, first.err
    url = account.room_url("my-table-prod")
    assert f"url      {url}" in first.out
    assert "upload" in first.err
    proof = cli("verify-broadcast", "--env", "prod")
    assert proof.code == 0, proof.out + proof.err
    assert "verified" in proof.out
    again = cli("deploy", "--env", "prod", "--json").envelope["result"]
    kept = json.loads(Path(".vttsync/receipts/prod.json").read_text())
    assert again["previous_version"] != again["version_id"] == kept["version_id"]
    assert again["url"] == url
    assert [stage["name"] for stage in again["stages"]] == ["checks", "upload", "health"]
    envelope = cli("verify-broadcast", "--env", "prod", "--json").envelope
    assert envelope["result"]["version"] == again["version_id"]
    assert envelope["result"]["differences"] == []
    everything = first.out + first.err + proof.out + proof.err + json.dumps(envelope)
    for secret in (account.token, *KEYS.values()):
        assert secret not in everything
    assert account.unknown_routes() == []


@pytest.mark.parametrize(
    ("persona", "told"),
    [
        ("EXPIRED", "expired"),
        ("DISABLED", "disabled"),
        ("UNKNOWN", "does not know this"),
        ("READ_ONLY", "may read Workers but not edit"),
        ("OTHER_ACCOUNT", "belongs to another account"),
        ("IP_LOCKED", "not be used from here"),
    ],
)
def test_a_token_that_will_not_do_changes_nothing(
    account: StandIn, cli: Cli, monkeypatch: pytest.MonkeyPatch, persona: str, told: str
) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", PERSONAS[persona])
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 4, ran.err
    assert told in ran.err
    assert PERSONAS[persona] not in ran.err
    changes = [call for call in account.calls() if call.method != "GET"]
    assert all(call.path.endswith("/secrets-bulk") for call in changes)
    assert account.room_url("my-table-prod") == ""
    assert not Path(".vttsync").exists()


def test_an_account_that_the_token_does_not_know(
    account: StandIn, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "f" * 32)
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 4
    assert "f" * 32 in ran.err


def test_cloudflare_out_of_reach(
    account: StandIn, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_BASE_URL", "http://127.0.0.1:1/client/v4")
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 6
    assert "127.0.0.1:1" in ran.err


def test_a_deploy_that_fails_leaves_what_was_live(account: StandIn, cli: Cli) -> None:
    assert cli("deploy", "--env", "prod").code == 0
    before = account.running("my-table-prod")
    index = Path("party/src/index.ts")
    index.write_text("throw new Error('not today');\n" + index.read_text())
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 7
    assert "not today" in ran.err
    assert "What was live is still live." in ran.err
    assert account.running("my-table-prod") == before
    assert cli("verify-broadcast", "--env", "prod").code == 0


def test_a_firewall_that_takes_the_upload_for_an_attack(account: StandIn, cli: Cli) -> None:
    account.weather.storms.append(Storm(Trouble.BLOCKED, path="/scripts/", method="PUT"))
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 7
    assert "Nothing is live." in ran.err


def test_an_upload_that_fails_once_is_tried_again(account: StandIn, cli: Cli) -> None:
    account.weather.storms.append(Storm(Trouble.FAILING, path="/scripts/", method="PUT", times=1))
    assert cli("deploy", "--env", "prod").code == 0


@pytest.mark.usefixtures("keyring_file")
def test_a_token_from_the_keyring(
    account: StandIn, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = cli("login", "--env", "prod", "--token-variable", "CLOUDFLARE_API_TOKEN")
    assert ran.code == 0, ran.err
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
    monkeypatch.delenv("CLOUDFLARE_ACCOUNT_ID")
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 0, ran.err
    assert "token from the keyring" in ran.err


@pytest.mark.parametrize(
    ("variable", "told"),
    [("VTTSYNC_PUBLISH_KEY", "publish key"), ("VTTSYNC_TICKET_KEY", "ticket")],
)
def test_a_key_that_the_room_does_not_know(
    account: StandIn, cli: Cli, monkeypatch: pytest.MonkeyPatch, variable: str, told: str
) -> None:
    assert cli("deploy", "--env", "prod").code == 0
    monkeypatch.setenv(variable, "another-" + "x" * 40)
    ran = cli("verify-broadcast", "--env", "prod")
    assert ran.code == 4, ran.out + ran.err
    assert told in ran.err.lower()
    assert "another-" not in ran.err


def test_another_version_than_the_one_deployed_from_here(account: StandIn, cli: Cli) -> None:
    assert cli("deploy", "--env", "prod").code == 0
    receipt = Path(".vttsync/receipts/prod.json")
    kept = json.loads(receipt.read_text())
    receipt.write_text(json.dumps({**kept, "version_id": "11111111-2222-3333-4444-555555555555"}))
    ran = cli("verify-broadcast", "--env", "prod")
    assert ran.code == 8
    assert "WRONG_VERSION" in ran.out
    assert kept["version_id"] in ran.out


def test_an_address_without_a_project(
    account: StandIn, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("deploy", "--env", "prod").code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    url = account.room_url("my-table-prod")
    assert cli("verify-broadcast", "--url", url).code == 0
    assert cli("verify-broadcast", "--url", url + "/api").code == 8
    assert cli("verify-broadcast", "--url", "http://127.0.0.1:1").code == 6
    assert cli("verify-broadcast", "--url", "http://table.example").code == 2
    assert cli("verify-broadcast").code == 2
