"""What a step of a GitHub Actions job tells its runner, read as the runner reads it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.github import Runner, outputs
from tests.runner import Cli, Ran
from tests.unit.test_output import BAD as BAD_VERDICT
from tests.unit.test_output import GOOD as GOOD_VERDICT
from tests.unit.test_survival_output import BAD as BAD_SURVIVAL
from vttsync.errors import Exit, VttsyncError
from vttsync.output import github
from vttsync.output.survival import survival_json
from vttsync.output.terminal import Terminal
from vttsync.output.verdict import verdict_json

KEY = "k3y-100%-of-it:,;=\\" + "k" * 30
FILES = (
    '\n[env.prod.secrets]\nPUBLISH_KEY = { variable = "MINE" }\n'
    'TICKET_KEY = { file = ".vttsync/prod.env" }\n'
)


class Step:
    """The files of a step, and what came of them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._summary, self._output = folder / "summary.md", folder / "output"
        self._capsys = capsys
        self.variables = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self._summary),
            "GITHUB_OUTPUT": str(self._output),
        }

    @property
    def summary(self) -> str:
        return self._summary.read_text("utf-8") if self._summary.exists() else ""

    @property
    def outputs(self) -> dict[str, str]:
        return outputs(self._output.read_text("utf-8")) if self._output.exists() else {}

    def begin(self) -> None:
        github.begin(self.variables)

    def said(self) -> Runner:
        captured = self._capsys.readouterr()
        return understood(captured.out + captured.err)


def understood(text: str) -> Runner:
    runner = Runner()
    runner.read(text)
    return runner


@pytest.fixture
def step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Step:
    step = Step(tmp_path, capsys)
    for name, value in step.variables.items():
        monkeypatch.setenv(name, value)
    return step


def shown(markdown: str) -> str:
    """What a reader sees of it, without the tags."""
    drawn = MarkdownIt("commonmark").enable("table").render(markdown)
    text = re.sub(r"<[^>]+>", " ", drawn)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, char)
    return re.sub(r"[ \n]+", " ", text)


ODD = "100% [of] `it`, as %0A says: a|b, <b>c</b>\r\n::warning::no ##[error]no *x*"


def test_an_error_is_an_annotation_with_all_that_is_known(step: Step) -> None:
    step.begin()
    error = VttsyncError(ODD, why="It was so.", fix="Do this.", exit_code=Exit.DEPLOY_FAILED)

    code = Terminal("deploy").fail(error)

    assert code is Exit.DEPLOY_FAILED
    said = step.said()
    (annotation,) = said.annotations("error")
    assert annotation.properties == {"title": "vttsync deploy"}
    assert annotation.data == f"{ODD}\nwhy: It was so.\nnext: Do this."
    assert said.commands == [annotation]
    assert said.log == []
    assert "vttsync deploy" in shown(step.summary)
    assert "a|b, <b>c</b>" in shown(step.summary)
    assert "exit code 7" in shown(step.summary)


def test_a_mistake_in_a_file_is_shown_at_its_line(step: Step, cli: Cli) -> None:
    assert cli("init", "--name", "my-table").code == 0
    settings = Path("vttsync.toml")
    lines = settings.read_text().splitlines()
    settings.write_text("\n".join([*lines, "colour = 1"]))

    ran = cli("env", "list", "--env", "prod")

    assert ran.code == 3
    general, placed = understood(ran.err).annotations("error")
    assert "1 mistake" in general.data
    assert placed.properties == {
        "title": "vttsync env list",
        "file": str(settings.absolute()),
        "line": str(len(lines) + 1),
    }
    assert "`env.prod.colour` is no key here" in placed.data


def test_toml_that_is_none_and_a_wrong_script_have_their_lines_too(step: Step, cli: Cli) -> None:
    assert cli("init", "--name", "my-table").code == 0
    settings = Path("vttsync.toml")
    good = settings.read_text()
    settings.write_text(good + "\n[env")
    _, placed = understood(cli("env", "list", "--env", "prod").err).annotations("error")
    assert placed.properties["line"] == str(len(good.splitlines()) + 2)

    settings.write_text(good)
    script = Path("a,b::c%3A.toml")
    script.write_text('title = "A fight"\n\n[[step]]\nmuve = "nobody"\n')
    ran = cli("verify-broadcast", "--url", "http://127.0.0.1:1", "--script", str(script))
    assert ran.code == 3, ran.err
    found = understood(ran.err).annotations("error")
    assert {it.properties.get("file") for it in found[1:]} == {str(script.absolute())}
    assert "4" in {it.properties["line"] for it in found[1:]}


def test_a_warning_is_an_annotation(step: Step) -> None:
    step.begin()
    for as_json in (False, True):
        Terminal("doctor", as_json=as_json).warn("mind\nthe gap")

        (annotation,) = step.said().annotations("warning")
        assert annotation.properties == {"title": "vttsync doctor"}
        assert annotation.data == "mind\nthe gap"


def deploy_result(**more: Any) -> dict[str, Any]:
    return {
        "url": "https://table.example.workers.dev",
        "version_id": "8b29-v",
        "verdict": "proved",
        "broadcasts": [verdict_json(GOOD_VERDICT)],
        **more,
    }


def test_a_step_has_outputs_and_a_summary(step: Step) -> None:
    step.begin()
    terminal = Terminal("deploy")
    with terminal.stage("upload") as stage:
        stage.update("a|b")
    spread = ((5.0, 41), (10.0, 7), (None, 1))
    verdict = verdict_json(replace(GOOD_VERDICT, spread=spread))

    terminal.finish(deploy_result(broadcasts=[verdict], survival=survival_json(BAD_SURVIVAL)))

    assert step.outputs == {
        "url": "https://table.example.workers.dev",
        "version-id": "8b29-v",
        "verdict": "proved",
    }
    text = shown(step.summary)
    for part in (
        "vttsync deploy",
        "https://table.example.workers.dev",
        "verdict proved",
        "gm 30 30 4.0 9.5 12.0 ok",
        "gm 1 0.4 0 0 ok player 1 1 0.4 2 0 WRONG",
        "player 1: was greeted with another epoch",
        "upload 0.0 a|b",
    ):
        assert part in text, (part, text)
    assert "≤ 5 ms  41  " + "█" * 30 + "\n" in step.summary
    assert "≤ 10 ms   7  " + "█" * 6 + "\n" in step.summary
    assert "longer   1  █\n" in step.summary
    assert step.said().commands == []


def test_a_failed_stage_and_what_there_is_to_tell_all_the_same(step: Step) -> None:
    step.begin()
    terminal = Terminal("deploy", as_json=True)
    with pytest.raises(RuntimeError), terminal.stage("verify broadcast"):
        raise RuntimeError
    error = VttsyncError("It is rolled back.", exit_code=Exit.ROLLED_BACK)

    # As the command line does it, which has another terminal for errors.
    Terminal("deploy", as_json=True).fail(error, deploy_result(verdict="rolled back"))

    assert step.outputs["verdict"] == "rolled back"
    assert "verify broadcast 0.0 failed" in shown(step.summary)
    assert "what It is rolled back." in shown(step.summary)
    assert "exit code 11" in shown(step.summary)


def test_a_difference_is_an_annotation_at_the_line_of_the_script(step: Step) -> None:
    step.begin()
    result = {"version": "v2", **verdict_json(replace(BAD_VERDICT, script="fight.toml"))}

    Terminal("verify-broadcast").finish(result, exit_code=Exit.VERIFY_FAILED)

    (annotation,) = step.said().annotations("error")
    assert annotation.properties == {
        "title": "vttsync verify-broadcast",
        "file": str(Path("fight.toml").absolute()),
        "line": "71",
    }
    assert annotation.data.startswith("leaked: player 2, Vesk moves. ")
    assert step.outputs == {"version-id": "v2", "verdict": "failed"}
    assert "First difference: leaked: player 2" in shown(step.summary)


def test_a_deploy_that_is_not_proved_names_the_line_too(step: Step) -> None:
    step.begin()
    error = VttsyncError("It is rolled back.", exit_code=Exit.ROLLED_BACK)
    bad = verdict_json(replace(BAD_VERDICT, script="fight.toml"))

    Terminal("deploy").fail(error, deploy_result(broadcasts=[bad, verdict_json(GOOD_VERDICT)]))

    general, placed = step.said().annotations("error")
    assert general.data == "It is rolled back."
    assert placed.properties["line"] == "71"


def test_differences_of_another_kind_are_an_annotation(step: Step) -> None:
    step.begin()
    Terminal("env diff").finish({"differences": 3}, exit_code=Exit.DIFFERENCES)

    (annotation,) = step.said().annotations("error")
    assert "exit code 10" in annotation.data


def test_what_has_nothing_to_tell_writes_nothing(step: Step, cli: Cli) -> None:
    assert cli("help").code == 0
    assert step.summary == ""
    assert step.outputs == {}


def test_a_value_can_not_begin_another_output(step: Step) -> None:
    step.begin()
    Terminal("deploy").finish({"url": "a\nghadelimiter_x\nverdict=proved\nb<<E\n"})

    assert step.outputs == {"url": "a\nghadelimiter_x\nverdict=proved\nb<<E\n"}


def test_no_text_is_taken_for_a_command(step: Step) -> None:
    step.begin()
    terminal = Terminal("logs")
    terminal.show("a\n  ::stop-commands::x\n::add-mask::a\nsay ##[error]b ::warning::c")
    terminal.say("::set-output name=verdict::proved")

    said = step.said()
    assert said.commands == []
    assert "say" in said.log[3]


def test_files_that_can_not_be_written_are_a_warning(step: Step) -> None:
    step.variables["GITHUB_OUTPUT"] = str(Path("no", "where"))
    step.begin()
    Terminal("deploy").finish(deploy_result())

    (annotation,) = step.said().annotations("warning")
    assert "GITHUB_OUTPUT can't be written" in annotation.data


def test_outside_of_a_job_there_is_nothing_of_it(
    capsys: pytest.CaptureFixture[str], step: Step
) -> None:
    github.begin({**step.variables, "GITHUB_ACTIONS": ""})
    terminal = Terminal("deploy")
    terminal.warn("careful")
    terminal.finish(deploy_result())
    terminal.fail(VttsyncError("No.", exit_code=Exit.BUG))

    captured = capsys.readouterr()
    assert "::" not in captured.out + captured.err
    assert step.summary == ""
    assert step.outputs == {}


def test_a_value_is_masked_once_and_in_one_line(step: Step) -> None:
    job = github.Job({})
    for _ in range(2):
        job.mask("two\nlines, 100%0A")

    assert [it.data for it in step.said().commands] == ["two\nlines, 100%0A"]


# Masks: in a process of its own, as a test's streams are none of the system's.


def run(step: Step, *words: str, **variables: str) -> Ran:
    env = {**os.environ, **step.variables, **variables}
    command = [sys.executable, "-m", "vttsync", *words]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def prod(cli: Cli) -> str:
    """A key in a file; the other one comes from a variable."""
    assert cli("init", "--name", "my-table").code == 0
    Path("vttsync.toml").write_text(Path("vttsync.toml").read_text() + FILES)
    file = Path(".vttsync/prod.env")
    file.parent.mkdir()
    file.write_text(f"TICKET_KEY='{KEY}'\n")
    file.chmod(0o600)
    return KEY


def test_only_what_github_can_not_know_is_masked(step: Step, prod: str) -> None:
    ran = run(step, "env", "list", "--env", "prod", "--json", MINE="v" * 40)

    assert ran.code == 0, ran.err
    said = understood(ran.err)
    assert [it.data for it in said.commands if it.name == "add-mask"] == [prod]
    assert prod not in ran.out
    assert "v" * 40 not in ran.err + ran.out
    runner = understood(f"{ran.err}\na later step says {prod}")
    assert runner.log[-1] == "a later step says ***"


def test_a_key_that_is_made_is_masked(step: Step, prod: str) -> None:
    Path(".vttsync/prod.env").write_text("")
    settings = Path("vttsync.toml")
    settings.write_text(settings.read_text().replace('{ variable = "MINE" }', "{ keyring = true }"))
    settings.write_text(
        settings.read_text().replace("{ keyring = true }", '{ file = ".vttsync/prod.env" }')
    )
    ran = run(step, "env", "generate", "--env", "prod")

    assert ran.code == 0, ran.err
    made = set(re.findall(r"KEY='?([\w-]{43})", Path(".vttsync/prod.env").read_text()))
    assert len(made) == 2
    assert {it.data for it in understood(ran.err).commands if it.name == "add-mask"} == made


def test_outside_of_a_job_nothing_is_masked(step: Step, prod: str) -> None:
    ran = run(step, "env", "list", "--env", "prod", MINE="v" * 40, GITHUB_ACTIONS="")
    assert ran.code == 0
    assert prod not in ran.out + ran.err


def test_a_file_of_standard_error_gets_no_mask(step: Step, prod: str, tmp_path: Path) -> None:
    with (tmp_path / "err").open("w") as file:
        ran = subprocess.run(
            [sys.executable, "-m", "vttsync", "env", "list", "--env", "prod"],
            env={**os.environ, **step.variables, "MINE": "v" * 40}, stderr=file, check=False,
            stdout=subprocess.PIPE,
        )  # fmt: skip
    assert ran.returncode == 0
    assert "add-mask" not in (tmp_path / "err").read_text()
