"""What comes after a deploy, as a user does it: the real wrangler, the real workerd."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.runner import Cli
from vttsync import web
from vttsync.node import packages
from vttsync.project import write
from vttsync.project.install import Answers, plan_install
from vttsync.rehearsal.api.weather import Storm, Trouble
from vttsync.rehearsal.standin import StandIn

pytestmark = pytest.mark.slow
WORKER = "my-table-prod"
KEYS = {"VTTSYNC_PUBLISH_KEY": "publish-" + "p" * 32, "VTTSYNC_TICKET_KEY": "ticket-" + "t" * 32}
PROD = ("--env", "prod")
INDEX = Path("party/src/index.ts")


@pytest.fixture
def account(
    party: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> Iterator[StandIn]:
    """A room deployed from this folder."""
    here = Path()
    write.write_all(here, plan_install(here, Answers("my-table", "", "party"), force=False))
    (here / "party" / "node_modules").symlink_to(party / "node_modules")
    with StandIn(tmp_path / "account", workerd=lambda: packages.workerd_binary(party)) as standin:
        values = {
            "CLOUDFLARE_API_BASE_URL": standin.api_url,
            "CLOUDFLARE_API_TOKEN": standin.token,
            "CLOUDFLARE_ACCOUNT_ID": standin.account_id,
            **KEYS,
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        deploy(cli)
        yield standin
        assert standin.unknown_routes() == []


def deploy(cli: Cli, *, code: str = "") -> str:
    """Deploy, with a line more where `code` says so; the version's id."""
    INDEX.write_text(INDEX.read_text() + code)
    ran = cli("deploy", *PROD, "--no-proof", "--json")
    assert ran.code == 0, ran.out + ran.err
    return str(ran.envelope["result"]["version_id"])


def findings(cli: Cli, code: int = 0) -> dict[str, str]:
    """What `status` found, by check; each in the words of its result."""
    ran = cli("status", *PROD, "--json")
    assert ran.code == code, ran.out + ran.err
    return {it["check"]: it["result"] for it in ran.envelope["result"]["findings"]}


def live(account: StandIn) -> str:
    boot = account.running(WORKER)
    assert boot
    return boot.version_id


def test_back_to_what_was_live_before_and_proved(account: StandIn, cli: Cli) -> None:
    first = live(account)
    second = deploy(cli, code="// two\n")
    ran = cli("rollback", *PROD)
    assert ran.code == 0, ran.out + ran.err
    assert f"version  {first}" in ran.out
    assert "verdict  proved: 8 clients" in ran.out
    assert live(account) == first
    (newest, *_rest) = cli("history", *PROD, "--json").envelope["result"]["deployments"]
    assert newest["version_id"] == first
    assert newest["why"] == "rollback"
    assert newest["proof"]["passed"] is True
    assert findings(cli)["proof"] == "ok"
    # Going back twice goes back further, and there is nothing there.
    again = cli("rollback", *PROD)
    assert again.code == 7, again.err
    assert "vttsync history" in again.err
    forward = cli("rollback", second[:8], *PROD, "--no-proof")
    assert forward.code == 0, forward.err
    assert live(account) == second


def test_a_version_that_is_not_proved_stays_and_is_told(account: StandIn, cli: Cli) -> None:
    first = live(account)
    deploy(cli, code="// two\n")
    toml = Path("vttsync.toml")
    toml.write_text(toml.read_text() + "\n[env.prod.limits]\np99_ms = 0.001\n")
    ran = cli("rollback", *PROD, "--json")
    assert ran.code == 8, ran.out
    assert ran.envelope["error"]["what"] == f"Version {first} is live again, and not proved."
    assert ran.envelope["result"]["proof"]["passed"] is False
    assert live(account) == first
    assert findings(cli)["proof"] == "warning"


def test_secrets_never_go_back_silently(
    account: StandIn, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = live(account)
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", "another-" + "q" * 32)
    second = deploy(cli)
    ran = cli("rollback", *PROD)
    assert ran.code == 9, ran.err
    assert "PUBLISH_KEY" in ran.err
    assert "--yes" in ran.err
    assert live(account) == second
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", KEYS["VTTSYNC_PUBLISH_KEY"])
    agreed = cli("rollback", *PROD, "--yes")
    assert agreed.code == 0, agreed.err
    assert live(account) == first


def test_no_way_back_across_a_migration(account: StandIn, cli: Cli) -> None:
    first = live(account)
    wrangler = Path("party/wrangler.toml")
    more = '[[migrations]]\ntag = "v2"\nnew_sqlite_classes = ["Other"]\n\n[version_metadata]'
    wrangler.write_text(wrangler.read_text().replace("[version_metadata]", more, 1))
    second = deploy(cli, code="export class Other extends Session {}\n")
    ran = cli("rollback", first, *PROD)
    assert ran.code == 7, ran.err
    assert "migration v2" in ran.err
    assert live(account) == second


def test_status_says_what_is_wrong(
    account: StandIn, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = findings(cli)
    assert well == {
        "live": "ok", "outside": "ok", "inside a room": "ok", "protocol": "ok", "secrets": "ok",
        "drift": "ok", "proof": "skipped",
    }  # fmt: skip
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("VTTSYNC_PUBLISH_KEY", "another-" + "q" * 32)
        assert findings(cli)["inside a room"] == "warning"
        elsewhere.delenv("VTTSYNC_PUBLISH_KEY")
        assert findings(cli)["inside a room"] == "skipped"
    boot = account.running(WORKER)
    assert boot
    assert boot.pid
    os.kill(boot.pid, signal.SIGKILL)
    ran = cli("status", *PROD)
    assert ran.code == 8
    assert "does not answer" in ran.out
    assert "vttsync rollback --env prod" in " ".join(ran.out.split())


def test_logs_show_what_happens_until_they_are_ended(account: StandIn) -> None:
    for words, seen in ((["--json"], '"path-of-mine"'), ([], "path-of-mine")):
        command = [sys.executable, "-m", "vttsync", "logs", *PROD, *words]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            line = _poke_until_heard(account, process)
            process.send_signal(signal.SIGINT)
            rest, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert "***" in line
        assert "a-ticket-of-mine" not in line + rest + err
        if words:
            assert json.loads(line)["event"]["response"]["status"] == 404
        else:
            assert "404" in line
            assert "may break" in err
        assert seen.strip('"') in line
    removed = [it for it in account.calls() if it.method == "DELETE" and "/tails/" in it.path]
    assert [it.status for it in removed] == [200, 200]


def _poke_until_heard(account: StandIn, process: subprocess.Popen[str]) -> str:
    """Ask for a page again and again, until the log tells of it."""
    assert process.stdout
    heard = threading.Event()
    poking = threading.Thread(target=_poke, args=(account, heard))
    poking.start()
    try:
        return next(line for line in process.stdout if "path-of-mine" in line)
    finally:
        heard.set()
        poking.join()


def _poke(account: StandIn, heard: threading.Event) -> None:
    while not heard.wait(0.1):
        # It is started anew for the listener.
        with suppress(web.TransportError), web.client(account.room_url(WORKER)) as client:
            client.get("/path-of-mine?ticket=a-ticket-of-mine")


def test_a_tail_that_is_refused_ends_with_why(account: StandIn, cli: Cli) -> None:
    account.weather.storms.append(Storm(Trouble.BLOCKED, path="/tails"))
    ran = cli("logs", *PROD, "--json")
    assert ran.code == 6, ran.out + ran.err
    assert "wrangler tail" in ran.envelope["error"]["what"]


def test_open_prints_the_address(account: StandIn, cli: Cli) -> None:
    ran = cli("open", *PROD)
    assert ran.code == 0, ran.err
    assert ran.out == f"{account.room_url(WORKER)}\n"
    Path(".vttsync/receipts/prod.json").unlink()  # another machine than that of the deploy
    assert cli("open", *PROD).out == ran.out


def test_destroyed_with_all_that_the_rooms_stored(account: StandIn, cli: Cli) -> None:
    with web.client(
        account.room_url(WORKER), {"authorization": f"Bearer {KEYS['VTTSYNC_PUBLISH_KEY']}"}
    ) as client:
        for session in ("one", "two"):
            assert client.get(f"/parties/session/{session}/health").status_code == 200
    refused = cli("destroy", *PROD)
    assert refused.code == 9
    assert "data of 2 rooms" in refused.err
    assert account.running(WORKER)
    storm = Storm(Trouble.BLOCKED, path="/services/", method="DELETE", times=1)
    account.weather.storms.append(storm)
    blocked = cli("destroy", *PROD, "--yes-delete", WORKER)
    assert blocked.code == 7, blocked.err
    assert "my-table-prod is still there." in blocked.err
    assert account.running(WORKER)
    # A token for Workers alone may not look there, as wrangler does when the Worker is gone.
    account.weather.storms.append(Storm(Trouble.BLOCKED, path="/storage/kv"))
    ran = cli("destroy", *PROD, "--yes-delete", WORKER, "--json")
    assert ran.code == 0, ran.out
    assert ran.envelope["result"]["rooms"] == 2
    assert account.running(WORKER) is None
    assert not Path(".vttsync/receipts/prod.json").exists()
    assert findings(cli, 8) == {"live": "failed"}
    again = cli("destroy", *PROD)
    assert again.code == 0
    assert "There is no my-table-prod" in again.err
