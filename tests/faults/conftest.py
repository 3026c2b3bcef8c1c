"""A project whose version is live on the stand-in, and bad weather to come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.rig import KEYS, Rig, first_version, quick_wrangler
from tests.integration.conftest import node, party  # noqa: F401  (fixtures)
from tests.runner import Cli
from vttsync.node import bundle, packages
from vttsync.node.runtime import Node
from vttsync.project import write
from vttsync.project.install import Answers, plan_install
from vttsync.rehearsal.standin import StandIn


@pytest.fixture(scope="session")
def module(node: Node, party: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """The room as one module."""
    return bundle.bundle(node, party, tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def project(party: Path) -> Path:  # noqa: F811
    """A scaffolded project in this folder, its packages installed, its limits tight."""
    here = Path()
    write.write_all(here, plan_install(here, Answers("my-table", "", "party"), force=False))
    Path("party/node_modules").symlink_to(party / "node_modules")
    settings = Path("vttsync.toml")
    settings.write_text(settings.read_text() + "\n[env.prod.limits]\nanswers_within = 0.5\n")
    return here.resolve()


@pytest.fixture
def rig(
    project: Path,
    party: Path,  # noqa: F811
    module: Path,
    tmp_path: Path,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Rig]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with StandIn(tmp_path / "account", workerd=lambda: packages.workerd_binary(party)) as standin:
        values = {
            "CLOUDFLARE_API_BASE_URL": standin.api_url,
            "CLOUDFLARE_API_TOKEN": standin.token,
            "CLOUDFLARE_ACCOUNT_ID": standin.account_id,
            "TMPDIR": str(temporary),
            **KEYS,
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        first_version(standin, module)
        yield Rig(project, party, temporary, standin, cli)


@pytest.fixture
def quick(rig: Rig, module: Path) -> Rig:
    """The same with a quicker wrangler, where it is not wrangler that something befalls."""
    (rig.project / "party" / "node_modules").unlink()
    quick_wrangler(rig.project / "party", module)
    return rig
