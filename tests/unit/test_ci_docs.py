"""The pipelines in the documentation are such, and vttsync does what they say of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.runner import Cli
from vttsync.cli.commands import COMMANDS
from vttsync.output.github import OUTPUTS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "ci.md").read_text("utf-8")
GITHUB, GITLAB = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
(CROWD,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "crowds.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        (GITHUB, ("vendor.github-workflows",)),
        (CROWD, ("vendor.github-workflows",)),
        (GITLAB, ("vendor.gitlab-ci", "--data-transform", "gitlab-ci")),
    ],
)
def test_a_pipeline_is_what_its_runner_takes(
    text: str, schema: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "pipeline.yml"
    file.write_text(text)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *schema, str(file)]

    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr


def _commands() -> list[str]:
    scripts = [step.get("run", "") for job in _jobs().values() for step in job["steps"]]
    for job in YAML(typ="safe").load(GITLAB).values():
        scripts += [*job["script"], *job.get("after_script", [])]
    return [line for line in scripts if line.startswith("vttsync ")]


def _jobs() -> dict[str, dict[str, list[dict[str, str]]]]:
    jobs: dict[str, dict[str, list[dict[str, str]]]] = YAML(typ="safe").load(GITHUB)["jobs"]
    return jobs


def test_its_commands_and_flags_exist(cli: Cli) -> None:
    commands = _commands()
    assert len(commands) == 6
    for line in commands:
        said = line.removeprefix("vttsync ").partition(" >")[0]
        command = max((name for name in COMMANDS if said.startswith(name)), key=len)
        words = said.removeprefix(command).split()
        told = cli(*command.split(), "--help").out
        assert [word for word in words if word.startswith("--") and word not in told] == []


def test_its_outputs_exist_and_are_explained() -> None:
    used = re.findall(r"steps\.room\.outputs\.([\w-]+) }}", GITHUB)
    assert used == list(OUTPUTS)
    assert re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE) == list(OUTPUTS)


def test_only_the_step_that_deploys_gets_secrets() -> None:
    given = [
        step["run"]
        for job in _jobs().values()
        for step in job["steps"]
        if "secrets." in str(step.get("env", ""))
    ]
    assert given == ["vttsync deploy --env prod --require-clean --transcript proof.jsonl.gz"]
    assert GITHUB.count("secrets.") == 3
