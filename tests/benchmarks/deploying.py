"""`vttsync deploy` against bare `wrangler deploy`, on the same stand-in."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from tests.benchmarks.timing import compare, in_turn, python
from vttsync.node import packages
from vttsync.node.runtime import Node, find_node
from vttsync.project import write
from vttsync.project.folder import Project, open_project
from vttsync.project.install import Answers, plan_install
from vttsync.rehearsal.standin import StandIn

ROUNDS = 7
KEYS = {"PUBLISH_KEY": "p" * 40, "TICKET_KEY": "t" * 40}


def measure() -> None:
    """Print the table."""
    node = find_node()
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as folder:
        project = _project(Path(folder, "table"), node)
        with StandIn(
            Path(folder, "account"), workerd=lambda: packages.workerd_binary(project.party)
        ) as standin:
            os.environ |= {
                "CLOUDFLARE_API_BASE_URL": standin.api_url,
                "CLOUDFLARE_API_TOKEN": standin.token,
                "CLOUDFLARE_ACCOUNT_ID": standin.account_id,
                **{f"VTTSYNC_{name}": value for name, value in KEYS.items()},
            }
            ours = python("-m", "vttsync", "deploy", "--env", "prod", "-C", project.root)
            both = in_turn(ours, lambda: _bare(node, project.party, Path(folder)), ROUNDS)
    print("\n| deploy | vttsync, ms | bare wrangler, ms | ratio |\n| --- | --- | --- | --- |")
    print(compare("again, warm", *both))


def _project(root: Path, node: Node) -> Project:
    write.write_all(root, plan_install(root, Answers("bench", "", "party"), force=False))
    project = open_project(root)
    packages.install(node, project.party)
    return project


def _bare(node: Node, party: Path, folder: Path) -> None:
    """What `npx wrangler deploy` runs, with the same secrets."""
    launcher = party / "node_modules" / "wrangler" / "bin" / "wrangler.js"
    env = {
        **os.environ,
        "CI": "1",
        "WRANGLER_SEND_METRICS": "false",
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    words = [node.binary, launcher, "deploy", "--env", "prod", "--secrets-file", "/dev/stdin"]
    subprocess.run(
        [str(word) for word in words], cwd=party, env=env, input=json.dumps(KEYS), text=True,
        check=True, capture_output=True,
    )  # fmt: skip
