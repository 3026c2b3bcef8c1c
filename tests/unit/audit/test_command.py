"""`vttsync audit`: what fails, what doesn't, and how that is told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from tests.runner import Cli
from tests.unit.audit.app import write
from vttsync.audit.audit import audit
from vttsync.output.polls import PollsView

SCHEMA = Path(__file__).parents[2] / "audit" / "sarif-2.1.0.json"
PAGE = """import { load } from "./state";

setInterval(load, 5000);
setInterval(() => fetch("/api/weather"), 60_000);
function Table({ isConnected }) {
  useQuery({ queryKey: ["tokens", 1], refetchInterval: isConnected ? 30_000 : 5000 });
  useQuery({ queryKey: ["fog"], queryFn: load, refetchInterval: isConnected ? false : 5000 });
}
"""
STATE = "export const load = async () => (await fetch(`${host}/api/state?since=${at}`)).json();\n"


@pytest.fixture
def app() -> Path:
    return write({"web/page.tsx": PAGE, "web/state.ts": STATE})


def settings(*covered: str) -> None:
    Path("vttsync.toml").write_text(f"[audit]\ncovered = {json.dumps(covered)}\n")


def failing(ran: Any) -> list[int]:
    return [it["line"] for it in ran.envelope["result"]["findings"] if it["fails"]]


@pytest.mark.usefixtures("app")
class TestCovered:
    def test_nothing_fails_while_nothing_says_what_realtime_covers(self, cli: Cli) -> None:
        ran = cli("audit", "web")
        assert ran.code == 0
        assert "Nothing fails, since nothing says what realtime covers" in ran.err
        assert "covered = [" in ran.err
        assert "web/page.tsx:3  ungated (not covered)" in ran.out

    @pytest.mark.parametrize(
        ("pattern", "lines"),
        [
            ("/api/state", [3]),
            ("/api/*", [3, 4]),
            ("load", [3]),
            ("tokens", [6]),
            ("fog", []),
            ("*", [3, 4, 6]),
            ("/api/stat", []),
            ("…/api/state?since=…", [3]),
            ("['tokens',1]", [6]),
            ("/api/stat?", []),
        ],
    )
    def test_only_what_is_covered_and_polls_fails(
        self, cli: Cli, pattern: str, lines: list[int]
    ) -> None:
        settings(pattern)
        ran = cli("audit", "web", "--json")
        assert failing(ran) == lines
        assert ran.code == (10 if lines else 0)
        assert ran.envelope["ok"] is not bool(lines)

    def test_the_settings_of_the_audited_folder_count_first(self, cli: Cli) -> None:
        settings("/api/*")
        Path("web/vttsync.toml").write_text('[audit]\ncovered = ["nothing"]\n')
        assert cli("audit", "web").code == 0

    def test_the_project_can_be_elsewhere(self, cli: Cli) -> None:
        settings("/api/*")
        Path("conf").mkdir()
        Path("vttsync.toml").rename("conf/vttsync.toml")
        assert cli("audit", "web").code == 0
        assert cli("audit", "web", "--project", "conf").code == 10

    def test_settings_that_are_wrong_are_told(self, cli: Cli) -> None:
        Path("vttsync.toml").write_text('[audit]\ncoverd = ["/api/*"]\n')
        ran = cli("audit", "web", "--json")
        assert ran.code == 3
        assert "covered" in ran.envelope["error"]["why"]


@pytest.mark.usefixtures("app")
class TestExceptions:
    def test_a_reason_lets_a_poll_go_on_and_is_listed(self, cli: Cli) -> None:
        settings("/api/weather")
        allowed = PAGE.replace(
            "setInterval(() =>", "// vttsync-allow-poll: no room\nsetInterval(() =>"
        )
        Path("web/page.tsx").write_text(allowed)
        ran = cli("audit", "web")
        assert ran.code == 0
        assert "ungated (allowed)" in ran.out
        assert "no room" in ran.out

    def test_without_a_reason_it_does_not_count(self, cli: Cli) -> None:
        settings("/api/weather")
        bare = PAGE.replace("60_000);", "60_000); // vttsync-allow-poll")
        Path("web/page.tsx").write_text(bare)
        ran = cli("audit", "web")
        assert ran.code == 10
        assert "doesn't count without a reason" in ran.out

    def test_a_baseline_excuses_what_was_there(self, cli: Cli) -> None:
        settings("/api/*")
        assert cli("audit", "web", "--baseline", "polls.json").code == 2
        assert cli("audit", "web", "--baseline", "polls.json", "--update-baseline").code == 0
        Path("web/page.tsx").write_text(f"\n\n{PAGE}")  # lines move
        assert cli("audit", "web", "--baseline", "polls.json").code == 0
        more = PAGE + 'setInterval(() => fetch("/api/new"), 1);\n' + "setInterval(load, 5000);\n"
        Path("web/page.tsx").write_text(more)
        ran = cli("audit", "web", "--baseline", "polls.json", "--json")
        assert failing(ran) == [9, 10]

    def test_what_is_gone_from_the_baseline_is_told(self, cli: Cli) -> None:
        settings("/api/*")
        cli("audit", "web", "--baseline", "polls.json", "--update-baseline")
        Path("web/page.tsx").write_text("export {};\n")
        ran = cli("audit", "web", "--baseline", "polls.json")
        assert ran.code == 0
        assert "2 in polls.json aren't found any more" in ran.err

    @pytest.mark.parametrize(
        "content", ["nonsense", "[]", '{"known": 1}', '{"known": [], "version": 9}']
    )
    def test_a_file_that_is_no_baseline(self, cli: Cli, content: str) -> None:
        Path("polls.json").write_text(content)
        assert cli("audit", "web", "--baseline", "polls.json").code == 3

    def test_update_without_a_file(self, cli: Cli) -> None:
        assert cli("audit", "web", "--update-baseline").code == 2


@pytest.mark.usefixtures("app")
class TestOutput:
    def test_each_finding_tells_the_way_and_the_next_step(self, cli: Cli) -> None:
        ran = cli("audit", "web")
        assert "        setInterval(load, 5000);" in ran.out
        assert "…/api/state?since=…, every 5 s (interval)" in ran.out
        assert "load (web/state.ts:1)" in ran.out
        assert "`pollWhenOffline(session, load, 5000)`" in ran.out
        assert "`refetchInterval: useOfflineInterval(session, 5000)`" in ran.out

    def test_json(self, cli: Cli) -> None:
        found = cli("audit", "web", "--json").envelope["result"]
        assert found["files"] == 2
        assert found["findings"][0] == {
            "path": "web/page.tsx",
            "line": 3,
            "column": 1,
            "form": "interval",
            "asks": "…/api/state?since=…",
            "every": "5 s",
            "way": [{"name": "load", "path": "web/state.ts", "line": 1}],
            "request": {"path": "web/state.ts", "line": 1},
            "verdict": "ungated",
            "likely": False,
            "covered": False,
            "allowed": None,
            "known": False,
            "fails": False,
            "why": "Nothing stops it while realtime is up.",
            "fix": "`pollWhenOffline(session, load, 5000)` of `vttsync-client` in its place: it "
            "runs only while realtime can't be reached.",
            "excerpt": "setInterval(load, 5000);",
        }

    def test_on_a_narrow_terminal_nothing_is_wider(self) -> None:
        console = Console(width=80, force_terminal=True, color_system=None, highlight=False)
        with console.capture() as shown:
            console.print(PollsView(audit(Path("web"))))
        assert max(map(len, shown.get().splitlines())) <= 80

    def test_into_a_pipe_nothing_is_cut(self, cli: Cli) -> None:
        assert PAGE.splitlines()[5].strip() in cli("audit", "web").out

    def test_sarif_is_valid_and_says_what_fails(self, cli: Cli) -> None:
        settings("/api/*", "tokens")
        allowed = PAGE.replace("60_000);", "60_000); // vttsync-allow-poll: no room")
        Path("web/page.tsx").write_text(allowed)
        Path("web/broken.py").write_text("import requests\nwhile True")
        assert cli("audit", "web", "--sarif", "log.sarif").code == 10
        log = json.loads(Path("log.sarif").read_text("utf-8"))
        jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(log)
        (run,) = log["runs"]
        told = [(it["ruleId"], it["level"], bool(it.get("suppressions"))) for it in run["results"]]
        assert told == [
            ("poll-ungated", "error", False),
            ("poll-ungated", "error", True),
            ("poll-throttled", "error", False),
            ("poll-probably-gated", "none", False),
        ]
        place = run["results"][0]["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "web/page.tsx"
        prints = [it["partialFingerprints"]["vttsyncPoll/v1"] for it in run["results"]]
        assert len(set(prints)) == len(prints)
        notes = run["invocations"][0]["toolExecutionNotifications"]
        assert "doesn't parse" in notes[0]["message"]["text"]

    def test_findings_that_look_alike_differ_in_sarif(self, cli: Cli) -> None:
        Path("web/page.tsx").write_text(f"{PAGE}setInterval(load, 5000);\n")
        cli("audit", "web", "--sarif", "log.sarif")
        (run,) = json.loads(Path("log.sarif").read_text("utf-8"))["runs"]
        prints = [it["partialFingerprints"]["vttsyncPoll/v1"] for it in run["results"]]
        assert len(set(prints)) == len(prints) == 5

    def test_a_sarif_file_that_cannot_be_written(self, cli: Cli) -> None:
        assert cli("audit", "web", "--sarif", "nowhere/log.sarif").code == 2

    def test_what_could_not_be_read_is_told(self, cli: Cli) -> None:
        Path("web/broken.py").write_text("import requests\nwhile True")
        assert "broken.py: doesn't parse as Python." in cli("audit", "web").err


def test_the_example_in_the_documentation_is_what_is_printed(cli: Cli) -> None:
    page = (Path(__file__).parents[3] / "docs" / "audit.md").read_text("utf-8")
    (source,) = re.findall(r"```ts\n(import.*?)```", page, re.DOTALL)
    (told,) = re.findall(r"```console\n\$ vttsync audit web\n(.*?)```", page, re.DOTALL)
    write({"web/src/table.ts": source})
    settings("/api/sessions/*")
    assert cli("audit", "web").out.strip() == told.strip()


def test_other_commands_do_not_load_the_parser() -> None:
    code = (
        "import sys; from vttsync.cli.main import run; run(['--version']);"
        "sys.exit('tree_sitter' in sys.modules or 'pathspec' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
