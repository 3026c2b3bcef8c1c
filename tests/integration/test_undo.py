"""Deploys that are not proved, undone or kept, with the real wrangler, workerd and broadcast."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.integration.test_deploy import account
from tests.runner import Cli
from vttsync.rehearsal.standin import StandIn

__all__ = ["account"]
pytestmark = pytest.mark.slow
WORKER = "my-table-prod"
INDEX = Path("party/src/index.ts")


def broken() -> None:
    """Let the room refuse every publish: it is healthy, and no broadcast passes."""
    handler = re.compile(r"(async function command\(.*?\): Promise<Response> \{)", re.DOTALL)
    text, count = handler.subn(
        r'\1\n  if (request.method === "POST") return new Response("no", { status: 500 });',
        INDEX.read_text(),
    )
    assert count == 1
    INDEX.write_text(text)


def live(account: StandIn) -> str:
    running = account.running(WORKER)
    assert running
    return running.version_id


def told(account: StandIn, path: str) -> dict[str, object]:
    """What the stand-in says of the Worker."""
    url = f"{account.api_url}/accounts/{account.account_id}/workers/scripts/{WORKER}/{path}"
    headers = {"authorization": f"Bearer {account.token}"}
    result: dict[str, object] = httpx.get(url, headers=headers, trust_env=False).json()["result"]
    return result


def test_a_version_that_is_not_proved_is_rolled_back(account: StandIn, cli: Cli) -> None:
    assert cli("deploy", "--env", "prod", "--no-proof").code == 0
    before = live(account)
    broken()
    ran = cli("deploy", "--env", "prod", "--json", "--transcript", "proof.jsonl.gz")
    assert ran.code == 11, ran.out
    assert live(account) == before
    told = ran.envelope
    assert told["result"]["verdict"] == "rolled back"
    assert told["result"]["live"]["version_id"] == before
    assert told["result"]["version_id"] != before
    assert told["result"]["proof"]["passed"] is False
    assert told["result"]["proof_of_previous"]["passed"] is True
    assert "is rolled back" in told["error"]["what"]
    # What is kept is what failed, and not the proof after the way back.
    judged = cli("verify-broadcast", "judge", "proof.jsonl.gz", "--json").envelope["result"]
    assert judged["version"] == told["result"]["version_id"]
    assert judged["differences"] == told["result"]["broadcasts"][0]["differences"] != []
    assert cli("verify-broadcast", "--env", "prod").code == 0
    assert account.unknown_routes() == []


def test_a_version_that_is_not_proved_is_kept_when_that_is_wanted(
    account: StandIn, cli: Cli
) -> None:
    assert cli("deploy", "--env", "prod", "--no-proof").code == 0
    before = live(account)
    broken()
    ran = cli("deploy", "--env", "prod", "--no-rollback")
    assert ran.code == 8, ran.err
    assert live(account) != before
    assert "not verified" in ran.out
    assert "stays live" in ran.err
    assert "verdict  failed" in ran.out


def test_a_limit_that_nothing_keeps_to(account: StandIn, cli: Cli) -> None:
    assert cli("deploy", "--env", "prod").code == 0
    before = live(account)
    file = Path("vttsync.toml")
    file.write_text(file.read_text() + "\n[env.prod.limits]\np99_ms = 0.001\n")
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 12, ran.err
    assert live(account) == before
    assert "0.001 ms at most are allowed" in ran.err
    assert f"vttsync rollback {before}" in ran.err


def test_rotated_keys_are_not_rolled_back(
    account: StandIn, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("deploy", "--env", "prod", "--no-proof").code == 0
    before = live(account)
    broken()
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", "another-" + "x" * 40)
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 8, ran.err
    assert live(account) != before
    assert "PUBLISH_KEY" in ran.err
    assert "stays live" in ran.err


def test_what_is_deployed_says_its_commit(account: StandIn, cli: Cli) -> None:
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.test", "commit", "-qm", "First night"],
    ):
        subprocess.run(["git", *words], check=True)
    ran = cli("deploy", "--env", "prod", "--require-clean", "--no-proof")
    assert ran.code == 0, ran.err
    version = told(account, f"versions/{live(account)}")
    notes = version["annotations"]
    assert isinstance(notes, dict)
    assert re.fullmatch(
        r"[0-9a-f]{12} code [0-9a-f]{12} · First night", str(notes["workers/message"])
    )
    assert re.fullmatch(r"vttsync-[0-9a-f]{12}", str(notes["workers/tag"]))
    again = cli("deploy", "--env", "prod", "--plan", "--exit-code", "--json")
    assert again.code == 0, json.dumps(again.envelope, indent=1)
    INDEX.write_text(INDEX.read_text() + "\n// new\n")
    refused = cli("deploy", "--env", "prod", "--require-clean")
    assert refused.code == 3
    assert "index.ts" in refused.err


def test_clients_that_stay_are_watched_where_there_is_a_limit(account: StandIn, cli: Cli) -> None:
    file = Path("vttsync.toml")
    file.write_text(file.read_text() + "\n[env.prod.limits]\nback_within = 60\n")
    first = cli("deploy", "--env", "prod", "--json")
    assert first.code == 0, first.out
    assert first.envelope["result"]["survival"] is None
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 0, ran.out + ran.err
    assert "clients are back" in ran.err
    assert "survived  4 of 4 clients dropped" in ran.out
    file.write_text(file.read_text().replace("back_within = 60", "back_within = 0.001"))
    before = live(account)
    ran = cli("deploy", "--env", "prod", "--json")
    assert ran.code == 11, ran.out
    assert live(account) == before
    assert ran.envelope["result"]["survival"]["passed"] is False
    assert cli("deploy", "--env", "prod", "--no-survive").code == 0
