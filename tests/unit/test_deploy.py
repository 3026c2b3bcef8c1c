"""A deploy from check to receipt: Cloudflare is mocked, and wrangler is a script of three lines."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_httpx import HTTPXMock

from tests.runner import Cli
from vttsync.cloudflare.token import read_token
from vttsync.deploy.desired import Desired
from vttsync.deploy.health import wait_until_live
from vttsync.deploy.receipt import Receipt, read_receipt, write_receipt
from vttsync.deploy.run import deploy, roll_back
from vttsync.errors import Exit, VttsyncError
from vttsync.node import space, wrangler
from vttsync.progress import Step
from vttsync.project.folder import Project, open_project
from vttsync.project.secrets import Secrets
from vttsync.project.wrangler_toml import Worker

API = "https://api.example.test/client/v4"
URL = "https://my-table-prod.crow.example.test"
ACCOUNT = "0123456789abcdef0123456789abcdef"
TOKEN = "cfut_" + "a" * 43
SCRIPTS = f"{API}/accounts/{ACCOUNT}/workers/scripts"
DEPLOYMENTS = f"{SCRIPTS}/my-table-prod/deployments"
UPLOADED = 'tell({type: "deploy", version_id: "new", targets: ["w.example.test"]});'
pytestmark = pytest.mark.httpx_mock(can_send_already_matched_responses=True)


class _Step:
    def update(self, detail: str) -> None:
        pass


@contextmanager
def _stage(_name: str) -> Iterator[Step]:
    yield _Step()


WANT = Desired(
    env="prod",
    worker=Worker("my-table-prod", (), None, workers_dev=False),
    account_id=ACCOUNT,
    account_origin="a test",
    token=read_token(TOKEN),
    token_origin="a test",
    api_base_url=API,
    secrets=Secrets({"PUBLISH_KEY": "p" * 40, "TICKET_KEY": "t" * 40}),
    url=URL,
)


@pytest.fixture
def project(cli: Cli) -> Project:
    """A project whose packages seem to be installed."""
    assert cli("init", "--name", "my-table").code == 0
    lock = json.dumps({"packages": {"node_modules/wrangler": {"version": "1.0.0"}}})
    Path("party/node_modules").mkdir()
    Path("party/package-lock.json").write_text(lock)
    Path("party/node_modules/.package-lock.json").write_text(lock)
    return open_project(Path())


@pytest.fixture
def wrangler_does(project: Project) -> Callable[[str], None]:
    """Write the project's wrangler; `tell` adds to its output file, `argv` are its words."""

    def write(code: str) -> None:
        cli = project.party / "node_modules" / "wrangler" / "wrangler-dist" / "cli.js"
        cli.parent.mkdir(parents=True)
        cli.write_text(
            'const fs = require("node:fs"); const argv = process.argv.slice(2);'
            "const told = process.env.WRANGLER_OUTPUT_FILE_PATH;"
            'const tell = (entry) => fs.appendFileSync(told, JSON.stringify(entry) + "\\n");\n'
            + code
        )

    return write


@pytest.fixture
def _checks_pass(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(
        url=f"{API}/user/tokens/verify", json={"result": {"status": "active"}}, is_optional=True
    )
    for url in (f"{API}/accounts/{ACCOUNT}", SCRIPTS):
        httpx_mock.add_response(url=url, json={"result": {}}, is_optional=True)
    absent = {"errors": [{"code": 10090}]}
    for url in (f"{API}/accounts/{ACCOUNT}/workers/services/my-table-prod",
                f"{SCRIPTS}/my-table-prod/secrets"):  # fmt: skip
        httpx_mock.add_response(url=url, status_code=404, json=absent, is_optional=True)
    version = re.compile(re.escape(f"{SCRIPTS}/my-table-prod/versions/") + r"\w+")
    bound: dict[str, object] = {"result": {"resources": {"bindings": []}}}
    httpx_mock.add_response(url=version, json=bound, is_optional=True)
    probe = {"errors": [{"code": 10007}]}
    httpx_mock.add_response(method="PATCH", status_code=404, json=probe, is_optional=True)


def _live(httpx_mock: HTTPXMock, *versions: str) -> None:
    """Cloudflare says one after the other when it is asked what is live."""
    for version in versions:
        share = {"version_id": version, "percentage": 100}
        httpx_mock.add_response(
            url=DEPLOYMENTS, json={"result": {"deployments": [{"versions": [share]}]}}
        )


def _healthy(httpx_mock: HTTPXMock, *versions: str) -> None:
    for version in versions:
        httpx_mock.add_response(url=f"{URL}/health", json={"protocol": 1, "version": version})


@pytest.mark.usefixtures("_checks_pass")
def test_the_receipt_is_kept_whatever_fails_after_the_upload(
    project: Project, wrangler_does: Callable[[str], None], httpx_mock: HTTPXMock
) -> None:
    wrangler_does(UPLOADED)
    _live(httpx_mock, "old")
    _healthy(httpx_mock, "old")
    with pytest.raises(VttsyncError, match="does not answer") as caught:
        deploy(project, WANT, _stage, patience=0)
    assert caught.value.exit_code is Exit.VERIFY_FAILED
    receipt = read_receipt(project.state, "prod")
    assert receipt
    assert (receipt.version_id, receipt.previous_version, receipt.url) == ("new", "old", URL)


@pytest.mark.usefixtures("_checks_pass")
def test_the_receipt_is_kept_though_the_address_is_not_known(
    project: Project, httpx_mock: HTTPXMock, wrangler_does: Callable[[str], None]
) -> None:
    wrangler_does('tell({type: "deploy", version_id: "new", targets: ["w.example.test/*"]});')
    _live(httpx_mock, "old")
    url = f"{API}/accounts/{ACCOUNT}/workers/workers/my-table-prod"
    httpx_mock.add_response(url=url, json={"result": {}})
    with pytest.raises(VttsyncError, match="does not know its address"):
        deploy(project, Desired(**{**vars(WANT), "url": ""}), _stage)
    receipt = read_receipt(project.state, "prod")
    assert receipt
    assert (receipt.version_id, receipt.url) == ("new", "")


@pytest.mark.usefixtures("_checks_pass")
@pytest.mark.parametrize(
    ("code", "live", "told"),
    [
        ("process.exit(1);", "old", "What was live is still live."),
        (UPLOADED + "process.exit(1);", "new", "Version new is live now."),
        ('tell({type: "deploy"});', "new", "It reported no version id. Version new is live now."),
        ('fs.writeFileSync(told, \'{"type": "dep\');', "old", "It reported no version id."),
        ("console.error(process.env.CLOUDFLARE_API_TOKEN); process.exit(1);", "old", "***"),
        ('process.stderr.write(fs.readFileSync(0) + "\\n"); process.exit(1);', "old", "***"),
    ],
)
def test_a_wrangler_that_fails_is_told_with_what_is_live(
    project: Project, wrangler_does: Callable[[str], None], httpx_mock: HTTPXMock,
    code: str, live: str, told: str,
) -> None:  # fmt: skip
    wrangler_does(code)
    _live(httpx_mock, "old", live)
    with pytest.raises(VttsyncError, match="could not deploy") as caught:
        deploy(project, WANT, _stage)
    assert caught.value.exit_code is Exit.DEPLOY_FAILED
    assert told in str(caught.value)
    for secret in (TOKEN, "p" * 40, "t" * 40):
        assert secret not in str(caught.value)


@pytest.mark.usefixtures("_checks_pass")
def test_a_wrangler_that_fails_when_cloudflare_can_not_be_asked(
    project: Project, wrangler_does: Callable[[str], None], httpx_mock: HTTPXMock
) -> None:
    wrangler_does("process.exit(1);")
    _live(httpx_mock, "old")
    httpx_mock.add_response(url=DEPLOYMENTS, status_code=503, headers={"retry-after": "999"})
    with pytest.raises(VttsyncError, match="live now is not known"):
        deploy(project, WANT, _stage)


@pytest.mark.usefixtures("_checks_pass")
def test_a_folder_that_can_not_hold_the_receipt_is_told_before_the_upload(
    project: Project, wrangler_does: Callable[[str], None], httpx_mock: HTTPXMock
) -> None:
    wrangler_does('fs.writeFileSync("uploaded", "");')
    _live(httpx_mock, "old")
    project.state.write_text("a file where the folder must go")
    with pytest.raises(VttsyncError, match="Nothing was deployed") as caught:
        deploy(project, WANT, _stage)
    assert caught.value.exit_code is Exit.CONFIG
    assert not (project.party / "uploaded").exists()


def _receipt(version: str, previous: str | None) -> Receipt:
    return Receipt("prod", "my-table-prod", ACCOUNT, URL, version, previous, "2026-11-01")


def test_a_rollback_brings_back_the_version_of_its_receipt(
    project: Project, wrangler_does: Callable[[str], None], httpx_mock: HTTPXMock
) -> None:
    wrangler_does('fs.writeFileSync("words.json", JSON.stringify(argv));')
    _healthy(httpx_mock, "good")
    roll_back(project, WANT, _receipt("good", "older"), _stage, patience=0)
    assert json.loads((project.party / "words.json").read_text())[:2] == ["rollback", "good"]
    assert read_receipt(project.state, "prod") == _receipt("good", "older")


def test_a_rollback_that_fails_is_called_one(
    project: Project, wrangler_does: Callable[[str], None], httpx_mock: HTTPXMock
) -> None:
    wrangler_does("process.exit(1);")
    _live(httpx_mock, "bad")
    write_receipt(project.state, _receipt("bad", "good"))
    with pytest.raises(VttsyncError, match="could not roll back") as caught:
        roll_back(project, WANT, _receipt("good", "older"), _stage)
    assert "Version bad is live now." in caught.value.fix
    assert read_receipt(project.state, "prod") == _receipt("bad", "good")


def test_a_version_is_live_when_it_answers_itself(httpx_mock: HTTPXMock) -> None:
    _healthy(httpx_mock, "old", "new")
    wait_until_live(URL, "new")
    assert len(httpx_mock.get_requests()) == 2


def test_another_version_is_not_enough(httpx_mock: HTTPXMock) -> None:
    _healthy(httpx_mock, "old")
    with pytest.raises(VttsyncError, match="version old"):
        wait_until_live(URL, "new", patience=0.2)


def test_a_receipt_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "receipts" / "prod.json").mkdir(parents=True)
    with pytest.raises(VttsyncError, match=r"prod\.json can't be read") as caught:
        read_receipt(tmp_path, "prod")
    assert caught.value.exit_code is Exit.CONFIG


def test_a_file_with_secrets_is_private_and_gone_afterwards() -> None:
    with wrangler._private_file('{"KEY": "x"}') as name:
        assert Path(name).read_text() == '{"KEY": "x"}'
        assert sys.platform == "win32" or Path(name).stat().st_mode & 0o077 == 0
    assert not Path(name).exists()


def test_a_full_disk_is_seen_where_children_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert space.full([tmp_path / "nowhere", tmp_path]) is None
    assert space.full([tmp_path / "nowhere", tmp_path], least=2**63) == tmp_path
    monkeypatch.setenv("TMPDIR", os.fspath(tmp_path))
    assert space.temporary_folder() == tmp_path
