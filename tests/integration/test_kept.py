"""`--env rehearsal`: each command in turn on the account that stays on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner import Cli
from vttsync.project import write
from vttsync.project.install import Answers, plan_install

pytestmark = pytest.mark.slow
REHEARSAL = ("--env", "rehearsal")


def test_what_one_command_deploys_the_next_one_finds(
    party: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    write.write_all(Path(), plan_install(Path(), Answers("my-table", "", "party"), force=False))
    Path("party/node_modules").symlink_to(party / "node_modules")
    monkeypatch.setenv("VTTSYNC_URL", "http://127.0.0.1:1")  # another environment's
    deployed = cli("deploy", *REHEARSAL, "--json").envelope["result"]
    proved = cli("verify-broadcast", *REHEARSAL, "--json").envelope["result"]
    assert proved["version"] == deployed["version_id"]
    assert proved["url"] != deployed["url"]
    assert cli("env", "diff", *REHEARSAL).code == 0
    assert cli("env", "rotate", "TICKET_KEY", *REHEARSAL).code == 0
    assert cli("env", "rotate", "TICKET_KEY", *REHEARSAL, "--finish").code == 0
    assert cli("verify-broadcast", *REHEARSAL).code == 0
    first = deployed["version_id"]
    assert cli("rollback", first, *REHEARSAL, "--no-proof", "--yes").code == 0
    listed = cli("history", *REHEARSAL, "--json").envelope["result"]["deployments"]
    assert [it["version_id"] for it in listed if it["live"]] == [first]
    assert cli("status", *REHEARSAL, "--json").envelope["result"]["live"]["version_id"] == first
    Path(".vttsync/rehearsal/my-table-rehearsal/modules").rename("elsewhere")
    ran = cli("env", "diff", *REHEARSAL)
    assert ran.code == 5
    assert "Remove" in ran.err
