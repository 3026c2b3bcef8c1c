"""The documents say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import reference
from tests.runner import Cli
from vttsync.cli.commands import COMMANDS
from vttsync.cloudflare.token import PERMISSIONS
from vttsync.errors import Exit
from vttsync.node import process

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def test_every_exit_code_is_explained() -> None:
    rows = re.findall(r"^\| (\d+) \|", (DOCS / "exit-codes.md").read_text("utf-8"), re.MULTILINE)
    assert [int(row) for row in rows] == [int(code) for code in Exit]


def test_every_variable_and_key_is_documented_as_the_models_have_it() -> None:
    page = reference.PAGE.read_text("utf-8")
    assert reference.made(page) == page, "run python -m tests.reference"
    assert "| None |" not in page


def test_every_variable_that_is_read_is_documented() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    read = set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', source))
    page = reference.PAGE.read_text("utf-8")
    assert {"GITHUB_ENV", "VTTSYNC_URL"} <= read
    names = {name.upper() for name in process.NETWORK}
    assert [name for name in read | names if f"`{name}`" not in page] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme_and_has_help(cli: Cli, command: str) -> None:
    assert f"`vttsync {command}" in (ROOT / "README.md").read_text("utf-8")
    ran = cli(*command.split(), "--help")
    assert ran.code == 0
    assert "--json" in ran.out


def test_every_permission_is_documented() -> None:
    text = (DOCS / "cloudflare.md").read_text("utf-8")
    for scope, group, level, _why in PERMISSIONS:
        assert f"| {scope} | {group} | {level} |" in text


def test_every_link_between_documents_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *DOCS.glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
