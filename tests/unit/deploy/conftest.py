"""A project whose wrangler is a script of three lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpx import HTTPXMock

from tests.runner import Cli
from tests.unit.deploy.cloud import Cloud
from vttsync.project.folder import Project, open_project


@pytest.fixture
def project(cli: Cli) -> Project:
    """A project whose packages seem to be installed."""
    assert cli("init", "--name", "my-table").code == 0
    lock = json.dumps({"packages": {"node_modules/wrangler": {"version": "1.0.0"}}})
    Path("party/node_modules").mkdir()
    Path("party/package-lock.json").write_text(lock)
    Path("party/node_modules/.package-lock.json").write_text(lock)
    return open_project(Path())


@pytest.fixture
def wrangler_does(project: Project) -> Callable[[str], None]:
    """Write the project's wrangler: `tell` adds to its output file, `live` makes a version live."""

    def write(code: str) -> None:
        cli = project.party / "node_modules" / "wrangler" / "wrangler-dist" / "cli.js"
        cli.parent.mkdir(parents=True)
        cli.write_text(
            'const fs = require("node:fs"); const argv = process.argv.slice(2);'
            "const told = process.env.WRANGLER_OUTPUT_FILE_PATH;"
            'const tell = (entry) => fs.appendFileSync(told, JSON.stringify(entry) + "\\n");\n'
            'const tag = argv[argv.indexOf("--tag") + 1];'
            'if (argv.includes("--dry-run")) {'
            'const folder = argv[argv.indexOf("--outdir") + 1];'
            "fs.mkdirSync(folder, {recursive: true});"
            'fs.writeFileSync(folder + "/index.js", ""); process.exit(0);}'
            "const live = (version, tag) => "
            'fs.writeFileSync("live.json", JSON.stringify({version, tag}));\n' + code
        )

    return write


@pytest.fixture
def cloud(httpx_mock: HTTPXMock, project: Project) -> Cloud:
    """A Worker whose version `old` is live."""
    cloud = Cloud(httpx_mock, project.party)
    cloud.serve("old")
    return cloud
