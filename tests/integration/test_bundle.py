"""The room's code weighed without starting wrangler, and what only wrangler can bundle."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vttsync.errors import VttsyncError
from vttsync.node.bundle import bundle, weigh
from vttsync.node.quick_bundle import bundle_quickly
from vttsync.node.runtime import Node

pytestmark = pytest.mark.slow


@pytest.fixture
def room(party: Path, tmp_path: Path) -> Path:
    """A room of its own, with the packages of all."""
    room = tmp_path / "party"
    shutil.copytree(party, room, ignore=shutil.ignore_patterns("node_modules"))
    (room / "node_modules").symlink_to(party / "node_modules")
    return room


def test_it_weighs_what_wrangler_uploads(node: Node, room: Path, tmp_path: Path) -> None:
    size = bundle(node, room, tmp_path / "wrangler", env="prod").stat().st_size
    code = weigh(node, room, "prod")
    assert code == weigh(node, room, "prod")
    assert abs(code.size - size) < size / 100
    index = room / "src" / "index.ts"
    index.write_text(index.read_text() + "\nexport const added = 1;\n")
    assert weigh(node, room, "prod").sha256 != code.sha256


@pytest.mark.parametrize("line", ['compatibility_flags = ["nodejs_compat"]', "minify = true"])
def test_what_changes_the_code_is_left_to_wrangler(
    node: Node, room: Path, tmp_path: Path, line: str
) -> None:
    file = room / "wrangler.toml"
    file.write_text(file.read_text().replace("[env.prod]\n", f"[env.prod]\n{line}\n", 1))
    assert bundle_quickly(room, "staging", tmp_path / "staging")
    assert not bundle_quickly(room, "prod", tmp_path / "prod")


def test_code_that_does_not_bundle_is_told_by_wrangler(node: Node, room: Path) -> None:
    index = room / "src" / "index.ts"
    index.write_text("import './nowhere';\n" + index.read_text())
    with pytest.raises(VttsyncError, match="could not bundle") as caught:
        weigh(node, room, "prod")
    assert "nowhere" in caught.value.why
