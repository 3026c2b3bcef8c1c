"""`vttsync doctor` against its checks one after the other, with Cloudflare at some distance."""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path

from tests.benchmarks.timing import compare, in_turn
from tests.unit.rehearsal.cloud import ACCOUNT, Cloud
from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.questions import Subject, questions
from vttsync.cloudflare.token import read_token
from vttsync.deploy import desired
from vttsync.deploy.examine import examine
from vttsync.deploy.private_files import check_private_files
from vttsync.node.checks import check_tools
from vttsync.project import write
from vttsync.project.folder import Project, open_project
from vttsync.project.install import Answers, plan_install
from vttsync.project.lint import lint
from vttsync.rehearsal.api.server import Server
from vttsync.rehearsal.api.weather import Weather

ROUNDS = 9
LATENCY = 0.1  # seconds
ENV = "prod"
KEYS = {"PUBLISH_KEY": "p" * 40, "TICKET_KEY": "t" * 40}


def measure() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as folder:
        root = Path(folder, "table")
        write.write_all(root, plan_install(root, Answers("bench", ACCOUNT, "party"), force=False))
        project = open_project(root)
        cloud = Cloud(Path(folder, "account"), weather=Weather(latency=LATENCY))
        with Server(cloud.api) as server:
            os.environ |= {
                "CLOUDFLARE_API_BASE_URL": server.url,
                "CLOUDFLARE_API_TOKEN": cloud.token,
                "CLOUDFLARE_ACCOUNT_ID": ACCOUNT,
                **{f"VTTSYNC_{name}": value for name, value in KEYS.items()},
            }
            ours = partial(examine, root, ENV, os.environ)
            both = in_turn(ours, partial(_one_by_one, project), ROUNDS)
    print("\n| doctor | vttsync, ms | its checks in turn, ms | ratio |\n| --- | --- | --- | --- |")
    print(compare("100 ms to Cloudflare", *both))


def _one_by_one(project: Project) -> None:
    """Every check that doctor makes, each when the one before is done."""
    check_tools(project.party)
    check_private_files(project.root, project.party)
    want = desired.desired(project, ENV, os.environ)
    lint(want.worker, ENV)
    token = read_token(want.token.value)
    subject = Subject(token, want.account_id, want.worker.name, tags=want.worker.tags)
    with CloudflareApi(want.api_base_url, token) as api:
        for question in questions(subject, "vttsync-probe-0").values():
            api.ask(question)
