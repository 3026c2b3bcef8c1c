"""The system's keyring: macOS Keychain, Windows Credential Locker, Secret Service, KWallet.

`keyring` (the library) is imported when the first entry is asked for: that takes 0.3 s. All its
calls run in a thread that can be abandoned, since some backends wait for ever: for a D-Bus that
doesn't answer, for a prompt that nobody sees (supabase/cli#2005).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from vttsync.background import Started
from vttsync.errors import Exit, VttsyncError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "vttsync"  # what every entry is kept under
_ResultT = TypeVar("_ResultT")
_CONTACT = 5.0  # seconds; nobody is asked anything yet
_UNLOCK = 30.0  # seconds; somebody may have to type a password into a window


class NoKeyringError(VttsyncError):
    """No keyring works here; exit 5. `why` says what is wrong, `fix` is its caller's to say."""

    def __init__(self, why: str) -> None:
        super().__init__("No system keyring works here.", why=why, exit_code=Exit.MISSING)


def token_entry(account_id: str, env: str) -> str:
    """The entry's name of the API token for one account and environment."""
    return _entry("token", account_id, env)


def secret_entry(project: str, env: str, name: str) -> str:
    """The entry's name of one of a Worker's secrets."""
    return _entry("secret", project, env, name)


def _entry(*parts: str) -> str:
    return "/".join(quote(part, safe="") for part in parts)


class Keychain:
    """Secrets by the names of their entries.

    The first failure is kept and raised again: a keyring that hangs is waited for once.

    Args:
        contact: seconds to find the keyring; all else may wait for somebody to unlock it.
        unlock: seconds for that; 30 with a terminal, otherwise as `contact`.

    Raises:
        NoKeyringError: from every call, when there is none, or it doesn't answer.
    """

    def __init__(self, *, contact: float = _CONTACT, unlock: float | None = None) -> None:
        self._contact = contact
        self._unlock = unlock or (_UNLOCK if sys.stdin and sys.stdin.isatty() else contact)
        self._backend: KeyringBackend | None = None
        self._failed: NoKeyringError | None = None

    def name(self) -> str:
        """Which keyring it is, such as "SecretService Keyring"."""
        return str(self._open().name)

    def get(self, entry: str) -> str | None:
        """The value kept under `entry`, if there is one."""
        backend = self._open()
        return self._bounded(lambda: backend.get_password(SERVICE, entry), self._unlock)

    def set(self, entry: str, value: str) -> None:
        """Keep `value` under `entry`, in place of what was there."""
        backend = self._open()
        self._bounded(lambda: backend.set_password(SERVICE, entry, value), self._unlock)

    def delete(self, entry: str) -> bool:
        """Forget what is kept under `entry`; tell whether there was something."""
        if self.get(entry) is None:
            return False
        backend = self._open()
        self._bounded(lambda: backend.delete_password(SERVICE, entry), self._unlock)
        return True

    def _open(self) -> KeyringBackend:
        if self._backend is None:
            self._backend = self._bounded(_find, self._contact)
        return self._backend

    def _bounded(self, work: Callable[[], _ResultT], seconds: float) -> _ResultT:
        if self._failed is None:
            try:
                return _bounded(work, seconds)
            except NoKeyringError as error:
                self._failed = error
        raise self._failed


def _find() -> KeyringBackend:
    """The backend in force: the one that the user named, else the best that keyring recommends.

    Others (plain files, prompts in the terminal) have a priority below 1.
    """
    import keyring.core  # noqa: PLC0415
    from keyring.backends import chainer, fail, null  # noqa: PLC0415

    keyring.core.init_backend(limit=keyring.core.recommended)
    found = keyring.core.get_keyring()
    if isinstance(found, fail.Keyring) or (
        isinstance(found, chainer.ChainerBackend) and not found.backends
    ):
        raise NoKeyringError(
            "This machine has none that can be reached (there is none in CI, in containers, and "
            "without D-Bus)."
        )
    if isinstance(found, null.Keyring):
        raise NoKeyringError("It is turned off (PYTHON_KEYRING_BACKEND or keyringrc.cfg).")
    return found


def _bounded(work: Callable[[], _ResultT], seconds: float) -> _ResultT:
    try:
        return Started(work).result(seconds)
    except NoKeyringError:
        raise
    except TimeoutError:
        why = (
            f"It did not answer within {seconds:.0f} s; it may wait to be unlocked in a window "
            "that nobody sees."
        )
        raise NoKeyringError(why) from None
    except Exception as error:
        # Neither message nor cause: backends quote what they were given.
        raise NoKeyringError(f"It failed with {type(error).__name__}.") from None
