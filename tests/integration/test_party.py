"""The room's own package: its types, its schema and its tests, in real workerd."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vttsync.node import process
from vttsync.node.runtime import Node
from vttsync.project.templates import template_files

pytestmark = pytest.mark.slow


def test_the_scaffolded_room_passes_its_own_tests(node: Node, tmp_path: Path) -> None:
    folder = tmp_path / "party"
    for path, content in template_files("party"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    npm_settings = [name for name in os.environ if name.lower().startswith("npm_config_")]
    own = {**node.variables(), "CI": "1"}
    env = process.clean_environment(own, also=[*process.NETWORK, *npm_settings])
    for words in (
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
        ["run", "typecheck"],
        ["run", "check:schema"],
        ["test"],
    ):
        done = process.run([*node.npm, *words], cwd=folder, env=env, timeout=600)
        assert done.code == 0, f"npm {' '.join(words)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
