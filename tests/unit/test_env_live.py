"""`vttsync env diff` and `prune`, against a deployed Worker on the stand-in's API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runner import Cli
from tests.served import WORKER, Served, served
from tests.unit.rehearsal.cloud import secret
from vttsync.cloudflare.bindings import Bound
from vttsync.deploy.difference import left_as_deployed
from vttsync.deploy.receipt import Receipt, read_receipt, write_receipt
from vttsync.rehearsal.api.auth import Persona

KEYS = (secret("PUBLISH_KEY", "p" * 40), secret("TICKET_KEY", "t" * 40))


def plain(name: str, text: str) -> dict[str, object]:
    return {"type": "plain_text", "name": name, "text": text}


@pytest.fixture
def cloud(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A project, and its Worker deployed with both keys, a variable and a number."""
    assert cli("init", "--name", "my-table").code == 0
    wrangler = Path("party/wrangler.toml")
    wrangler.write_text(wrangler.read_text() + '\n[env.prod.vars]\nORIGIN = "https://a"\nDAYS = 1')
    with served(tmp_path / "account") as cloud:
        for name, value in cloud.variables().items():
            monkeypatch.setenv(name, value)
        days = {"type": "json", "name": "DAYS", "json": 1}
        cloud.upload(to=WORKER, bindings=[*KEYS, plain("ORIGIN", "https://a"), days])
        yield cloud


def diff(cli: Cli, code: int = 10) -> dict[str, str]:
    ran = cli("env", "diff", "--env", "prod", "--json")
    assert ran.code == code, ran.out
    assert ran.envelope["ok"] is (code == 0)
    return {it["name"]: it["drift"] for it in ran.envelope["result"]["differences"]}


def test_no_difference(cli: Cli, cloud: Served) -> None:
    assert diff(cli, 0) == {}
    assert "my-table-prod is as declared" in cli("env", "diff", "--env", "prod").err


def test_names_and_never_values(cli: Cli, cloud: Served) -> None:
    cloud.edit_on_dashboard(secret("MOTTO", "hidden-motto"), plain("ORIGIN", "https://b"))
    cloud.edit_on_dashboard(plain("EXTRA", "extra-value"))
    toml = Path("vttsync.toml")
    toml.write_text(toml.read_text().replace("[secrets]", "[secrets]\nNEW = { keyring = true }"))
    assert diff(cli) == {
        "MOTTO": "deployed, not declared",
        "NEW": "declared, not deployed",
        "EXTRA": "deployed, not declared",
        "ORIGIN": "deployed with another value",
    }
    ran = cli("env", "diff", "--env", "prod")
    assert ran.code == 10
    assert "env prune --env prod" in ran.err
    assert "keep_vars = true" in ran.err
    for value in ("hidden-motto", "https://b", "extra-value"):
        assert value not in ran.out + ran.err


def test_a_variable_that_is_kept_is_no_loss(cli: Cli, cloud: Served) -> None:
    cloud.edit_on_dashboard(plain("EXTRA", "x"))
    wrangler = Path("party/wrangler.toml")
    wrangler.write_text("keep_vars = true\n" + wrangler.read_text())
    ran = cli("env", "diff", "--env", "prod")
    assert ran.code == 10
    assert "removes variables" not in ran.err


@pytest.mark.parametrize(
    ("binding", "name"),
    [(plain("TICKET_KEY", "x"), "TICKET_KEY"), (secret("ORIGIN", "x"), "ORIGIN")],
)
def test_a_secret_that_is_a_variable_there(
    cli: Cli, cloud: Served, binding: dict[str, Any], name: str
) -> None:
    cloud.edit_on_dashboard(binding)
    assert diff(cli) == {name: "deployed as another kind"}


def test_one_and_true_are_not_the_same(cli: Cli, cloud: Served) -> None:
    cloud.edit_on_dashboard({"type": "json", "name": "DAYS", "json": True})
    assert diff(cli) == {"DAYS": "deployed with another value"}


def test_nothing_deployed(cli: Cli, cloud: Served) -> None:
    cloud.store.drop(WORKER)
    assert set(diff(cli)) == {"PUBLISH_KEY", "TICKET_KEY", "ORIGIN", "DAYS"}
    assert "Nothing of my-table-prod is deployed" in cli("env", "diff", "--env", "prod").err
    assert cli("env", "prune", "--env", "prod", "--yes").code == 0


def test_a_rotation_is_told_and_no_difference(cli: Cli, cloud: Served) -> None:
    cloud.edit_on_dashboard(secret("TICKET_KEY_PREVIOUS", "o" * 40))
    ran = cli("env", "diff", "--env", "prod")
    assert ran.code == 0
    assert "env rotate TICKET_KEY --env prod --finish" in ran.err
    assert cli("env", "diff", "--env", "prod", "--json").envelope["result"]["rotating"] == [
        "TICKET_KEY"
    ]


def test_a_token_that_may_not_know_is_no_empty_account(
    cli: Cli, cloud: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", cloud.tokens[Persona.OTHER_ACCOUNT])
    for command in ("diff", "prune"):
        ran = cli("env", command, "--env", "prod")
        assert ran.code == 4, ran.err
        assert "does not say what is live" in ran.err


def test_pruning_asks_and_takes_only_what_nobody_declares(cli: Cli, cloud: Served) -> None:
    extra = [secret("OLD", "x"), secret("OLDER", "y"), secret("PUBLISH_KEY_PREVIOUS", "z")]
    cloud.edit_on_dashboard(*extra)
    live = cloud.store.get(WORKER).live.id
    write_receipt(Path(".vttsync"), Receipt("prod", WORKER, "a", "", live, None, "2026-11-01"))
    ran = cli("env", "prune", "--env", "prod")
    assert ran.code == 9
    assert "Remove OLD, OLDER from my-table-prod?" in ran.err
    assert cloud.store.get(WORKER).live.id == live
    done = cli("env", "prune", "--env", "prod", "--yes", "--json").envelope["result"]
    assert done["removed"] == ["OLD", "OLDER"]
    assert cloud.names() == {"PUBLISH_KEY", "TICKET_KEY", "PUBLISH_KEY_PREVIOUS", "ORIGIN", "DAYS"}
    receipt = read_receipt(Path(".vttsync"), "prod")
    assert receipt
    assert receipt.version_id == done["version"] == cloud.store.get(WORKER).live.id
    assert receipt.previous_version == live
    again = cli("env", "prune", "--env", "prod")
    assert again.code == 0
    assert "no secret that nobody declares" in again.err


def test_pruning_after_a_rollback_says_what_to_do(cli: Cli, cloud: Served) -> None:
    cloud.edit_on_dashboard(secret("OLD", "x"))
    live = cloud.store.get(WORKER).live.id
    cloud.edit_on_dashboard(plain("MORE", "y"))
    share = {"version_id": live, "percentage": 100}
    path = cloud.at(f"scripts/{WORKER}/deployments")
    body = json.dumps({"strategy": "percentage", "versions": [share]})
    assert cloud("POST", path, content=body).status == 200
    ran = cli("env", "prune", "--env", "prod", "--yes")
    assert ran.code == 7
    assert "after a rollback" in ran.err
    assert "Deploy first" in ran.err
    assert "OLD" in cloud.names()


def test_a_read_only_token_prunes_nothing(
    cli: Cli, cloud: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.edit_on_dashboard(secret("OLD", "x"))
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", cloud.tokens[Persona.READ_ONLY])
    ran = cli("env", "prune", "--env", "prod", "--yes")
    assert ran.code == 4, ran.err
    assert "OLD" in cloud.names()


@pytest.mark.parametrize(
    ("given", "live", "left"),
    [
        ({"PUBLISH_KEY"}, {"PUBLISH_KEY"}, ()),
        ({"PUBLISH_KEY"}, {"PUBLISH_KEY", "PUBLISH_KEY_PREVIOUS"}, ("PUBLISH_KEY",)),
        ({"PUBLISH_KEY", "PUBLISH_KEY_PREVIOUS"}, {"PUBLISH_KEY", "PUBLISH_KEY_PREVIOUS"}, ()),
        ({"PUBLISH_KEY", "PUBLISH_KEY_PREVIOUS"}, {"PUBLISH_KEY"}, ()),
        (set(), {"PUBLISH_KEY", "PUBLISH_KEY_PREVIOUS"}, ()),
        ({"TICKET_KEY"}, {"PUBLISH_KEY_PREVIOUS"}, ()),
    ],
)
def test_a_deploy_that_knows_not_of_a_rotation_leaves_its_key_alone(
    given: set[str], live: set[str], left: tuple[str, ...]
) -> None:
    assert left_as_deployed(given, Bound(frozenset(live), {})) == left
