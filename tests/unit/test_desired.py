"""What a deploy would do, resolved from flags, variables and files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.runner import Cli
from vttsync.deploy.desired import desired
from vttsync.project.folder import open_project
from vttsync.project.wrangler_toml import read_worker
from vttsync.settings import resolve

ACCOUNT = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32
TOKEN = "cfut_" + "a" * 43
KEYS = {"VTTSYNC_PUBLISH_KEY": "p" * 40, "VTTSYNC_TICKET_KEY": "t" * 40}


def _project(cli: Cli, account_id: str = ACCOUNT) -> None:
    words = ["--account-id", account_id] if account_id else []
    assert cli("init", "--name", "my-table", *words).code == 0


def _set(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_a_variable_beats_the_file_and_the_origin_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _set(monkeypatch, CLOUDFLARE_ACCOUNT_ID=OTHER)
    resolved = resolve({"url": "https://a.example"}, {"account_id": ACCOUNT, "url": "https://b"})
    assert resolved.settings.account_id == OTHER
    assert resolved.settings.url == "https://a.example"
    assert resolved.origins["account_id"] == "CLOUDFLARE_ACCOUNT_ID"
    assert resolved.origins["url"] == "--url"
    assert resolved.origins["script"] == "default"


def test_an_empty_value_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, CLOUDFLARE_ACCOUNT_ID="")
    resolved = resolve({}, {"account_id": ACCOUNT})
    assert resolved.settings.account_id == ACCOUNT
    assert resolved.origins["account_id"] == "vttsync.toml"


def test_a_dotenv_file_is_never_read(cli: Cli) -> None:
    _project(cli)
    Path(".env").write_text(f"CLOUDFLARE_API_TOKEN={TOKEN}\n")
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 4
    assert "CLOUDFLARE_API_TOKEN is not set" in ran.err


@pytest.mark.parametrize(
    ("variables", "code", "told"),
    [
        ({"CLOUDFLARE_ACCOUNT_ID": "example.com"}, 4, "zone name"),
        ({"CLOUDFLARE_API_TOKEN": TOKEN + "\n"}, 4, "newline"),
        ({"CLOUDFLARE_API_TOKEN": TOKEN[:20]}, 4, "cut off"),
        ({"CLOUDFLARE_API_TOKEN": TOKEN}, 4, "VTTSYNC_PUBLISH_KEY"),
        ({"CLOUDFLARE_API_BASE_URL": "http://evil.example/client/v4", **KEYS}, 3, "never sends"),
    ],
)
def test_what_is_missing_or_malformed_stops_a_deploy_before_anything_is_sent(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], code: int, told: str
) -> None:
    _project(cli)
    _set(monkeypatch, **{"CLOUDFLARE_API_TOKEN": TOKEN, **variables})
    ran = cli("deploy", "--env", "prod")
    assert ran.code == code
    assert told.replace("never sends", "sends a token") in ran.err
    assert TOKEN not in ran.err


def test_no_account_anywhere(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    _project(cli, account_id="")
    _set(monkeypatch, CLOUDFLARE_API_TOKEN=TOKEN, **KEYS)
    ran = cli("deploy", "--env", "prod", "--json")
    assert ran.code == 4
    assert "[env.prod] account_id" in ran.envelope["error"]["why"]


def test_an_account_that_wrangler_would_follow_instead(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    _project(cli)
    _set(monkeypatch, CLOUDFLARE_API_TOKEN=TOKEN, **KEYS)
    wrangler = Path("party/wrangler.toml")
    wrangler.write_text(f'account_id = "{OTHER}"\n' + wrangler.read_text())
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 3
    assert OTHER in ran.err


def test_an_unknown_environment_names_the_known_ones(cli: Cli) -> None:
    _project(cli)
    ran = cli("deploy", "--env", "production")
    assert ran.code == 3
    assert "prod, rehearsal, staging" in ran.err


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("url", "foo", "it must begin with https://"),
        ("url", "https://u:hunter2@table.example", "a user or a password"),
        ("account_id", "gm@example.com", "32 lower-case hex digits"),
    ],
)
def test_a_wrong_value_in_the_project_file_is_told_with_its_line(
    cli: Cli, key: str, value: str, told: str
) -> None:
    Path("vttsync.toml").write_text(f'[env.prod]\n{key} = "{value}"\n')
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 3
    assert f"vttsync.toml, line 2: `env.prod.{key}`: it " in ran.err
    assert told in ran.err
    assert "hunter2" not in ran.err


def test_every_mistake_in_the_project_file_is_told_in_the_words_of_its_writer(cli: Cli) -> None:
    Path("vttsync.toml").write_text(
        'party = 5\n[env]\nprod = "x"\n[env.staging]\nacount_id = ""\n'
        '[secrets]\nKEY = { varible = "X" }\n[broadcast]\nscript = "../x.toml"\n'
    )
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 3
    told = [line.strip() for line in ran.err.splitlines() if "line" in line]
    assert told[1:-1] == [
        "vttsync.toml, line 3: `env.prod` must be a table.",
        "vttsync.toml, line 5: `env.staging.acount_id` is no key here; did you mean `account_id`?",
        "vttsync.toml, line 7: `secrets.KEY.varible` is no key here; did you mean `variable`?",
        "vttsync.toml, line 9: `broadcast.script`: it must be a path inside the project's folder.",
    ]
    assert "line 1: `party` must be text, in quotes." in told[0]


@pytest.mark.parametrize(
    "text", ["env = 3", "name = 3", "[env]\nprod = 3", "[env.prod]\nsecrets = 3"]
)
def test_a_wrangler_toml_of_another_shape_is_told(cli: Cli, text: str) -> None:
    _project(cli)
    Path("party/wrangler.toml").write_text(text)
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 3
    assert "wrangler.toml, line " in ran.err


@pytest.mark.parametrize(
    ("top", "table", "expected"),
    [
        ("", "", True),
        ("workers_dev = true", "workers_dev = false", False),
        ("workers_dev = false", "", False),
        ('route = "table.example/*"', "", False),
        ("", 'routes = [{ pattern = "table.example", custom_domain = true }]', False),
        ("workers_dev = true", 'route = "table.example/*"', True),
    ],
)
def test_whether_workers_dev_is_used_is_read_as_wrangler_reads_it(
    tmp_path: Path, top: str, table: str, expected: bool
) -> None:
    (tmp_path / "wrangler.toml").write_text(f'name = "x"\n{top}\n[env.prod]\n{table}\n')
    assert read_worker(tmp_path, "prod").workers_dev is expected


def test_a_script_that_is_not_there_is_told_before_anything_is_sent(cli: Cli) -> None:
    _project(cli)
    Path("broadcast/smoke.toml").unlink()
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 3
    assert "no broadcast script broadcast/smoke.toml" in ran.err


def test_a_deploy_is_never_steered_by_the_variable_for_proofs(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    _project(cli)
    variables = {"CLOUDFLARE_API_TOKEN": TOKEN, "VTTSYNC_URL": "https://prod.example"}
    _set(monkeypatch, **variables, **KEYS)
    assert desired(open_project(Path()), "staging", os.environ).url == ""
    text = Path("vttsync.toml").read_text()
    Path("vttsync.toml").write_text(
        text.replace("[env.staging]", '[env.staging]\nurl = "https://table.example/"')
    )
    assert desired(open_project(Path()), "staging", os.environ).url == "https://table.example"


def test_a_folder_that_is_no_project(cli: Cli) -> None:
    ran = cli("deploy", "--env", "prod")
    assert ran.code == 3
    assert "vttsync init" in ran.err
