"""Plans as a user makes and applies them: the real wrangler, the account on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.runner import Cli, Ran
from vttsync.node import packages
from vttsync.project import write
from vttsync.project.install import Answers, plan_install
from vttsync.rehearsal.api.desk import Terms, Zone
from vttsync.rehearsal.standin import StandIn

pytestmark = pytest.mark.slow
WORKER = "my-table-prod"
HOST = "table.example.com"
TERMS = Terms(zones=(Zone("example.com"),), hostnames={HOST: "crow"})
KEYS = {"VTTSYNC_PUBLISH_KEY": "publish-" + "p" * 32, "VTTSYNC_TICKET_KEY": "ticket-" + "t" * 32}
WRANGLER = Path("party/wrangler.toml")
FILE = Path("plan.json")


class Table:
    """A project in this folder, and the account that it is deployed to."""

    def __init__(self, cli: Cli, standin: StandIn) -> None:
        self.standin = standin
        self._cli = cli

    def deploy(self, *words: str, code: int = 0) -> Ran:
        ran = self._cli("deploy", "--env", "prod", *words)
        assert ran.code == code, ran.out + ran.err
        return ran

    def deployed(self, *words: str, code: int = 0) -> Ran:
        return self.deploy("--no-proof", *words, code=code)

    def plan(self, *words: str, code: int = 0) -> dict[str, Any]:
        envelope = self.deploy("--plan", "--json", *words, code=code).envelope
        plan: dict[str, Any] = envelope["result"]["plan"]
        return plan

    def ask(self, method: str, path: str, **more: Any) -> Any:
        url = f"{self.standin.api_url}/accounts/{self.standin.account_id}/workers/{path}"
        headers = {"authorization": f"Bearer {self.standin.token}"}
        answer = httpx.request(method, url, headers=headers, trust_env=False, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def live(self) -> tuple[str, str]:
        """The deployment's id and the version's."""
        newest = self.ask("GET", f"scripts/{WORKER}/deployments")["deployments"][0]
        return newest["id"], newest["versions"][0]["version_id"]

    def variables(self) -> dict[str, str]:
        bindings = self.ask("GET", f"scripts/{WORKER}/settings")["bindings"]
        return {it["name"]: it["text"] for it in bindings if it["type"] == "plain_text"}

    def edit_by_hand(self, **variables: str) -> None:
        """What the dashboard does: these variables, and all other bindings kept."""
        bindings = self.ask("GET", f"scripts/{WORKER}/settings")["bindings"]
        kept = [{"name": it["name"], "type": "inherit"} for it in bindings
                if it["name"] not in variables]  # fmt: skip
        new = [{"name": name, "type": "plain_text", "text": text}
               for name, text in variables.items()]  # fmt: skip
        form = {"settings": (None, json.dumps({"bindings": [*kept, *new]}))}
        self.ask("PATCH", f"scripts/{WORKER}/settings", files=form)


def kinds(plan: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(it["act"], it["kind"], it["name"]) for it in plan["changes"]]


def set_variables(**values: str) -> None:
    lines = "".join(f'{name} = "{value}"\n' for name, value in values.items())
    text = WRANGLER.read_text().partition("\n[env.prod.vars]\n")[0]
    WRANGLER.write_text(f"{text}\n[env.prod.vars]\n{lines}")


def change_code() -> None:
    index = Path("party/src/index.ts")
    index.write_text(index.read_text() + '\nconsole.debug("another build");\n')


@pytest.fixture
def table(
    party: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> Iterator[Table]:
    here = Path()
    write.write_all(here, plan_install(here, Answers("my-table", "", "party"), force=False))
    (here / "party" / "node_modules").symlink_to(party / "node_modules")
    workerd = packages.workerd_binary(party)
    with StandIn(tmp_path / "account", workerd=lambda: workerd, terms=TERMS) as standin:
        values = {
            "CLOUDFLARE_API_BASE_URL": standin.api_url,
            "CLOUDFLARE_API_TOKEN": standin.token,
            "CLOUDFLARE_ACCOUNT_ID": standin.account_id,
            **KEYS,
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        yield Table(cli, standin)
        assert standin.unknown_routes() == []


def test_a_plan_changes_nothing_and_ends_where_it_is_deployed(table: Table) -> None:
    plan = table.plan("--exit-code", code=10)
    assert plan["now"] is None
    assert ("add", "migration", "v1") in kinds(plan)
    assert table.ask("GET", "scripts") == []
    changes = [it for it in table.standin.calls() if it.method != "GET"]
    assert all(it.path.endswith("/secrets-bulk") for it in changes)  # of the checks' probe
    ran = table.deployed()
    assert f"version  {table.live()[1]}" in ran.out
    again = table.plan("--exit-code")
    assert (again["changes"], again["differs"]) == ([], False)
    assert again["now"]["version_id"] == table.live()[1]
    for secret in (table.standin.token, *KEYS.values()):
        assert secret not in json.dumps([plan, again])


def test_every_change_is_told_before_it_is_made(table: Table) -> None:
    table.deployed()
    change_code()
    set_variables(ALLOWED_ORIGINS="https://table.example")
    wrangler = WRANGLER.read_text().replace('"2026-10-01"', '"2026-10-15"')
    WRANGLER.write_text(wrangler)
    plan = table.plan("--exit-code", code=10)
    assert kinds(plan) == [
        ("change", "code", "bundle"),
        ("add", "variable", "ALLOWED_ORIGINS"),
        ("change", "compatibility", "date"),
    ]
    assert plan["changes"][0]["before"]
    shown = table.deploy("--plan").out
    assert "+ variable      ALLOWED_ORIGINS https://table.example" in shown
    assert "3 changes" in shown
    table.deployed()
    assert table.plan("--exit-code")["changes"] == []
    # A secret's edit is a version of its own, of the same code.
    table.ask("PUT", f"scripts/{WORKER}/secrets", json={"name": "MORE", "text": "x"})
    assert table.plan("--exit-code")["changes"] == []


def test_a_plan_that_was_kept_is_applied_as_it_is(table: Table) -> None:
    table.deploy("--plan-out", str(FILE))
    assert table.ask("GET", "scripts") == []
    for value in KEYS.values():
        assert value not in FILE.read_text()
    table.deployed("--plan-in", str(FILE))
    live = table.live()
    ran = table.deployed("--plan-in", str(FILE), code=9)
    assert "What is live has moved" in ran.err
    table.deploy("--plan-out", str(FILE))
    set_variables(DAYS="7")
    ran = table.deployed("--plan-in", str(FILE), code=9)
    assert "not do what was planned" in ran.err
    assert "DAYS" in ran.err
    change_code()
    ran = table.deployed("--plan-in", str(FILE), code=9)
    assert "code is not the one that was planned" in ran.err
    assert table.live() == live


def test_an_edit_by_hand_is_not_undone_unasked(table: Table) -> None:
    set_variables(MOTTO="fair play")
    table.deployed()
    table.edit_by_hand(MOTTO="no mercy")
    live = table.live()
    shown = table.deploy("--plan", "--exit-code", code=10).out
    assert "was deployed as fair play, and edited since" in shown
    ran = table.deployed(code=9)
    assert "undo the edit of variable MOTTO" in ran.err
    assert "--yes" in ran.err
    assert "write it into wrangler.toml" in ran.err
    assert table.live() == live
    table.deployed("--yes")
    assert table.variables() == {"MOTTO": "fair play"}
    assert table.plan("--exit-code")["changes"] == []


def test_rooms_are_not_lost_without_a_word_that_names_their_class(table: Table) -> None:
    table.deployed()
    live = table.live()
    text = WRANGLER.read_text().replace(
        "# /health", '[[migrations]]\ntag = "v2"\nnew_sqlite_classes = ["Lobby"]\n'
        'deleted_classes = ["Session"]\n\n# /health', 1,
    )  # fmt: skip
    WRANGLER.write_text(text.replace('class_name = "Session"', 'class_name = "Lobby"'))
    index = Path("party/src/index.ts")
    index.write_text(index.read_text() + '\nexport { Session as Lobby } from "./session";\n')
    assert table.plan()["loses"] == ["Session"]
    for words in ((), ("--yes", "--lose-data-of", "Lobby")):
        ran = table.deployed(*words, code=9)
        assert "--lose-data-of Session" in ran.err
    assert table.live() == live
    table.deployed("--lose-data-of", "Session")
    classes = [it["class"] for it in table.ask("GET", "durable_objects/namespaces")]
    assert classes == ["Lobby"]


def test_a_host_name_is_not_taken_from_another_worker_unasked(table: Table) -> None:
    route = f'workers_dev = true\nroutes = [{{ pattern = "{HOST}", custom_domain = true }}]\n'
    text = WRANGLER.read_text().replace("[env.prod]\n", f"[env.prod]\n{route}", 1)
    WRANGLER.write_text(text)
    assert table.plan()["takes"] == [HOST]
    ran = table.deployed(code=9)
    assert f"take {HOST} from another Worker" in ran.err
    assert table.ask("GET", "scripts") == []
    table.deployed("--yes")
    (domain,) = table.ask("GET", "domains")
    assert (domain["hostname"], domain["service"]) == (HOST, WORKER)
    assert table.plan("--exit-code")["changes"] == []
    table.deployed()


@pytest.mark.parametrize("words", [("--exit-code",), ("--plan", "--plan-in", "plan.json")])
def test_flags_that_make_no_sense_together(table: Table, words: tuple[str, ...]) -> None:
    table.deploy(*words, code=2)


def test_a_plan_file_that_is_none(table: Table) -> None:
    table.deploy("--plan-out", str(FILE))
    good = json.loads(FILE.read_text())
    other = {**good, "plan": {**good["plan"], "worker": "crow-prod"}}
    edited = {**good, "plan": {**good["plan"], "code": "none"}}
    newer = {**good, "format": 2, "vttsync": "9.1"}
    for content, code, told in (
        (json.dumps(other), 2, "its worker is crow-prod"),
        (json.dumps(edited), 3, "changed by hand"),
        (json.dumps(newer), 3, "written by version 9.1"),
        (json.dumps(good)[:-9], 3, "is not json"),
        ("[]", 3, "changed by hand"),
    ):
        FILE.write_text(content)
        ran = table.deployed("--plan-in", str(FILE), code=code)
        assert told in ran.err.lower()
    FILE.unlink()
    ran = table.deployed("--plan-in", str(FILE), code=5)
    assert "can't be read" in ran.err
    ran = table.deploy("--plan-out", "nowhere/plan.json", code=5)
    assert "can't be written" in ran.err
    assert table.ask("GET", "scripts") == []
