"""The system's keyring: used where there is one, never waited for."""

from __future__ import annotations

import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from vttsync.errors import Exit
from vttsync.keychain import Keychain, NoKeyringError, secret_entry, token_entry

SECRET = "hunter2"
ENTRY = token_entry("a" * 32, "prod")


def _use(monkeypatch: pytest.MonkeyPatch, name: str) -> Keychain:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"tests.keyrings.{name}")
    return Keychain(contact=20.0, unlock=0.05 if name == "HangingKeyring" else 20.0)


@pytest.mark.usefixtures("keyring_file")
def test_what_is_kept_is_found_and_forgotten() -> None:
    keychain = Keychain()
    assert keychain.get(ENTRY) is None
    keychain.set(ENTRY, "one")
    keychain.set(token_entry("a" * 32, "staging"), "two")
    assert Keychain().get(ENTRY) == "one"
    assert keychain.delete(ENTRY)
    assert not keychain.delete(ENTRY)
    assert keychain.get(token_entry("a" * 32, "staging")) == "two"


def test_entries_can_not_be_mistaken_for_each_other() -> None:
    assert secret_entry("a/b", "c", "d") != secret_entry("a", "b/c", "d")
    assert token_entry("a", "b") != secret_entry("", "a", "b")


def test_one_that_is_turned_off_is_told_as_such() -> None:
    with pytest.raises(NoKeyringError, match="turned off") as caught:
        Keychain().get(ENTRY)
    assert caught.value.exit_code is Exit.MISSING


@pytest.mark.usefixtures("keyring_file")
def test_a_failure_repeats_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    keychain = _use(monkeypatch, "FailingKeyring")
    with pytest.raises(NoKeyringError, match="RuntimeError") as caught:
        keychain.set(ENTRY, SECRET)
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told


@pytest.mark.usefixtures("keyring_file")
def test_one_that_hangs_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keychain = _use(monkeypatch, "HangingKeyring")
    with pytest.raises(NoKeyringError, match="did not answer") as first:
        keychain.get(ENTRY)
    with pytest.raises(NoKeyringError) as second:
        keychain.set(ENTRY, "x")
    assert second.value is first.value


LOOK = """
import sys
from vttsync.keychain import Keychain, NoKeyringError
try:
    Keychain(contact=float(sys.argv[1])).get("token/x/y")
except NoKeyringError as error:
    print(error.why)
"""


def _look(contact: float, **variables: str) -> str:
    """What a fresh process says of the machine's own keyring."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(contact)],
        check=True, capture_output=True, text=True, env={"HOME": "/nonexistent", **variables},
        timeout=60,
    )  # fmt: skip
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus")
def test_no_d_bus_is_told_at_once() -> None:
    assert "without D-Bus" in _look(20.0, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[str]:
    """A D-Bus that takes connections and says nothing."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(tmp_path / "bus"))
        listening.listen()
        yield f"unix:path={tmp_path / 'bus'}"


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus")
def test_a_d_bus_that_says_nothing_is_given_up(silent: str) -> None:
    assert "did not answer within 1 s" in _look(1.0, DBUS_SESSION_BUS_ADDRESS=silent)
