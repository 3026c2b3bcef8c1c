"""`login` and `logout`: a token verified, kept in the keyring, found by a deploy, removed."""

from __future__ import annotations

import io
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner import Cli
from tests.unit.rehearsal.cloud import ACCOUNT, Cloud
from vttsync.keychain import Keychain, token_entry
from vttsync.rehearsal.api.auth import Persona, new_token
from vttsync.rehearsal.api.server import Server

KEYS = {"VTTSYNC_PUBLISH_KEY": "p" * 40, "VTTSYNC_TICKET_KEY": "t" * 40}


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Iterator[Cloud]:
    """A project without an account, and an account with tokens."""
    assert cli("init", "--name", "my-table").code == 0
    cloud = Cloud(tmp_path / "account")
    with Server(cloud.api) as server:
        monkeypatch.setenv("CLOUDFLARE_API_BASE_URL", server.url)
        for name, value in KEYS.items():
            monkeypatch.setenv(name, value)
        yield cloud


@pytest.mark.usefixtures("keyring_file")
def test_a_token_is_kept_found_and_removed(
    cli: Cli, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path("vttsync.toml").read_text()
    monkeypatch.setenv("MY_TOKEN", cloud.token)
    words = ("--account-id", ACCOUNT, "--token-variable", "MY_TOKEN")
    ran = cli("login", "--env", "prod", *words, "--json")
    assert ran.code == 0, ran.out
    result = ran.envelope["result"]
    assert (result["kind"], result["account_name"]) == ("user API token", "Rehearsal")
    assert cloud.token not in ran.out
    empty = 'account_id = ""\n'
    at = before.rindex(empty)
    after = before[:at] + f'account_id = "{ACCOUNT}"\n' + before[at + len(empty) :]
    assert Path("vttsync.toml").read_text() == after
    found = cli("doctor", "--env", "prod")
    assert found.code == 0, found.out
    assert "user API token, from the keyring" in found.out
    assert cli("doctor", "--env", "staging").code == 4
    removed = cli("logout", "--env", "prod")
    assert "Removed the token of prod" in removed.out
    assert cli("doctor", "--env", "prod").code == 4
    assert "no token" in cli("logout").out


@pytest.mark.usefixtures("keyring_file")
def test_without_an_environment_all_of_them_are_meant(
    cli: Cli, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(cloud.owned + "\n"))
    ran = cli("login", "--account-id", ACCOUNT, "--token-stdin")
    assert ran.code == 0, ran.err
    assert "account-owned API token for staging, prod" in ran.out
    for env in ("staging", "prod"):
        assert Keychain().get(token_entry(ACCOUNT, env)) == cloud.owned
    assert Path("vttsync.toml").read_text().count(ACCOUNT) == 2


@pytest.mark.usefixtures("keyring_file")
def test_a_variable_beats_the_keyring(
    cli: Cli, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", cloud.token)
    ran = cli("login", "--account-id", ACCOUNT, "--token-variable", "CLOUDFLARE_API_TOKEN")
    assert ran.code == 0
    assert "CLOUDFLARE_API_TOKEN is set, and beats" in ran.err
    Keychain().set(token_entry(ACCOUNT, "prod"), cloud.tokens[Persona.EXPIRED])
    assert cli("doctor", "--env", "prod").code == 0


@pytest.mark.usefixtures("keyring_file")
@pytest.mark.parametrize(
    ("token", "code", "told"),
    [
        ("cfk_" + "a" * 48, 4, "Global API Key"),
        ("b2" * 20, 4, "Global API Key"),
        ("cfoat_" + "a" * 48, 4, "wrangler login"),
        ("cfut_short", 4, "cut off"),
        pytest.param(new_token(), 4, "does not know", id="unknown"),
        (Persona.READ_ONLY, 4, "may read Workers but not edit"),
        (Persona.OTHER_ACCOUNT, 4, "another account"),
        ("", 2, "is not set"),
    ],
)
def test_what_will_not_do_is_not_kept(
    cli: Cli, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, token: str, code: int, told: str
) -> None:
    value = cloud.tokens[token] if isinstance(token, Persona) else token
    monkeypatch.setenv("MY_TOKEN", value)
    before = Path("vttsync.toml").read_text()
    ran = cli("login", "--account-id", ACCOUNT, "--token-variable", "MY_TOKEN")
    assert ran.code == code
    assert told in ran.err
    assert not value or value not in ran.err
    assert Keychain().get(token_entry(ACCOUNT, "prod")) is None
    assert Path("vttsync.toml").read_text() == before


def test_no_keyring_is_told_before_anything_is_asked(cli: Cli, cloud: Cloud) -> None:
    ran = cli("login")
    assert ran.code == 5
    assert "CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID" in ran.err
    assert cloud.api.calls() == []


@pytest.mark.usefixtures("keyring_file")
def test_nobody_to_ask(cli: Cli, cloud: Cloud) -> None:
    ran = cli("login", "--json")
    assert ran.code == 9
    assert "--token-variable" in ran.envelope["error"]["fix"]


@pytest.mark.usefixtures("keyring_file")
def test_a_token_in_the_place_of_a_name_is_not_repeated(cli: Cli, cloud: Cloud) -> None:
    ran = cli("login", "--token-variable", cloud.token)
    assert ran.code == 2
    assert cloud.token not in ran.err + ran.out


@pytest.mark.usefixtures("keyring_file")
def test_environments_of_different_accounts_want_a_choice(
    cli: Cli, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = Path("vttsync.toml").read_text()
    text = text.replace('account_id = ""', f'account_id = "{ACCOUNT}"', 1)
    Path("vttsync.toml").write_text(text.replace('account_id = ""', f'account_id = "{"f" * 32}"'))
    monkeypatch.setenv("MY_TOKEN", cloud.token)
    ran = cli("login", "--token-variable", "MY_TOKEN")
    assert ran.code == 2
    assert "--env" in ran.err
    assert cli("login", "--env", "staging", "--token-variable", "MY_TOKEN").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="terminals")
@pytest.mark.usefixtures("keyring_file")
def test_what_is_typed_is_asked_again_when_wrong_and_never_shown(cloud: Cloud) -> None:
    answers = ["example.com", ACCOUNT, "cfk_" + "a" * 48, cloud.token]
    shown = _at_a_terminal(["login", "--env", "prod"], answers)
    assert "Workers Scripts" in shown
    assert "zone name" in shown
    assert "Global API Key" in shown
    assert cloud.token not in shown
    assert answers[2] not in shown
    assert Keychain().get(token_entry(ACCOUNT, "prod")) == cloud.token


def _at_a_terminal(words: list[str], answers: list[str]) -> str:
    """Run vttsync in a terminal; each of its questions gets the next answer."""
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "vttsync", *words]
    process = subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown, left = "", list(answers)
    while select.select([ours], [], [], 60)[0]:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # Linux says so when the other side is gone
            break
        if not piece:
            break
        shown += piece.decode(errors="replace")
        if left and shown.endswith(": "):
            os.write(ours, (left.pop(0) + "\n").encode())
    os.close(ours)
    assert process.wait(60) == 0, shown
    return shown
