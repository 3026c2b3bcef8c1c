"""What a deploy says of itself, and who may deploy at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vttsync.deploy.execute.commit import Commit, check_clean, message, new_tag, read_commit
from vttsync.deploy.execute.lock import locked
from vttsync.errors import Exit, VttsyncError
from vttsync.redaction import confide


def git(*words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.test")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


@pytest.fixture
def here() -> Path:
    """A repository with a commit; the project is a folder in it."""
    git("init", "-q")
    Path("project").mkdir()
    Path("project/a.toml").write_text("1")
    git("add", ".")
    git("commit", "-qm", "Fog over the moor")
    return Path("project")


def test_the_commit_is_told_with_what_is_not_in_it(here: Path) -> None:
    commit = read_commit(here)
    assert commit
    assert (commit.subject, commit.changed) == ("Fog over the moor", ())
    check_clean(commit)
    Path("elsewhere").write_text("not the project's")
    assert read_commit(here) == commit
    (here / "new.ts").write_text("")
    changed = read_commit(here)
    assert changed
    assert changed.short == f"{commit.id[:12]}+changes"
    with pytest.raises(VttsyncError, match="1 file") as caught:
        check_clean(changed)
    assert caught.value.exit_code is Exit.CONFIG
    assert "new.ts" in caught.value.why


def test_no_repository_no_commit() -> None:
    assert read_commit(Path()) is None
    with pytest.raises(VttsyncError, match="needs a commit"):
        check_clean(None)


def test_the_message_fits() -> None:
    commit = Commit("ab" * 20, "word " * 40, (" M a",))
    told = message(commit, "cd" * 32)
    assert told.startswith("abababababab+changes code cdcdcdcdcdcd · word")
    assert len(told) == 100
    assert message(None, "cd" * 32) == "code cdcdcdcdcdcd"
    assert message(Commit("ab" * 20, "one\x1b[31m\ttwo", ()), "").endswith("· one[31mtwo")


def test_no_secret_gets_into_the_message() -> None:
    confide("s3cret-in-a-subject")
    assert "s3cret" not in message(Commit("ab" * 20, "Key s3cret-in-a-subject", ()), "")


def test_tags_fit_and_differ() -> None:
    assert len({new_tag() for _ in range(100)}) == 100
    assert len(new_tag()) <= 25


def test_one_at_a_time_and_it_says_who() -> None:
    with locked(Path(), "prod", "vttsync deploy"):
        with locked(Path(), "staging", "vttsync deploy"):
            pass
        with (
            pytest.raises(VttsyncError, match="being changed") as caught,
            locked(Path(), "prod", "vttsync deploy"),
        ):
            pass
    assert caught.value.exit_code is Exit.DEPLOY_FAILED
    assert "`vttsync deploy --env prod`, process " in caught.value.why
    with locked(Path(), "prod", "vttsync deploy"):
        pass


def test_a_process_that_was_killed_holds_no_lock() -> None:
    code = (
        "import os, pathlib, signal; from vttsync.deploy.execute.lock import locked\n"
        "with locked(pathlib.Path(), 'prod', 'vttsync deploy'): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with locked(Path(), "prod", "vttsync deploy"):
        pass
