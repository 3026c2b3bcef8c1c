"""A `hook` step of a script that deploys the room anew while its clients are there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.integration.test_scripts import ROWS
from tests.runner import Cli
from vttsync.project import write
from vttsync.project.install import Answers, plan_install

pytestmark = pytest.mark.slow
REHEARSAL = ("--env", "rehearsal")
REDEPLOYED = """
title = "Redeployed"
cast = { players = 2 }
scene = { rows = "rows.json" }

[[step]]
move = "Hero"
along = [[2, 2], [3, 2]]

[[step]]
hook = "redeploy"

[[step]]
move = "Hero"
along = [[2, 3]]

[[step]]
wait = "everyone"
"""


@pytest.fixture
def script(party: Path) -> Path:
    write.write_all(Path(), plan_install(Path(), Answers("my-table", "", "party"), force=False))
    Path("party/node_modules").symlink_to(party / "node_modules")
    Path("rows.json").write_text(json.dumps({"rows": ROWS}), encoding="utf-8")
    path = Path("redeployed.toml")
    path.write_text(REDEPLOYED, encoding="utf-8")
    return path


def test_a_script_may_have_the_room_deployed_anew(script: Path, cli: Cli) -> None:
    first = cli("deploy", *REHEARSAL, "--json").envelope["result"]["version_id"]
    again = f"redeploy={sys.executable} -m vttsync deploy --env rehearsal --no-proof --yes"

    ran = cli("verify-broadcast", *REHEARSAL, "--script", str(script), "--hook", again, "--json")

    assert ran.code == 0, ran.out
    assert ran.envelope["result"]["reconnect"] is not None
    live = cli("status", *REHEARSAL, "--json").envelope["result"]["live"]["version_id"]
    assert live != first


def test_a_hook_that_fails_ends_the_proof(script: Path, cli: Cli) -> None:
    assert cli("deploy", *REHEARSAL, "--no-proof").code == 0
    fails = f"redeploy={sys.executable} -c 'import sys; sys.exit(\"no deploy today\")'"

    ran = cli("verify-broadcast", *REHEARSAL, "--script", str(script), "--hook", fails)

    assert ran.code == 3
    assert "The hook redeploy failed" in ran.err
    assert "no deploy today" in ran.err
