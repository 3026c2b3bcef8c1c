"""Everything that can be wrong with a token, an account or the way there, as a user meets it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from tests.runner import Cli, Ran
from tests.unit.rehearsal.cloud import ACCOUNT, Cloud
from vttsync.cloudflare.api import Answer, CloudflareApi, Question
from vttsync.cloudflare.preflight import ask_all, preflight
from vttsync.cloudflare.questions import Subject
from vttsync.cloudflare.token import read_token
from vttsync.errors import Exit
from vttsync.findings import Result
from vttsync.node.checks import check_npm
from vttsync.node.runtime import Node
from vttsync.rehearsal.api.auth import Persona, new_token
from vttsync.rehearsal.api.desk import Terms, Zone
from vttsync.rehearsal.api.server import Server
from vttsync.rehearsal.api.weather import RAY, Storm, Trouble, Weather

WORKER = "my-table-prod"
KEYS = {"VTTSYNC_PUBLISH_KEY": "p" * 40, "VTTSYNC_TICKET_KEY": "t" * 40}
HOST = "table.example.com"


class Desk:
    """A project, its variables, and an account of one's own on this machine."""

    def __init__(self, cli: Cli, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._cli = cli
        self._monkeypatch = monkeypatch
        self._folder = folder
        assert cli("init", "--name", "my-table", "--account-id", ACCOUNT).code == 0
        for name, value in KEYS.items():
            monkeypatch.setenv(name, value)

    @contextmanager
    def account(
        self, terms: Terms | None = None, weather: Weather | None = None, tag: str | None = None
    ) -> Iterator[Cloud]:
        """An account whose valid token is in the variable; with `tag`, the Worker is deployed."""
        cloud = Cloud(self._folder / "account", terms)
        if tag:
            migrations = {"new_tag": tag, "steps": [{"new_sqlite_classes": ["Session"]}]}
            assert cloud.upload(to=WORKER, migrations=migrations).status == 200
        # The weather begins when the account is as it should be.
        cloud = Cloud(self._folder / "account", terms, weather)
        with Server(cloud.api) as server:
            self._monkeypatch.setenv("CLOUDFLARE_API_BASE_URL", server.url)
            self.use(cloud.token)
            yield cloud

    def use(self, token: str) -> None:
        self._monkeypatch.setenv("CLOUDFLARE_API_TOKEN", token)

    def doctor(self, *words: str) -> Ran:
        return self._cli("doctor", "--env", "prod", *words)

    def deploy(self) -> Ran:
        return self._cli("deploy", "--env", "prod")


@pytest.fixture
def desk(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    return Desk(cli, monkeypatch, tmp_path)


def _of(ran: Ran, check: str) -> dict[str, Any]:
    checks: list[dict[str, Any]] = ran.envelope["result"]["checks"]
    (found,) = [it for it in checks if it["check"] == check]
    return found


def test_a_deploy_would_get_through(desk: Desk) -> None:
    with desk.account() as cloud:
        ran = desk.doctor()
        assert ran.code == 0, ran.out + ran.err
        assert "A deploy of prod would get through." in ran.out
        assert cloud.token not in ran.out + ran.err
        assert cloud.store.workers() == []
        assert cloud.api.unknown_routes() == []
        assert {call.method for call in cloud.api.calls() if call.status < 400} == {"GET"}


BAD_TOKENS = [
    (Persona.EXPIRED, "it is expired"),
    (Persona.DISABLED, "it is disabled"),
    (Persona.UNKNOWN, "does not know this user API token"),
    (Persona.NOT_YET, "valid from"),
    (Persona.OTHER_ACCOUNT, "belongs to another account"),
    (Persona.IP_LOCKED, "may not be used from here"),
    (Persona.NO_WORKERS, "no permission for Workers"),
    (Persona.READ_ONLY, "may read Workers but not edit"),
    (Persona.EDITOR, "the first deploy needs “Admin”"),
]


@pytest.mark.parametrize(("persona", "told"), BAD_TOKENS)
def test_a_token_that_will_not_do_stops_doctor_and_deploy_alike(
    desk: Desk, persona: Persona, told: str
) -> None:
    with desk.account() as cloud:
        desk.use(cloud.tokens[persona])
        ran, deployed = desk.doctor(), desk.deploy()
        assert (ran.code, deployed.code) == (4, 4)
        assert told in " ".join(ran.out.split())
        assert told in " ".join(deployed.err.split())
        assert "next" in ran.out
        assert cloud.store.workers() == []


def test_every_persona_is_met_here() -> None:
    met = {persona for persona, _ in BAD_TOKENS}
    assert set(Persona) - met == {Persona.VALID, Persona.EXPIRING, Persona.WORKERS_ONLY}


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (new_token(account_owned=True), "owned by another account"),
        ("cfk_" + "a" * 48, "Global API Key"),
        ("a1" * 20, "Global API Key"),
        ("Bearer " + new_token(), "begins with “Bearer”"),
        (new_token()[:30], "cut off"),
    ],
    ids=["another's", "global key", "older global key", "with Bearer", "cut off"],
)
def test_other_kinds_of_token(desk: Desk, token: str, told: str) -> None:
    with desk.account():
        desk.use(token)
        ran = desk.doctor()
        assert ran.code == 4
        assert told in " ".join(ran.out.split())
        assert token not in ran.out


def test_tokens_that_will_do(desk: Desk) -> None:
    with desk.account(tag="v1") as cloud:
        for token, check, result, told in (
            (cloud.owned, "token", "ok", "account-owned API token, active"),
            (cloud.tokens[Persona.EXPIRING], "token", "warning", "expires on"),
            (cloud.tokens[Persona.WORKERS_ONLY], "account", "ok", "Account Settings: Read"),
            (cloud.tokens[Persona.EDITOR], "edit Workers", "warning", "Inconclusive"),
        ):
            desk.use(token)
            ran = desk.doctor("--json")
            assert ran.code == 0, ran.out
            found = _of(ran, check)
            assert (found["result"], told in found["what"]) == (result, True), found


def test_strict_lets_warnings_fail(desk: Desk) -> None:
    with desk.account() as cloud:
        desk.use(cloud.tokens[Persona.EXPIRING])
        assert desk.doctor().code == 0
        assert desk.doctor("--strict").code == 4


def _custom_domain() -> None:
    file = Path("party/wrangler.toml")
    route = f'routes = [{{ pattern = "{HOST}", custom_domain = true }}]\n'
    file.write_text(file.read_text().replace("workers_dev = true\n", route, 1))


RECORD = Zone("example.com", records={HOST: ("A", "203.0.113.9")})


@pytest.mark.parametrize(
    ("terms", "code", "told"),
    [
        (Terms(subdomain=None), 4, "no workers.dev subdomain"),
        (Terms(zones=(Zone("example.com"),)), 0, "is free, in the zone example.com"),
        (Terms(zones=(Zone("other.example"),)), 3, f"No zone of this account holds {HOST}"),
        (Terms(), 0, "Inconclusive: the token sees no zone"),
        (Terms(zones=(Zone("example.com", "pending"),)), 0, "The zone example.com is pending"),
        (Terms(zones=(Zone("example.com"),), hostnames={HOST: "crow"}), 9, "the Worker `crow`"),
        (Terms(zones=(RECORD,), hostnames={HOST: WORKER}), 0, "is this Worker's"),
        (Terms(zones=(RECORD,)), 3, "has a DNS record already"),
    ],
)
def test_accounts(desk: Desk, terms: Terms, code: int, told: str) -> None:
    if terms.subdomain:
        _custom_domain()
    with desk.account(terms):
        ran = desk.doctor()
        assert ran.code == code, ran.out
        assert told in " ".join(ran.out.split())
        if code not in (0, 9):  # 9 is about the plan, which needs the room's packages
            assert desk.deploy().code == code


def test_a_route_of_another_worker(desk: Desk) -> None:
    file = Path("party/wrangler.toml")
    route = 'route = { pattern = "example.com/t/*", zone_name = "example.com" }\n'
    file.write_text(file.read_text().replace("workers_dev = true\n", route, 1))
    taken = Zone("example.com", routes={"example.com/t/*": "crow", "example.com/*": WORKER})
    with desk.account(Terms(zones=(taken,))):
        ran = desk.doctor()
        assert ran.code == 3
        assert "leads to the Worker `crow`" in " ".join(ran.out.split())


@pytest.mark.parametrize(("tag", "code", "told"), [("v1", 0, "at v1"), ("v7", 3, "`v7`")])
def test_what_is_deployed(desk: Desk, tag: str, code: int, told: str) -> None:
    with desk.account(tag=tag) as cloud:
        ran = desk.doctor("--json")
        assert ran.code == code
        assert told in _of(ran, "migrations")["what"]
        live = cloud.store.get(WORKER).live.id
        assert live in _of(ran, "Worker")["what"]


@pytest.mark.parametrize(
    ("storm", "told"),
    [
        (Storm(Trouble.LIMITED, seconds=300), "Try again in 300 s"),
        (Storm(Trouble.BLOCKED), f"ray id {RAY}"),
        (Storm(Trouble.BLOCKED, path="/secrets-bulk"), f"ray id {RAY}"),
    ],
)
def test_bad_weather(desk: Desk, storm: Storm, told: str) -> None:
    with desk.account(weather=Weather([storm])):
        ran = desk.doctor()
        assert ran.code == 6
        assert told in " ".join(ran.out.split())
        assert desk.deploy().code == 6


@pytest.mark.parametrize("trouble", [Trouble.FAILING, Trouble.CUT, Trouble.LIMITED])
@pytest.mark.parametrize("times", [2, 3])
def test_weather_that_passes_is_waited_for(desk: Desk, trouble: Trouble, times: int) -> None:
    storm = Storm(trouble, path="/workers/subdomain", times=times)
    with desk.account(weather=Weather([storm])):
        base, token = os.environ["CLOUDFLARE_API_BASE_URL"], os.environ["CLOUDFLARE_API_TOKEN"]
        pauses: list[float] = []
        with CloudflareApi(base, read_token(token), pause=pauses.append) as api:
            found = preflight(api, Subject(read_token(token), ACCOUNT, WORKER)).findings
    failures = [it for it in found if it.result is Result.FAILED]
    assert [int(it.exit_code) for it in failures] == ([] if times == 2 else [6])
    assert pauses == ([0.0, 0.0] if trouble is Trouble.LIMITED else [1.0, 2.0])


def test_a_service_that_is_slow(desk: Desk) -> None:
    with desk.account(weather=Weather(latency=0.1)):
        assert desk.doctor().code == 0


class _Together:
    """An API that answers when all the questions have been asked."""

    def __init__(self, parties: int) -> None:
        self._barrier = Barrier(parties, timeout=20)

    def ask(self, question: Question) -> Answer:
        self._barrier.wait()
        return Answer(200, None, "", question.path)


def test_cloudflare_is_asked_everything_at_once() -> None:
    asked = {str(at): Question(f"/{at}") for at in range(12)}
    told = ask_all(_Together(12), asked)
    assert {name: it.result for name, it in told.items() if isinstance(it, Answer)} == {
        name: question.path for name, question in asked.items()
    }


def test_a_clock_that_is_off_is_a_warning(desk: Desk) -> None:
    with desk.account(weather=Weather(ahead=60)):
        ran = desk.doctor("--json")
        assert ran.code == 0
        assert _of(ran, "clock")["result"] == "warning"
        assert "behind" in _of(ran, "clock")["what"]


def test_nothing_listens(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk.account():
        pass
    assert desk.doctor("--json").code == 6


def test_a_project_that_can_not_be_read(desk: Desk) -> None:
    Path("vttsync.toml").write_text("party = 1")
    ran = desk.doctor()
    assert ran.code == 3
    assert "vttsync.toml, line 1" in ran.out
    assert "Node" in ran.out


def test_all_environments_are_checked_when_none_is_named(
    desk: Desk, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VTTSYNC_TICKET_KEY")
    with desk.account():
        ran = cli("doctor", "--json")
        assert ran.code == 4
        found = [it for it in ran.envelope["result"]["checks"] if it["check"] == "secrets"]
        assert [(it["env"], it["result"]) for it in found] == [
            ("staging", "failed"),
            ("prod", "failed"),
        ]
        assert "Mend “secrets” first (exit 4)" in cli("doctor").out


@pytest.mark.parametrize(
    ("before", "after", "code", "told"),
    [
        ('new_sqlite_classes = ["Session"]', "", 3, "no migration creates it"),
        ("new_sqlite_classes", "new_classes", 0, "creates Session with new_classes"),
        ('[[migrations]]\ntag = "v1"', '[[migrations]]\ntag = "v1"\n[[migrations]]\ntag = "v1"',
         3, "a migration tag twice"),
        ("[env.prod]\n", "[env.prod]\nroutes = 7\n", 3, "wrangler.toml, line"),
        ("[env.prod", "[env.production", 3, "has no environment `prod`"),
    ],
)  # fmt: skip
def test_configurations(desk: Desk, before: str, after: str, code: int, told: str) -> None:
    file = Path("party/wrangler.toml")
    file.write_text(file.read_text().replace(before, after))
    with desk.account():
        ran = desk.doctor()
        assert ran.code == code, ran.out
        assert told in " ".join(ran.out.split())


@pytest.mark.parametrize(
    ("file", "before", "after", "code", "told"),
    [
        ("package.json", '"wrangler": "', '"wrangler": "^', 0, "wrangler is not pinned exactly"),
        ("package.json", '"wrangler": "', '"wrangler": "9', 3, "does not pin the wrangler"),
        ("package-lock.json", "node_modules/wrangler", "node_modules/w", 3, "does not pin"),
    ],
)
def test_a_wrangler_that_is_not_the_pinned_one(
    desk: Desk, file: str, before: str, after: str, code: int, told: str
) -> None:
    path = Path("party", file)
    path.write_text(path.read_text().replace(before, after))
    with desk.account():
        ran = desk.doctor()
        assert ran.code == code, ran.out
        assert told in " ".join(ran.out.split())


@pytest.mark.skipif(not shutil.which("git"), reason="git")
def test_files_that_may_hold_secrets(desk: Desk) -> None:
    secret = Path("party/.dev.vars")
    secret.write_text("TICKET_KEY=x")
    secret.chmod(0o600)
    Path("party/.env.example").write_text("")
    with desk.account():
        assert "1 that may hold secrets" in _of(desk.doctor("--json"), "private files")["what"]
        subprocess.run(["git", "init", "-q"], check=True)
        assert _of(desk.doctor("--json"), "private files")["result"] == "ok"
        Path(".gitignore").write_text("")
        Path("party/.gitignore").write_text("")
        found = _of(desk.doctor("--json"), "private files")
        assert (found["result"], found["what"]) == (
            "warning",
            "git does not ignore party/.dev.vars.",
        )
        assert desk.doctor().code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="modes")
def test_files_that_others_can_read(desk: Desk) -> None:
    secret = Path(".env.production")
    secret.write_text("TICKET_KEY=x")
    secret.chmod(0o600 | stat.S_IRGRP)
    with desk.account():
        found = _of(desk.doctor("--json"), "private files")
        assert (found["result"], found["fix"]) == ("warning", "chmod 600 .env.production")


def test_a_machine_without_npm() -> None:
    node = Node(Path("/opt/node/bin/node"), "24.1.0", [])
    assert check_npm(node, installed=True).result is Result.OK
    missing = check_npm(node, installed=False)
    assert (missing.result, missing.exit_code) == (Result.FAILED, Exit.MISSING)


def test_the_table_reads_well_at_80_columns(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _custom_domain()
    with desk.account(Terms(zones=(RECORD,))) as cloud:
        desk.use(cloud.tokens[Persona.EXPIRING])
        lines = desk.doctor().out.splitlines()
    assert max(map(len, lines)) <= 80
    marked = (" ✓ ", " ! ", " ✗ ", " · ", "   ")
    assert [line for line in lines[:-2] if not line.startswith(marked)] == [
        "this machine and project",
        "prod",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_ctrl_c_does_not_wait_for_answers(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        variables = {
            "CLOUDFLARE_API_BASE_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "CLOUDFLARE_API_TOKEN": new_token(),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "vttsync", "doctor", "--env", "prod"],
            env={**os.environ, **variables}, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        connection, _ = silent.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            # A call waits 15 s for its answer, three times.
            _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.count("Interrupted") == 1
