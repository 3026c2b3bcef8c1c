"""`vttsync deploy` against bare `wrangler deploy`, on the same stand-in; then its stages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.timing import compare, in_turn, python
from vttsync.node import packages
from vttsync.node.runtime import Node, find_node
from vttsync.project import write
from vttsync.project.folder import Project, open_project
from vttsync.project.install import Answers, plan_install
from vttsync.rehearsal.edge.clouds import Cloud, Haze
from vttsync.rehearsal.standin import StandIn

ROUNDS = 7
PROOFS = 5
KEYS = {"PUBLISH_KEY": "p" * 40, "TICKET_KEY": "t" * 40}
_DEPLOY = ("-m", "vttsync", "deploy", "--env", "prod", "--json", "-C")
# A new version that doesn't answer is given up soon: how long that takes is a setting.
_LIMITS = "\n[env.prod.limits]\nanswers_within = 0.5\n"
_UNDOING = ("roll back", "health", "verify broadcast")


def measure() -> None:
    """Print the tables."""
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
            ours = python(*_DEPLOY, project.root, "--no-proof", "--yes")
            both = in_turn(ours, lambda: _bare(node, project.party, Path(folder)), ROUNDS)
            proved = [_stages(project, 0) for _ in range(PROOFS)]
            undone = [_undone(project, standin) for _ in range(PROOFS)]
    print("\n| deploy | vttsync, ms | bare wrangler, ms | ratio |\n| --- | --- | --- | --- |")
    print(compare("again, warm, without proof", *both))
    _print("from start to proved", proved, tuple(proved[0]))
    _print("from not proved to what was live before, proved", undone, _UNDOING)


def _stages(project: Project, code: int) -> dict[str, float]:
    """The seconds of each stage of a deploy that ends with exit code `code`."""
    words = [sys.executable, *_DEPLOY, str(project.root), "--yes"]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    envelope: Mapping[str, Any] = json.loads(done.stdout)
    if envelope["exit_code"] != code:
        raise SystemExit(f"it ended with {envelope['exit_code']}: {envelope['error']}")
    stages = envelope["result"]["stages"]
    return {str(stage["name"]): float(stage["seconds"]) for stage in stages}


def _undone(project: Project, standin: StandIn) -> dict[str, float]:
    """Those of a deploy whose version gets well for nobody."""
    standin.clouds[:] = [Cloud(Haze.SICK, times=1)]
    return _stages(project, 11)


def _print(title: str, runs: list[dict[str, float]], names: tuple[str, ...]) -> None:
    print(f"\n| {title} | s |\n| --- | --- |")
    known = [name for name in names if all(name in run for run in runs)]
    for name in known:
        print(f"| {name} | {median(run[name] for run in runs):.2f} |")
    print(f"| **in all** | {median(sum(run[name] for name in known) for run in runs):.2f} |")


def _project(root: Path, node: Node) -> Project:
    write.write_all(root, plan_install(root, Answers("bench", "", "party"), force=False))
    with (root / "vttsync.toml").open("a", encoding="utf-8") as file:
        file.write(_LIMITS)
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
