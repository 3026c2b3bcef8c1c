"""The page's own tests and types, beside the client as an app has them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vttsync.node import process
from vttsync.node.runtime import Node, find_node
from vttsync.project.templates import template_files, templates_folder

ROOT = Path(__file__).resolve().parents[2]
TABLE = templates_folder() / "table"


@pytest.fixture(scope="session")
def node() -> Node:
    return find_node()


def _npm(node: Node, folder: Path, *words: str) -> None:
    env = process.clean_environment({**node.variables(), "CI": "1"})
    done = process.run([*node.npm, *words], cwd=folder, env=env, timeout=600)
    assert done.code == 0, f"npm {' '.join(words)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"


@pytest.mark.slow
def test_the_scaffolded_page_passes_its_own_tests(node: Node, tmp_path: Path) -> None:
    for template, folder in (("table", "table"), ("client", "party-client")):
        for path, content in template_files(template):
            (tmp_path / folder / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / path).write_bytes(content)
    table = tmp_path / "table"
    _npm(node, table, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    _npm(node, table, "run", "typecheck")
    _npm(node, table, "test")


def _lines(text: str) -> set[str]:
    return {" ".join(line.split()) for line in text.splitlines()}


def test_what_the_tour_says_was_added_is_there() -> None:
    tour = (ROOT / "docs" / "table.md").read_text("utf-8")
    sources = [*TABLE.glob("server/*.py"), *TABLE.glob("page/*.js")]
    there = set().union(*(_lines(path.read_text("utf-8")) for path in sources))
    added = {line[2:] for line in re.findall(r"^\+ .*$", tour, re.MULTILINE)}
    (connecting,) = re.findall(r"```js\n(const session = .*?)```", tour, re.DOTALL)
    (timer,) = re.findall(r"```js\n(const refresh = .*?)```", tour, re.DOTALL)
    shown = _lines("\n".join(added)) | _lines(connecting) | _lines(timer)
    shown -= _lines("setInterval(refresh, every);")  # kept in a variable there
    assert shown - there == set()
