"""The rehearsal's account: its keys, its door, and that nothing of the user's is used."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.runner import Cli
from tests.served import Served, served
from vttsync.deploy.desired import desired
from vttsync.progress import Step
from vttsync.project.folder import Project, open_project
from vttsync.rehearsal.kept import kept

KEYS = Path(".vttsync/rehearsal.env")
DOOR = Path(".vttsync/rehearsal/door.json")


@contextmanager
def _stage(name: str) -> Iterator[Step]:
    raise AssertionError(name)
    yield  # nothing is deployed, so no packages are needed


@pytest.fixture
def project(cli: Cli) -> Project:
    assert cli("init", "--name", "my-table").code == 0
    return open_project(Path())


@pytest.fixture
def cloudflare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """What a pipeline would set for another environment."""
    with served(tmp_path / "account") as cloud:
        keys = {"VTTSYNC_PUBLISH_KEY": "p" * 40, "VTTSYNC_TICKET_KEY": "t" * 40}
        for name, value in {**cloud.variables(), **keys}.items():
            monkeypatch.setenv(name, value)
        yield cloud


def test_nothing_of_the_users_is_used(project: Project, cloudflare: Served, cli: Cli) -> None:
    with kept(project, _stage) as want:
        assert want.api_base_url != cloudflare.url
        assert want.token.value != cloudflare.token
        values = set(want.secrets.values.values())
        assert values.isdisjoint(os.environ.values())
    assert cli("doctor", "--env", "rehearsal").code == 0
    assert cli("env", "diff", "--env", "rehearsal").code == 10
    assert cloudflare.api.calls() == []
    assert cli("doctor", "--env", "prod").code == 0
    assert cloudflare.api.calls() != []


def test_its_keys_are_made_once_and_for_this_user_alone(project: Project) -> None:
    with kept(project, _stage) as want:
        first = want.secrets.values
    with kept(project, _stage) as want:
        assert want.secrets.values == first
    assert len(set(first.values())) == 2
    assert stat.S_IMODE(KEYS.stat().st_mode) == 0o600
    assert stat.S_IMODE(DOOR.parent.stat().st_mode) == 0o700


def test_to_ask_needs_no_keys(project: Project) -> None:
    with kept(project, _stage, with_secrets=False):
        pass
    assert not KEYS.exists()


def test_a_second_command_goes_through_the_door_of_the_first(project: Project) -> None:
    with kept(project, _stage) as first:
        with kept(project, _stage) as second:
            assert second == first
        with kept(project, _stage) as third:  # leaving doesn't close it
            assert third == first
    assert not DOOR.exists()


def test_a_door_that_leads_nowhere_any_more_is_replaced(project: Project) -> None:
    with kept(project, _stage) as first:
        left = DOOR.read_bytes()
    DOOR.write_bytes(left)  # as a kill -9 leaves it
    with kept(project, _stage) as second:
        assert second.api_base_url != first.api_base_url
        assert DOOR.read_bytes() != left


def test_an_older_project_is_told_the_lines(project: Project, cli: Cli) -> None:
    wrangler = Path("party/wrangler.toml")
    before, _, _ = wrangler.read_text().partition("[env.rehearsal]")
    wrangler.write_text(before)
    ran = cli("deploy", "--env", "rehearsal")
    assert ran.code == 3
    lines = ran.err[ran.err.index("[env.rehearsal]") :]
    wrangler.write_text(before + lines)
    assert cli("doctor", "--env", "rehearsal").code == 0


def test_what_is_for_cloudflare_passes_it_over(project: Project, cli: Cli) -> None:
    assert cli("login", "--env", "rehearsal").code == 2
    checks = cli("doctor", "--json").envelope["result"]["checks"]
    assert {check["env"] for check in checks} == {None, "staging", "prod"}
    with pytest.raises(RuntimeError, match="rehearsal"):
        desired(project, "rehearsal", os.environ)


def test_a_proof_before_any_deploy(project: Project, cli: Cli) -> None:
    ran = cli("verify-broadcast", "--env", "rehearsal")
    assert ran.code == 3
    assert "vttsync deploy --env rehearsal" in ran.err
