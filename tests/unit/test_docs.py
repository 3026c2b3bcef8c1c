"""The documents say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.runner import Cli
from vttsync.cli.main import COMMANDS
from vttsync.errors import Exit
from vttsync.project.config import (
    AppTable,
    BroadcastTable,
    Config,
    EnvironmentTable,
    SecretSource,
)
from vttsync.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def test_every_exit_code_is_explained() -> None:
    rows = re.findall(r"^\| (\d+) \|", (DOCS / "exit-codes.md").read_text("utf-8"), re.MULTILINE)
    assert [int(row) for row in rows] == [int(code) for code in Exit]


def test_every_variable_is_documented() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`{field.validation_alias}`" in text, name


def test_every_key_of_the_project_file_is_documented() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    keys = [f"broadcast.{key}" for key in BroadcastTable.model_fields]
    keys += [f"app.{key}" for key in AppTable.model_fields]
    keys += [f"secrets.NAME.{key}" for key in SecretSource.model_fields]
    keys += [f"env.NAME.{key}" for key in EnvironmentTable.model_fields]
    keys += [
        key for key in Config.model_fields if key not in ("app", "broadcast", "secrets", "env")
    ]
    for key in keys:
        assert f"| `{key}` |" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme_and_has_help(cli: Cli, command: str) -> None:
    assert f"`vttsync {command}" in (ROOT / "README.md").read_text("utf-8")
    ran = cli(command, "--help")
    assert ran.code == 0
    assert "--json" in ran.out


def test_every_link_between_documents_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *DOCS.glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
