"""No command lets out what it was given: every one is run with values that may be nowhere."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests import keyrings
from tests.github import Runner, outputs
from tests.integration import canaries
from tests.integration.canaries import BAD_TOKEN, KEY, MOTTO, OLD_KEY, TOKEN, Search
from tests.polling.server import App, running_app
from vttsync import web
from vttsync.cli.commands import COMMANDS
from vttsync.node import packages
from vttsync.node.runtime import Node
from vttsync.project import dotenv
from vttsync.project.install import Answers, plan_install
from vttsync.rehearsal.api.auth import Persona
from vttsync.rehearsal.standin import StandIn

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
FILE = ".vttsync/prod.env"
HANDED_OVER = "app.env"
LOCAL = "party/.dev.vars"
FOR_THE_APP = ".env.local"
SOURCES = (
    '\n[env.prod.secrets]\nPUBLISH_KEY = { variable = "CANARY_PUBLISH" }\n'
    f'TICKET_KEY = {{ file = "{FILE}" }}\nMOTTO = {{ keyring = true }}\n'
)


@dataclass(frozen=True)
class Step:
    """One run of a command.

    Attributes:
        code: the exit code that it must have.
        reveals: whether its standard output is meant to hold secrets.
        broken: whether the room's code throws when it starts.
        lasts: for a command that runs until Ctrl-C: the line of its standard output that says
            where it answers, as a pattern with a group; without one, it is the line that tells of
            a request.
    """

    command: str
    words: str = ""
    code: int = 0
    stdin: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    reveals: bool = False
    broken: bool = False
    lasts: str = ""


EXPIRED = {"CLOUDFLARE_API_TOKEN": BAD_TOKEN}
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
NO_PACKAGES = {"NPM_CONFIG_REGISTRY": "http://127.0.0.1:1", "XDG_CACHE_HOME": ""}
NOWHERE = {"CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:1/client/v4"}
PROD = "--env prod"
REPORTS = "--html proof.html --junit proof.xml --hdr proof.hlog"
TRANSCRIPT = "proof.jsonl"  # not gzipped, so that it is searched
# A command that isn't here fails the test: it needs a run that succeeds and one that fails.
STEPS = [
    Step("init", "--name my-table"),
    Step("init", "--name My-Table --json", code=2),
    Step("env set", f"MOTTO {PROD}", stdin=MOTTO),
    Step("env set", f"TICKET_KEY {PROD} --json", stdin=OLD_KEY),
    Step("env set", f"TICKET_KEY {PROD}", code=4, stdin=f"{KEY} {KEY}"),
    Step("env set", f"MOTTO {PROD} --json", code=5, stdin=MOTTO, variables=NO_KEYRING),
    Step("login", f"{PROD} --account-id ACCOUNT --token-stdin", code=4, stdin=BAD_TOKEN),
    Step("login", f"{PROD} --account-id ACCOUNT --token-stdin --json", stdin=TOKEN),
    Step("env list", PROD),
    Step("env list", f"{PROD} --json"),
    Step("env list", "--env nope", code=3),
    Step("env generate", "--env staging --json"),
    Step("env generate", PROD, code=9),
    Step("doctor", f"{PROD} --json"),
    Step("doctor", PROD, code=4, variables=EXPIRED),
    Step("deploy", PROD),
    Step("deploy", PROD, code=4, variables=EXPIRED),
    Step("deploy", f"{PROD} --json", code=6, variables=NOWHERE),
    Step("deploy", f"{PROD} --json", code=7, broken=True),
    Step("deploy", f"{PROD} --plan-out plan.json --json"),
    Step("deploy", f"{PROD} --json --transcript deployed.jsonl"),
    Step("rollback", f"{PROD} --json"),
    Step("rollback", f"0123 {PROD}", code=2),
    Step("status", PROD),
    Step("status", f"{PROD} --json", code=4, variables=EXPIRED),
    Step("history", f"{PROD} --json"),
    Step("history", PROD, code=6, variables=NOWHERE),
    Step("open", PROD),
    Step("open", "--env nope", code=3),
    Step("logs", PROD, lasts=r".*\*\*\*"),
    Step("logs", f"{PROD} --json", lasts=r"\{.*\*\*\*"),
    Step("logs", PROD, code=4, variables=EXPIRED),
    Step("env diff", PROD),
    Step("env diff", f"{PROD} --json", code=4, variables=EXPIRED),
    Step("env rotate", f"TICKET_KEY {PROD}", code=7, broken=True),
    Step("env rotate", f"TICKET_KEY {PROD}"),
    Step("env rotate", f"TICKET_KEY {PROD} --finish --json"),
    Step("env prune", f"{PROD} --yes --json"),
    Step("env prune", f"{PROD} --yes", code=6, variables=NOWHERE),
    Step("env export", PROD, reveals=True),
    Step("env export", f"{PROD} --format json", reveals=True),
    Step("env export", f"{PROD} --output {HANDED_OVER} --json"),
    Step("env export", f"{PROD} --output {HANDED_OVER}", code=9),
    Step("env export", "--env nope", code=3),
    Step("verify-broadcast", PROD),
    Step("verify-broadcast", f"{PROD} --json {REPORTS} --transcript {TRANSCRIPT}"),
    Step("verify-broadcast", f"{PROD} --html party", code=2),
    Step("verify-broadcast judge", f"{TRANSCRIPT} {REPORTS}"),
    Step("verify-broadcast judge", "vttsync.toml --json", code=3),
    Step("verify-broadcast", f"{PROD} --url http://127.0.0.1:1", code=6),
    Step("verify-broadcast", f"{PROD} --sweep --json"),
    Step("verify-broadcast", f"{PROD} --record r.toml --session friday --for 0.2 --json", code=3),
    Step("verify-broadcast", f"{PROD} --clients 40 --out crowd.json"),
    Step("verify-broadcast merge", "crowd.json --json"),
    Step("verify-broadcast merge", "nowhere.json", code=3),
    Step("rehearse", "--project . --json"),
    Step("rehearse", "--project .", code=7, broken=True),
    Step("dev", reveals=True, lasts=r"room  (\S+)"),
    Step("dev", "--json", lasts=r'    "url": "(\S+)"'),
    Step("dev", "--port TAKEN", code=5),
    Step("demo", "--json", lasts=r'    "page": "(\S+)"'),
    Step("demo", "--json", code=6, variables=NO_PACKAGES),
    Step("audit", "party --json"),
    Step("audit", "nowhere", code=2),
    Step("verify-polling", "PAGE --watch 4 --report polling.html --json"),
    Step("verify-polling", "http://127.0.0.1:1/table", code=6),
    Step("verify-polling", "ftp://127.0.0.1/table --json", code=2),
    Step("cost", "--json"),
    Step("cost", "--players 0", code=2),
    Step("help", "environment"),
    Step("help", "nope", code=2),
    Step("destroy", PROD, code=9),
    Step("destroy", f"{PROD} --yes-delete my-table-prod --json"),
    Step("logout", PROD, code=5, variables=NO_KEYRING),
    Step("logout", f"{PROD} --json"),
]


def test_every_command_has_a_run_that_succeeds_and_one_that_fails() -> None:
    assert {step.command for step in STEPS if step.code == 0} == set(COMMANDS)
    assert {step.command for step in STEPS if step.code != 0} == set(COMMANDS)


@dataclass(frozen=True)
class Stage:
    """A project in a user's home, and an account whose tokens are known beforehand."""

    home: Path
    project: Path
    keyring: Path
    standin: StandIn
    app: App

    @property
    def allowed(self) -> tuple[Path, ...]:
        names = (FILE, HANDED_OVER, LOCAL, FOR_THE_APP)
        return tuple(self.project / name for name in names)

    def environment(self, step: Step) -> dict[str, str]:
        variables = {
            "CLOUDFLARE_API_BASE_URL": self.standin.api_url,
            "CANARY_PUBLISH": KEY,
            "VTTSYNC_TRACEBACK": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHON_KEYRING_BACKEND": "tests.keyrings.FileKeyring",
            keyrings.FILE: str(self.keyring),
            **step.variables,
        }
        return canaries.environment(self.home, variables)

    def run(self, step: Step) -> subprocess.CompletedProcess[bytes]:
        words = step.words.replace("ACCOUNT", self.standin.account_id)
        words = words.replace("PAGE", self.app.page("gated"))
        words = words.replace("TAKEN", str(urlsplit(self.standin.api_url).port))
        command = [sys.executable, "-m", "vttsync", *step.command.split(), *words.split()]
        with subprocess.Popen(
            command, cwd=self.project, env=self.environment(step), bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            with self.asked(step):
                seen = _end_when_it_answers(process, step.lasts) if step.lasts else b""
            out, err = process.communicate(step.stdin.encode(), timeout=300)
        return subprocess.CompletedProcess(command, process.returncode, seen + out, err)

    @contextmanager
    def asked(self, step: Step) -> Iterator[None]:
        """While somebody listens, let the room be asked, with a ticket that nobody should see."""
        over = threading.Event()

        def ask() -> None:
            while step.command == "logs" and not over.wait(0.1):
                with suppress(httpx.TransportError):  # it is started anew for who listens
                    url = self.standin.room_url("my-table-prod")
                    httpx.get(url, params={"ticket": OLD_KEY}, trust_env=False)

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def learn(self, search: Search) -> None:
        """Let the keys that vttsync made be looked for, too."""
        if self.keyring.exists():
            search.values |= json.loads(self.keyring.read_text())
        for path in (self.project / FILE, self.project / LOCAL):
            for name, value in dotenv.read(path.read_text() if path.exists() else "").items():
                search.values[f"{name} {value[-4:]}"] = value


def _end_when_it_answers(process: subprocess.Popen[bytes], line: str) -> bytes:
    """Wait for `line`, ask the address that it tells, press Ctrl-C; return what was read."""
    assert process.stdout
    seen, address = b"", None
    while not address and (read := process.stdout.readline()):
        seen += read
        address = re.match(line, read.decode())
    if address and address.groups():
        with web.client(address[1]) as client:
            assert client.get("/").status_code < 500
    if address:
        process.send_signal(signal.SIGINT)
    return seen


@pytest.fixture
def stage(party: Path, tmp_path: Path) -> Iterator[Stage]:
    home, project = tmp_path / "home", tmp_path / "home" / "project"
    project.mkdir(parents=True)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    (project / ".gitignore").write_text(f"{HANDED_OVER}\nnode_modules/\n")
    personas = {TOKEN: Persona.VALID, BAD_TOKEN: Persona.EXPIRED}
    workerd = packages.workerd_binary(party)
    account = tmp_path / "account"
    with (
        StandIn(account, workerd=lambda: workerd, personas=personas) as standin,
        running_app() as app,
    ):
        yield Stage(home, project, tmp_path / "keyring.json", standin, app)


def _prepare(stage: Stage, party: Path) -> None:
    """After init: where the secrets come from, and the packages."""
    settings = stage.project / "vttsync.toml"
    settings.write_text(settings.read_text() + SOURCES)
    (stage.project / "party" / "node_modules").symlink_to(party / "node_modules")
    # What the demo's folder would be given by npm.
    planned = plan_install(stage.home / "no", Answers("vttsync-demo", "", "party"), force=False)
    (lock,) = [it.content for it in planned if it.path == "party/package-lock.json"]
    name = hashlib.sha256(lock).hexdigest()[:16]
    packed = stage.home / "cache" / "vttsync" / "packages" / name
    packed.mkdir(parents=True)
    (packed / "package-lock.json").write_bytes(lock)
    (packed / "node_modules").symlink_to(party / "node_modules")


def _play(stage: Stage, step: Step, search: Search) -> list[str]:
    """Run one step; tell what it let out."""
    index = stage.project / "party" / "src" / "index.ts"
    good = index.read_text() if step.broken else ""
    if step.broken:
        index.write_text(f"throw new Error('not today');\n{good}")
    watched = (stage.home / "tmp", stage.project)
    with search.watching(watched, stage.allowed) as seen:
        ran = stage.run(step)
    if step.broken:
        index.write_text(good)
    said = ran.stdout.decode(errors="replace") + ran.stderr.decode(errors="replace")
    assert ran.returncode == step.code, f"{step}\n{said}"
    stage.learn(search)
    told = [*seen, *search.in_files([stage.home], stage.allowed)]
    told += [f"{name} on standard error" for name in search.found(ran.stderr)]
    if not step.reveals:
        told += [f"{name} on standard output" for name in search.found(ran.stdout)]
    elif not search.found(ran.stdout):
        told.append("nothing on standard output, where it should be")
    return [f"{step.command} {step.words}: {it}" for it in dict.fromkeys(told)]


def test_nothing_that_was_given_gets_out(stage: Stage, party: Path) -> None:
    search, told = Search(), []
    for step in STEPS:
        told += _play(stage, step, search)
        if step.command == "init" and step.code == 0:
            _prepare(stage, party)
    assert told == []
    assert len(search.values) > len(canaries.ALL) + 2  # those that were made on the way
    assert stage.standin.unknown_routes() == []


def test_in_a_job_only_masks_have_what_github_can_not_know(stage: Stage, party: Path) -> None:
    """Read as GitHub's runner does; what it hides must not depend on the masks either."""
    files = {name: stage.home / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    job = {"GITHUB_ACTIONS": "true", **{name: str(path) for name, path in files.items()}}
    said = b""
    for step in (
        Step("init", "--name my-table"),
        Step("env set", f"MOTTO {PROD}", stdin=MOTTO),
        Step("env set", f"TICKET_KEY {PROD}", stdin=OLD_KEY),
        Step("login", f"{PROD} --account-id ACCOUNT --token-stdin", stdin=TOKEN),
        Step("deploy", PROD, code=4, variables=EXPIRED),
        Step("deploy", f"{PROD} --json", code=6, variables=NOWHERE),
        Step("deploy", PROD),
    ):
        ran = stage.run(replace(step, variables={**step.variables, **job}))
        assert ran.returncode == step.code, f"{step}\n{ran.stderr.decode()}"
        if step.command == "init":
            _prepare(stage, party)
        assert Search().found(ran.stdout) == []
        said += ran.stderr
    lines = said.decode().splitlines()
    rest = "\n".join(line for line in lines if not line.startswith("::add-mask::"))
    assert Search().found(rest.encode()) == []
    runner = Runner()
    runner.read(said.decode())
    assert set(runner.masks) == {MOTTO, OLD_KEY, TOKEN}
    for file in files.values():
        assert Search().found(file.read_bytes()) == []
    assert outputs(files["GITHUB_OUTPUT"].read_text())["url"] == stage.standin.room_url(
        "my-table-prod"
    )


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    for value in canaries.ALL.values():
        for form in canaries.forms(value):
            assert Search().found(b"before " + form + b" after")
    file = tmp_path / "leak"
    file.write_text(f"{KEY}\n")
    assert Search().in_files([tmp_path], []) == [f"publish key in {file} (mode 0644)"]
    assert Search().in_files([tmp_path], [file]) != []
    file.chmod(0o600)
    assert Search().in_files([tmp_path], [file]) == []
    sleep = [sys.executable, "-c", "input()", KEY]
    with Search().watching([], []) as seen, subprocess.Popen(sleep, stdin=subprocess.PIPE) as child:
        while not seen:
            assert child.poll() is None
        child.communicate(b"\n")


def test_npm_gets_nothing(stage: Stage, node: Node, tmp_path: Path) -> None:
    """Instead of npm, something that keeps its environment and its arguments."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "node").symlink_to(node.binary)
    npm, seen = tmp_path / "bin" / "npm", tmp_path / "seen"
    npm.write_text(f'#!/bin/sh\nenv > "{seen}"\necho "$@" >> "{seen}"\nexit 1\n')
    npm.chmod(0o755)
    assert stage.run(Step("init", "--name my-table")).returncode == 0
    settings = stage.project / "vttsync.toml"
    settings.write_text(settings.read_text() + SOURCES.replace("keyring = true", 'variable = "M"'))
    path = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])
    account = {"CLOUDFLARE_ACCOUNT_ID": stage.standin.account_id, "CLOUDFLARE_API_TOKEN": TOKEN}
    assert stage.run(Step("env set", f"TICKET_KEY {PROD}", stdin=OLD_KEY)).returncode == 0
    ran = stage.run(Step("deploy", PROD, variables={"PATH": path, "M": MOTTO, **account}))
    assert b"npm" in ran.stderr
    assert ran.returncode in (5, 6), ran.stderr
    assert b"--ignore-scripts" in seen.read_bytes()
    assert Search().found(seen.read_bytes()) == []
    assert Search().found(ran.stdout + ran.stderr) == []


def test_a_traceback_is_shown_without_what_was_given() -> None:
    code = (
        "import sys; from vttsync.cli import main, streams; from vttsync.redaction import confide\n"
        "streams.guard()\n"
        "def breaks(**_): raise RuntimeError('given: ' + confide(sys.stdin.read()))\n"
        "sys.exit(main.run(['deploy'], breaks))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], input=KEY.encode(), capture_output=True, check=False,
        env={**os.environ, "VTTSYNC_TRACEBACK": "1"},
    )  # fmt: skip
    assert ran.returncode == 1
    assert b"RuntimeError: given: ***" in ran.stderr
    assert Search().found(ran.stderr) == []
