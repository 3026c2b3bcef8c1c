"""Real parts, set up once: Node, the room's npm packages, the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vttsync.node import packages
from vttsync.node.runtime import Node, find_node
from vttsync.node.wrangler import Target, Wrangler
from vttsync.project import write
from vttsync.project.install import Answers, plan_install
from vttsync.project.templates import template_files
from vttsync.rehearsal.standin import StandIn


@pytest.fixture(scope="session")
def node() -> Node:
    return find_node()


@pytest.fixture(scope="session")
def party(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of templates/party with its packages installed."""
    folder = tmp_path_factory.mktemp("room") / "party"
    for path, content in template_files("party"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    packages.install(node, folder)
    return folder


@pytest.fixture
def standin(party: Path, tmp_path: Path) -> Iterator[StandIn]:
    with StandIn(tmp_path / "standin", workerd=lambda: packages.workerd_binary(party)) as running:
        yield running


@pytest.fixture
def wrangler(node: Node, party: Path, standin: StandIn) -> Wrangler:
    return Wrangler(node, party, Target(standin.account_id, standin.token, standin.api_url))


@pytest.fixture
def project(party: Path, tmp_path: Path) -> Path:
    """A scaffolded project whose packages are installed already."""
    folder = tmp_path / "table"
    write.write_all(folder, plan_install(folder, Answers("my-table", "", "party"), force=False))
    (folder / "party" / "node_modules").symlink_to(party / "node_modules")
    return folder
