"""How a rotation begins: noted here before anything is deployed, so that nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner import Cli
from tests.served import WORKER, Served, served
from tests.unit.rehearsal.cloud import secret
from vttsync.deploy.desired import Desired, desired
from vttsync.deploy.environment import rotation
from vttsync.errors import Exit, VttsyncError
from vttsync.keychain import Keychain, NoKeyringError
from vttsync.project.folder import open_project
from vttsync.project.sources import Sources

OLD, OTHER = "o" * 40, "x" * 40
NAME, BEFORE = "PUBLISH_KEY", "PUBLISH_KEY_PREVIOUS"


@pytest.fixture(params=["file", "keyring"])
def sources(request: pytest.FixtureRequest, cli: Cli, keyring_file: Path, cloud: Served) -> Sources:
    """Where prod's keys are; both have a value."""
    if request.param == "file":
        lines = (f'{key} = {{ file = ".vttsync/prod.env" }}\n' for key in (NAME, "TICKET_KEY"))
        settings = Path("vttsync.toml")
        settings.write_text(settings.read_text() + "\n[env.prod.secrets]\n" + "".join(lines))
    found = open_project(Path()).sources("prod", os.environ)
    found.keep(NAME, OLD)
    found.keep("TICKET_KEY", OTHER)
    return found


@pytest.fixture
def cloud(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    assert cli("init", "--name", "my-table").code == 0
    with served(tmp_path / "account") as cloud:
        for name, value in cloud.variables().items():
            monkeypatch.setenv(name, value)
        cloud.upload(to=WORKER, bindings=[secret(NAME, OLD), secret("TICKET_KEY", OTHER)])
        yield cloud


def _want() -> Desired:
    return desired(open_project(Path()), "prod", os.environ)


def _kept(sources: Sources, name: str) -> str | None:
    return sources.store(name).get()


def test_both_values_are_kept_and_the_next_deploy_sends_them(sources: Sources) -> None:
    rotation._begin(sources, NAME, _want())
    new = _kept(sources, NAME)
    assert new not in (None, OLD)
    assert _want().secrets.values == {NAME: new, BEFORE: OLD, "TICKET_KEY": OTHER}
    rotation._begin(sources, NAME, _want())
    assert (_kept(sources, NAME), _kept(sources, BEFORE)) == (new, OLD)
    rotation.settle(sources, _want())
    assert _want().secrets.values == {NAME: new, "TICKET_KEY": OTHER}


def test_cut_off_between_its_two_notes_it_still_makes_a_new_key(sources: Sources) -> None:
    sources.keep(BEFORE, OLD)
    rotation._begin(sources, NAME, _want())
    assert _kept(sources, NAME) != OLD
    assert _kept(sources, BEFORE) == OLD


def test_one_at_a_time(sources: Sources, cloud: Served) -> None:
    cloud.edit_on_dashboard(secret(BEFORE, "elsewhere"))
    with pytest.raises(VttsyncError, match="being rotated already") as caught:
        rotation._begin(sources, NAME, _want())
    assert caught.value.exit_code is Exit.DECISION_NEEDED
    assert _kept(sources, NAME) == OLD
    assert _kept(sources, BEFORE) is None


def test_what_is_not_deployed_needs_no_rotation(sources: Sources, cloud: Served) -> None:
    cloud.store.drop(WORKER)
    with pytest.raises(VttsyncError, match="no PUBLISH_KEY to rotate"):
        rotation._begin(sources, NAME, _want())


@pytest.mark.usefixtures("cloud")
def test_a_pipeline_that_rotates_by_its_variables_needs_no_keyring(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in ((NAME, "n" * 40), (BEFORE, OLD), ("TICKET_KEY", OTHER)):
        monkeypatch.setenv(f"VTTSYNC_{name}", value)
    want = _want()
    assert want.secrets[BEFORE] == OLD
    sources = open_project(Path()).sources("prod", os.environ)
    rotation.settle(sources, want)
    with pytest.raises(VttsyncError, match="would have no effect") as caught:
        rotation._begin(sources, NAME, want)
    assert caught.value.exit_code is Exit.CONFIG


class _FullKeychain(Keychain):
    """One that takes nothing new."""

    def set(self, entry: str, value: str) -> None:
        raise NoKeyringError("It is full.")


@pytest.mark.usefixtures("cloud", "keyring_file")
def test_a_keyring_that_takes_nothing_changes_nothing() -> None:
    good = open_project(Path()).sources("prod", os.environ)
    good.keep(NAME, OLD)
    good.keep("TICKET_KEY", OTHER)
    full = open_project(Path()).sources("prod", os.environ, _FullKeychain())
    with pytest.raises(NoKeyringError) as caught:
        rotation._begin(full, NAME, _want())
    assert ".vttsync/prod.env" in caught.value.fix
    assert (_kept(good, NAME), _kept(good, BEFORE)) == (OLD, None)
