"""`vttsync env`: where values come from, where new ones go, and who gets to read them."""

from __future__ import annotations

import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.runner import Cli, Ran

KEY = "k" * 40
OTHER = "o" * 40
FILES = (
    '[env.prod.secrets]\nPUBLISH_KEY = { file = ".vttsync/prod.env" }\n'
    'TICKET_KEY = { file = ".vttsync/prod.env" }\n'
)


@pytest.fixture(autouse=True)
def _project(cli: Cli) -> None:
    assert cli("init", "--name", "my-table").code == 0


@pytest.fixture
def prod_env() -> Path:
    """A project that keeps prod's keys in a file."""
    say(FILES)
    return Path(".vttsync/prod.env")


def say(text: str, file: str = "vttsync.toml") -> None:
    Path(file).write_text(Path(file).read_text() + "\n" + text)


def entries(ran: Ran) -> dict[str, str | None]:
    return {it["name"]: it["from"] for it in ran.envelope["result"]["entries"]}


def pipe(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


# Where values come from


@pytest.mark.usefixtures("keyring_file")
def test_a_secret_comes_from_the_first_place_that_has_it(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(
        '[env.prod.secrets]\nPUBLISH_KEY = { variable = "MINE", file = ".vttsync/prod.env", '
        "keyring = true }"
    )
    assert entries(cli("env", "list", "--env", "prod", "--json"))["PUBLISH_KEY"] is None
    pipe(monkeypatch, KEY)
    assert cli("env", "set", "PUBLISH_KEY", "--env", "prod").code == 0
    listed = cli("env", "list", "--env", "prod")
    assert re.search(r"PUBLISH_KEY +secret +file \.vttsync/prod\.env\n", listed.out)
    monkeypatch.setenv("MINE", OTHER)
    listed = cli("env", "list", "--env", "prod")
    assert re.search(
        r"PUBLISH_KEY +secret +variable MINE \(before file \.vttsync/prod\.env\)\n", listed.out
    )
    assert "variable, file, keyring" in listed.err
    assert KEY not in listed.out + listed.err
    assert OTHER not in listed.out + listed.err


def test_a_list_names_settings_secrets_and_variables(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "a" * 32)
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "cfut_" + "a" * 43)
    say('[env.prod.vars]\nALLOWED_ORIGINS = "https://a.example"', "party/wrangler.toml")
    listed = cli("env", "list", "--env", "prod", "--json")
    assert entries(listed) == {
        "CLOUDFLARE_ACCOUNT_ID": "variable CLOUDFLARE_ACCOUNT_ID",
        "CLOUDFLARE_API_TOKEN": "variable CLOUDFLARE_API_TOKEN",
        "CLOUDFLARE_API_BASE_URL": "default",
        "PUBLISH_KEY": None,
        "TICKET_KEY": None,
        "ALLOWED_ORIGINS": "file party/wrangler.toml",
    }
    assert "a" * 43 not in listed.out
    places = {it["name"]: it["places"] for it in listed.envelope["result"]["entries"]}
    assert places["TICKET_KEY"] == ["variable VTTSYNC_TICKET_KEY", "the keyring"]


@pytest.mark.usefixtures("keyring_file")
def test_environments_have_keys_of_their_own(cli: Cli) -> None:
    assert cli("env", "generate", "--env", "prod").code == 0
    assert entries(cli("env", "list", "--env", "prod", "--json"))["PUBLISH_KEY"] == "the keyring"
    assert entries(cli("env", "list", "--env", "staging", "--json"))["PUBLISH_KEY"] is None


def test_two_environments_may_not_share_a_file_of_keys(cli: Cli) -> None:
    text = Path("vttsync.toml").read_text().replace("keyring = true", 'file = ".vttsync/all.env"')
    Path("vttsync.toml").write_text(text)
    ran = cli("env", "list", "--env", "prod")
    assert ran.code == 3
    assert "the same PUBLISH_KEY and TICKET_KEY" in ran.err
    say(FILES)
    assert cli("env", "list", "--env", "prod").code == 0


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{ }", "it must name a `variable`, a `file` or `keyring = true`"),
        ('{ file = "../keys.env" }', "a path inside the project's folder"),
        ('{ file = "/etc/keys.env" }', "a path inside the project's folder"),
        ('{ variable = "1 2" }', "it must be a variable's name"),
        ('{ variable = "X", keyrng = true }', "did you mean `keyring`?"),
    ],
)
def test_a_place_that_is_none_is_told_with_its_line(cli: Cli, source: str, told: str) -> None:
    Path("vttsync.toml").write_text(f"[env.prod.secrets]\nPUBLISH_KEY = {source}\n")
    ran = cli("env", "list", "--env", "prod")
    assert ran.code == 3
    assert "vttsync.toml, line 2: " in ran.err
    assert told in ran.err


def test_a_previous_key_has_no_place_of_its_own(cli: Cli) -> None:
    say('[env.prod.secrets]\nPUBLISH_KEY_PREVIOUS = { variable = "OLD" }')
    ran = cli("env", "list", "--env", "prod")
    assert ran.code == 3
    assert "is kept where PUBLISH_KEY is" in ran.err


# Files of secrets


def test_the_file_is_private_and_its_other_lines_stay(cli: Cli, prod_env: Path) -> None:
    prod_env.parent.mkdir()
    prod_env.write_text("# mine\nMOTTO='two words'\nPUBLISH_KEY=\n")
    prod_env.chmod(0o600)
    assert cli("env", "generate", "--env", "prod").code == 0
    lines = prod_env.read_text().splitlines()
    assert lines[:2] == ["# mine", "MOTTO='two words'"]
    assert [line.partition("=")[0] for line in lines[2:]] == ["PUBLISH_KEY", "TICKET_KEY"]
    assert prod_env.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_can_read_is_refused(cli: Cli, prod_env: Path) -> None:
    assert cli("env", "generate", "--env", "prod").code == 0
    prod_env.chmod(0o640)
    for words in (["list"], ["generate"], ["export"]):
        ran = cli("env", *words, "--env", "prod")
        assert ran.code == 3
        assert "mode 0640" in ran.err
        assert "chmod 600" in ran.err


def test_a_link_out_of_the_project_is_refused(cli: Cli, prod_env: Path, tmp_path: Path) -> None:
    (tmp_path / "keys.env").write_text(f"PUBLISH_KEY={KEY}\n")
    (tmp_path / "keys.env").chmod(0o600)
    prod_env.parent.mkdir()
    prod_env.symlink_to(tmp_path / "keys.env")
    ran = cli("env", "list", "--env", "prod")
    assert ran.code == 3
    assert "leads out of the project" in ran.err


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


def test_a_file_that_git_would_commit_is_refused(cli: Cli, prod_env: Path) -> None:
    git("init", "-q")
    assert cli("env", "generate", "--env", "prod").code == 0
    Path(".gitignore").write_text("")
    for words in (["list"], ["generate"]):
        ran = cli("env", *words, "--env", "prod")
        assert ran.code == 3
        assert "git does not ignore it" in ran.err
    before = prod_env.read_text()
    Path(".gitignore").write_text(".vttsync/\n")
    git("add", "-f", str(prod_env))
    assert cli("env", "list", "--env", "prod").code == 3
    assert prod_env.read_text() == before


def test_a_file_above_the_project_is_not_looked_for(
    cli: Cli, prod_env: Path, tmp_path: Path
) -> None:
    (tmp_path / ".vttsync").mkdir()
    for name in (".env", ".vttsync/prod.env"):
        (tmp_path / name).write_text(f"PUBLISH_KEY={KEY}\nVTTSYNC_PUBLISH_KEY={KEY}\n")
        (tmp_path / name).chmod(0o600)
    assert entries(cli("env", "list", "--env", "prod", "--json"))["PUBLISH_KEY"] is None


def test_a_line_that_is_none_is_told_without_its_content(cli: Cli, prod_env: Path) -> None:
    prod_env.parent.mkdir()
    prod_env.write_text(f"TICKET_KEY={KEY}\n\n'{OTHER}\n")
    prod_env.chmod(0o600)
    ran = cli("env", "list", "--env", "prod")
    assert ran.code == 3
    assert "Line 3 is no `NAME=value`" in ran.err
    assert OTHER not in ran.err


# Setting and making


@pytest.mark.usefixtures("prod_env")
def test_keys_are_made_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, KEY + "\n")
    assert cli("env", "set", "TICKET_KEY", "--env", "prod").code == 0
    assert cli("env", "generate", "--env", "prod", "--json").envelope["result"]["made"] == {
        "PUBLISH_KEY": "file .vttsync/prod.env"
    }
    made = Path(".vttsync/prod.env").read_text()
    assert f"TICKET_KEY={KEY}\n" in made
    assert re.search(r"^PUBLISH_KEY=[A-Za-z0-9_-]{43}$", made, re.MULTILINE)
    again = cli("env", "generate", "--env", "prod")
    assert again.code == 9
    assert "env rotate PUBLISH_KEY --env prod" in again.err
    assert Path(".vttsync/prod.env").read_text() == made


def test_without_a_keyring_it_is_said_what_else_there_is(cli: Cli) -> None:
    ran = cli("env", "generate", "--env", "prod")
    assert ran.code == 5
    assert "No system keyring works here." in ran.err
    assert 'PUBLISH_KEY = { file = ".vttsync/prod.env" }' in ran.err
    assert "VTTSYNC_PUBLISH_KEY" in ran.err


def test_a_variable_is_not_vttsyncs_to_set(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    say('[env.prod.secrets]\nPUBLISH_KEY = { variable = "MINE" }')
    pipe(monkeypatch, KEY)
    ran = cli("env", "set", "PUBLISH_KEY", "--env", "prod")
    assert ran.code == 3
    assert "variable MINE alone" in ran.err
    assert "keyring = true" in ran.err


@pytest.mark.usefixtures("prod_env")
@pytest.mark.parametrize(
    ("name", "value", "code", "told"),
    [
        ("PUBLISH_KEY", "short", 4, "5 characters"),
        ("PUBLISH_KEY", "", 9, "No value"),
        ("PUBLISH_KEY", f" {KEY}", 4, "spaces around"),
        ("PUBLSH_KEY", KEY, 3, "none of the secrets of prod"),
    ],
)
def test_a_value_that_would_not_do_is_not_kept(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: int, told: str
) -> None:
    pipe(monkeypatch, value)
    ran = cli("env", "set", name, "--env", "prod")
    assert ran.code == code
    assert told in ran.err
    assert not value or value not in ran.err
    assert not Path(".vttsync/prod.env").exists()


@pytest.mark.usefixtures("prod_env")
def test_one_key_may_not_be_the_other(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, code in (("TICKET_KEY", 0), ("PUBLISH_KEY", 4)):
        pipe(monkeypatch, KEY)
        assert cli("env", "set", name, "--env", "prod").code == code


@pytest.mark.usefixtures("prod_env")
def test_what_a_new_value_means_is_said(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("env", "generate", "--env", "prod").code == 0
    pipe(monkeypatch, KEY)
    ran = cli("env", "set", "PUBLISH_KEY", "--env", "prod")
    assert ran.code == 0
    assert "whoever has the one before is refused" in ran.err
    assert "counts before" not in ran.err
    toml = Path("vttsync.toml")
    both = 'TICKET_KEY = { variable = "MINE", file'
    toml.write_text(toml.read_text().replace("TICKET_KEY = { file", both))
    monkeypatch.setenv("MINE", OTHER)
    pipe(monkeypatch, KEY + "2")
    ran = cli("env", "set", "TICKET_KEY", "--env", "prod")
    assert "variable MINE is set, and counts before it" in ran.err


# Handing over


@pytest.mark.usefixtures("prod_env")
def test_an_app_server_gets_keys_and_address(cli: Cli, tmp_path: Path) -> None:
    text = Path("vttsync.toml").read_text()
    text = text.replace("[env.prod]", '[env.prod]\nurl = "https://table.example"')
    Path("vttsync.toml").write_text(text)
    cli("env", "generate", "--env", "prod")
    kept = dict(line.split("=", 1) for line in Path(".vttsync/prod.env").read_text().split())
    wanted = {
        "VTTSYNC_ROOM_URL": "https://table.example",
        "VTTSYNC_PUBLISH_KEY": kept["PUBLISH_KEY"],
        "VTTSYNC_TICKET_KEY": kept["TICKET_KEY"],
    }
    shown = cli("env", "export", "--env", "prod")
    assert shown.out == "".join(f"{name}={value}\n" for name, value in wanted.items())
    assert "Secrets follow, in plain text." in shown.err
    assert json.loads(cli("env", "export", "--env", "prod", "--format", "json").out) == wanted
    file = tmp_path / "app.env"
    ran = cli("env", "export", "--env", "prod", "--output", str(file), "--json")
    assert ran.envelope["result"] == {
        "env": "prod", "names": list(wanted), "written_to": str(file)
    }  # fmt: skip
    assert file.read_text() == shown.out
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept["TICKET_KEY"] not in ran.out + ran.err


@pytest.mark.usefixtures("prod_env")
def test_an_export_replaces_no_file_unasked_and_none_that_git_sees(
    cli: Cli, tmp_path: Path
) -> None:
    cli("env", "generate", "--env", "prod")
    file = tmp_path / "app.env"
    file.write_text("DATABASE=x\n")
    file.chmod(0o644)
    words = ["env", "export", "--env", "prod", "--output"]
    assert cli(*words, str(file)).code == 9
    assert file.read_text() == "DATABASE=x\n"
    assert cli(*words, str(file), "--yes").code == 0
    assert "VTTSYNC_TICKET_KEY=" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    git("init", "-q")
    ran = cli(*words, "app.env")
    assert ran.code == 3
    assert "git does not ignore it" in ran.err
    assert not Path("app.env").exists()


@pytest.mark.usefixtures("prod_env")
def test_github_is_told_to_hide_what_later_steps_get(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("env", "generate", "--env", "prod")
    words = ["env", "export", "--env", "prod", "--format", "github"]
    assert cli(*words).code == 2
    file = tmp_path / "github_env"
    file.write_text("EARLIER=1\n")
    monkeypatch.setenv("GITHUB_ENV", str(file))
    ran = cli(*words)
    assert ran.code == 0
    values = re.findall(r"^VTTSYNC_\w+_KEY=(\S+)$", file.read_text(), re.MULTILINE)
    assert len(values) == 2
    assert ran.out == "".join(f"::add-mask::{value}\n" for value in values)
    assert file.read_text().startswith("EARLIER=1\n")


def test_an_export_never_goes_into_the_envelope(cli: Cli) -> None:
    assert cli("env", "export", "--env", "prod", "--json").code == 2
    assert cli("env", "export", "--env", "prod", "--format", "github", "--json").code == 2
