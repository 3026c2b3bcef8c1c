"""The values of secrets: found, judged, kept in files, and never repeated."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vttsync.errors import Exit, VttsyncError
from vttsync.project import secret_file
from vttsync.project.config import SecretSource
from vttsync.project.secrets import new_key, read_secrets
from vttsync.project.sources import Sources
from vttsync.redaction import confide, redact, revealing

GOOD_KEY = "k" * 32


def test_missing_secrets_are_all_named() -> None:
    sources = Sources({"PUBLISH_KEY": SecretSource(variable="MY_KEY")}, {})
    with pytest.raises(VttsyncError) as caught:
        read_secrets(sources, ["PUBLISH_KEY", "TICKET_KEY"])
    told = "PUBLISH_KEY (variable MY_KEY), TICKET_KEY (variable VTTSYNC_TICKET_KEY)"
    assert f"Missing: {told}." in str(caught.value)
    assert caught.value.exit_code is Exit.CREDENTIALS


def test_a_keyring_that_fails_is_the_reason_why_one_is_missing() -> None:
    declared = {"PUBLISH_KEY": SecretSource(variable="MINE", keyring=True)}
    with pytest.raises(VttsyncError, match="variable MINE or the keyring") as caught:
        read_secrets(Sources(declared, {}, env="prod"), ["PUBLISH_KEY"])
    assert "No system keyring works here." in caught.value.why
    assert "vttsync env generate --env prod" in caught.value.fix


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("short", "5 characters"),
        (GOOD_KEY + "\n", "break"),
        ("two words " + GOOD_KEY, "character 4 "),
        ("kéy" + GOOD_KEY, "character 2 "),
        ("k\ney" + GOOD_KEY, "character 2 "),
    ],
)
def test_unfit_secrets_are_refused_without_repeating_them(value: str, told: str) -> None:
    with pytest.raises(VttsyncError, match=told) as caught:
        read_secrets(Sources({}, {"VTTSYNC_TICKET_KEY": value}), ["TICKET_KEY"])
    assert value not in str(caught.value)
    assert "variable VTTSYNC_TICKET_KEY" in caught.value.what


def test_the_two_keys_of_a_room_differ() -> None:
    environ = {"VTTSYNC_PUBLISH_KEY": GOOD_KEY, "VTTSYNC_TICKET_KEY": GOOD_KEY}
    with pytest.raises(VttsyncError, match="could sign tickets too"):
        read_secrets(Sources({}, environ), ["PUBLISH_KEY", "TICKET_KEY"])


def test_a_secret_of_the_users_own_may_hold_anything() -> None:
    environ = {"VTTSYNC_MOTTO": "größer als \n1"}
    assert read_secrets(Sources({}, environ), ["MOTTO"])["MOTTO"] == environ["VTTSYNC_MOTTO"]


def test_secrets_are_not_shown() -> None:
    sources = Sources({}, {"VTTSYNC_TICKET_KEY": GOOD_KEY})
    secrets = read_secrets(sources, ["TICKET_KEY"])
    assert secrets["TICKET_KEY"] == GOOD_KEY
    assert GOOD_KEY not in repr(secrets)
    assert GOOD_KEY not in repr(sources.find("TICKET_KEY"))


def test_a_previous_key_is_read_where_the_key_is(tmp_path: Path) -> None:
    file = tmp_path / "keys.env"
    secret_file.change(tmp_path, file, {"TICKET_KEY": "a" * 32, "TICKET_KEY_PREVIOUS": "b" * 32})
    source = SecretSource(variable="MINE", file=Path("keys.env"))
    here = Sources({"TICKET_KEY": source}, {}, root=tmp_path, env="prod")
    assert set(read_secrets(here, ["TICKET_KEY"]).values) == {"TICKET_KEY", "TICKET_KEY_PREVIOUS"}
    pipeline = Sources({"TICKET_KEY": source}, {"MINE": "c" * 32}, root=tmp_path, env="prod")
    assert read_secrets(pipeline, ["TICKET_KEY"]).values == {"TICKET_KEY": "c" * 32}
    both = {"MINE": "c" * 32, "MINE_PREVIOUS": "d" * 32}
    told = read_secrets(Sources({"TICKET_KEY": source}, both), ["TICKET_KEY"]).values
    assert told == {"TICKET_KEY": "c" * 32, "TICKET_KEY_PREVIOUS": "d" * 32}


def test_a_new_key_is_long_and_new() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) == 43 for key in keys)


# What dotenv files can hold: no NUL, and no line end but \n (editors turn the others).
texts = st.text(st.characters(exclude_characters="\0\r", codec="utf-8"), min_size=1, max_size=30)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["A", "B", "KEY"]), texts), max_size=6))
def test_a_file_gives_back_what_was_put_into_it(changes: list[tuple[str, str]]) -> None:
    values = dict(changes)
    with TemporaryDirectory() as folder:
        root, file = Path(folder), Path(folder, "keys.env")
        for name, value in changes:
            secret_file.change(root, file, {name: value})
        assert secret_file.read(root, file) == values
        for name in values:
            secret_file.change(root, file, {name: None})
        assert secret_file.read(root, file) == {}
        assert not file.exists() or file.read_text() == ""


def test_a_file_is_replaced_and_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "keys.env"
    file.write_bytes(b"A=1\r\nB=2")
    file.chmod(0o600)
    with file.open("rb") as reader:
        secret_file.change(tmp_path, file, {"C": "3"})
        assert reader.read() == b"A=1\r\nB=2"
    assert file.read_bytes() == b"A=1\r\nB=2\r\nC=3\r\n"


@pytest.mark.skipif(sys.platform == "win32", reason="links")
def test_a_link_inside_the_project_is_followed(tmp_path: Path) -> None:
    link, file = tmp_path / "link.env", tmp_path / "keys.env"
    link.symlink_to(file.name)
    secret_file.change(tmp_path, link, {"A": "1"})
    assert link.is_symlink()
    assert file.read_text() == "A=1\n"


@pytest.mark.skipif(not shutil.which("git"), reason="git")
def test_git_judges_what_a_link_leads_to(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("*.env\n")
    (tmp_path / "keys.env").symlink_to("keys.txt")
    with pytest.raises(VttsyncError, match=r"keys\.txt is no place for secrets"):
        secret_file.change(tmp_path, tmp_path / "keys.env", {"A": "1"})


def test_without_git_nobody_knows_what_a_repository_ignores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(VttsyncError, match="it isn't installed") as caught:
        secret_file.change(tmp_path, tmp_path / "new" / "keys.env", {"A": "1"})
    assert caught.value.exit_code is Exit.MISSING


# Redaction

SECRET = 'p"ä/+ s' + "e" * 20


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        quote(SECRET),
        quote(SECRET, safe=""),
    ],
)
def test_a_secret_is_hidden_in_every_form(form: str) -> None:
    assert redact(f"before {form} after", [SECRET]).replace('"', "").replace("=", "") == (
        "before *** after"
    )


def test_what_was_confided_is_hidden_until_it_is_to_be_revealed() -> None:
    value = confide(new_key())
    assert redact(f"x{value}x") == "x***x"
    with revealing():
        assert redact(value) == "***"
    assert confide("short") == "short"
    assert redact("short") == "short"
