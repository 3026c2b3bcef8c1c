"""A key changes while an app server publishes and players join: nobody is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.traffic import Traffic
from tests.runner import Cli
from vttsync.node import packages
from vttsync.project import write
from vttsync.project.install import Answers, plan_install
from vttsync.rehearsal.standin import StandIn

pytestmark = pytest.mark.slow
WORKER = "my-table-prod"
FILE = Path(".vttsync/prod.env")
SOURCES = "\n[env.prod.secrets]\n" + "".join(
    f'{name} = {{ variable = "VTTSYNC_{name}", file = "{FILE.as_posix()}" }}\n'
    for name in ("PUBLISH_KEY", "TICKET_KEY")
)


@pytest.fixture
def account(
    party: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> Iterator[StandIn]:
    """A room deployed from this folder, whose keys are in a file."""
    here = Path()
    write.write_all(here, plan_install(here, Answers("my-table", "", "party"), force=False))
    (here / "party" / "node_modules").symlink_to(party / "node_modules")
    Path("vttsync.toml").write_text(Path("vttsync.toml").read_text() + SOURCES)
    workerd = packages.workerd_binary(party)
    with StandIn(tmp_path / "account", workerd=lambda: workerd) as standin:
        monkeypatch.setenv("CLOUDFLARE_API_BASE_URL", standin.api_url)
        monkeypatch.setenv("CLOUDFLARE_API_TOKEN", standin.token)
        monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", standin.account_id)
        done(cli, "env", "generate", "--env", "prod")
        done(cli, "deploy", "--env", "prod")
        yield standin
        assert standin.unknown_routes() == []


def done(cli: Cli, *words: str) -> str:
    ran = cli(*words)
    assert ran.code == 0, ran.out + ran.err
    return ran.err


def keys(cli: Cli) -> dict[str, str]:
    """What the app server gets."""
    exported: dict[str, str] = json.loads(
        cli("env", "export", "--env", "prod", "--format", "json").out
    )
    return exported


def names(standin: StandIn) -> set[str]:
    """The secrets that the live version has."""
    path = f"{standin.api_url}/accounts/{standin.account_id}/workers/scripts/{WORKER}/secrets"
    headers = {"authorization": f"Bearer {standin.token}"}
    result = httpx.get(path, headers=headers, trust_env=False).json()["result"]
    return {entry["name"] for entry in result}


def taken(url: str, key: str) -> bool:
    path = f"{url}/parties/session/vttsync-verify-x/health"
    answer = httpx.get(path, headers={"authorization": f"Bearer {key}"}, trust_env=False)
    return answer.status_code == 200


def test_nobody_is_refused_while_both_keys_change(
    account: StandIn, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = keys(cli)
    traffic = Traffic(account.room_url(WORKER))
    with traffic.until_the_end():
        traffic.publisher("old app server", old["VTTSYNC_PUBLISH_KEY"])
        traffic.player("old player", old["VTTSYNC_TICKET_KEY"])
        traffic.flows()
        for number, name in enumerate(("PUBLISH_KEY", "TICKET_KEY")):
            done(cli, "env", "rotate", name, "--env", "prod")
            new = keys(cli)
            traffic.publisher(f"app server {number}", new["VTTSYNC_PUBLISH_KEY"])
            traffic.player(f"player {number}", new["VTTSYNC_TICKET_KEY"])
            traffic.flows()
        told = _deploy_as_a_pipeline_does(cli, monkeypatch, old)
        traffic.flows()
        assert "PUBLISH_KEY is being rotated: it stays as it is deployed" in told
        for who in ("old app server", "old player", "player 0"):
            traffic.retire(who)
        for name in ("PUBLISH_KEY", "TICKET_KEY"):
            done(cli, "env", "rotate", name, "--env", "prod", "--finish")
            traffic.flows()
    assert traffic.refused == []
    assert sum(traffic.broken.values()) > 0  # every deploy breaks connections
    assert names(account) == {"PUBLISH_KEY", "TICKET_KEY"}
    assert not taken(account.room_url(WORKER), old["VTTSYNC_PUBLISH_KEY"])
    assert "PREVIOUS" not in FILE.read_text()
    done(cli, "verify-broadcast", "--env", "prod")


def _deploy_as_a_pipeline_does(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, old: dict[str, str]
) -> str:
    """From a machine whose variables still have the keys of before."""
    with monkeypatch.context() as pipeline:
        for name in ("VTTSYNC_PUBLISH_KEY", "VTTSYNC_TICKET_KEY"):
            pipeline.setenv(name, old[name])
        return done(cli, "deploy", "--env", "prod")


def test_an_interrupted_rotation_goes_on_where_it_was(account: StandIn, cli: Cli) -> None:
    old = keys(cli)["VTTSYNC_PUBLISH_KEY"]
    index = Path("party/src/index.ts")
    good = index.read_text()
    index.write_text("throw new Error('not today');\n" + good)
    assert cli("env", "rotate", "PUBLISH_KEY", "--env", "prod").code == 7
    half = FILE.read_text()
    assert f"PUBLISH_KEY_PREVIOUS={old}\n" in half
    new = keys(cli)["VTTSYNC_PUBLISH_KEY"]
    assert new != old
    url = account.room_url(WORKER)
    assert (taken(url, old), taken(url, new)) == (True, False)
    listed = cli("env", "list", "--env", "prod").out
    assert "PUBLISH_KEY_PREVIOUS" in listed
    index.write_text(good)
    done(cli, "env", "rotate", "PUBLISH_KEY", "--env", "prod")
    assert keys(cli)["VTTSYNC_PUBLISH_KEY"] == new
    assert (taken(url, old), taken(url, new)) == (True, True)
    assert "PREVIOUS" not in FILE.read_text()
    again = cli("env", "rotate", "PUBLISH_KEY", "--env", "prod")
    assert again.code == 9
    assert "--finish" in again.err
    assert keys(cli)["VTTSYNC_PUBLISH_KEY"] == new


def test_a_deploy_brings_an_interrupted_rotation_live_too(account: StandIn, cli: Cli) -> None:
    old = keys(cli)["VTTSYNC_TICKET_KEY"]
    FILE.write_text(
        FILE.read_text().replace(f"={old}", f"={'n' * 40}") + f"TICKET_KEY_PREVIOUS={old}\n"
    )
    done(cli, "deploy", "--env", "prod")
    assert "TICKET_KEY_PREVIOUS" in names(account)
    assert "PREVIOUS" not in FILE.read_text()


def test_a_rotation_ends_after_a_rollback_too(account: StandIn, cli: Cli) -> None:
    done(cli, "env", "rotate", "PUBLISH_KEY", "--env", "prod")
    during = json.loads(Path(".vttsync/receipts/prod.json").read_text())["version_id"]
    done(cli, "deploy", "--env", "prod")
    path = f"/accounts/{account.account_id}/workers/scripts/{WORKER}/deployments"
    share = {"version_id": during, "percentage": 100}
    answer = httpx.post(
        account.api_url + path,
        json={"strategy": "percentage", "versions": [share]},
        headers={"authorization": f"Bearer {account.token}"},
        trust_env=False,
    )
    assert answer.status_code == 200
    done(cli, "env", "rotate", "PUBLISH_KEY", "--env", "prod", "--finish")
    assert names(account) == {"PUBLISH_KEY", "TICKET_KEY"}
    assert cli("env", "rotate", "PUBLISH_KEY", "--env", "prod", "--finish").code == 3


def test_a_variable_outvotes_a_new_key(
    account: StandIn, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = FILE.read_text()
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", "v" * 40)
    ran = cli("env", "rotate", "PUBLISH_KEY", "--env", "prod")
    assert ran.code == 3
    assert "variable VTTSYNC_PUBLISH_KEY is set" in ran.err
    assert FILE.read_text() == before
    assert cli("env", "rotate", "MOTTO", "--env", "prod").code == 2
