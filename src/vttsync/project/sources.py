"""Where the secrets of one environment come from: variable, then ignored file, then keyring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vttsync.errors import Exit, VttsyncError
from vttsync.keychain import Keychain, NoKeyringError, secret_entry
from vttsync.project import dotenv
from vttsync.project.config import PREVIOUS, SecretSource
from vttsync.redaction import confide


class Place(Protocol):
    """One place that may hold a value; `told` is how a person calls it."""

    @property
    def told(self) -> str: ...

    def get(self) -> str | None:
        """The value, if it is there; an empty one counts as none."""


class Store(Place, Protocol):
    """A place that vttsync can write to."""

    def put(self, value: str | None) -> None:
        """Keep `value` in place of what was there; None removes it."""


@dataclass(frozen=True)
class Variable:
    """An environment variable."""

    name: str
    environ: Mapping[str, str]

    @property
    def told(self) -> str:
        """Such as "variable VTTSYNC_TICKET_KEY"."""
        return f"variable {self.name}"

    def get(self) -> str | None:
        """The variable's value."""
        return self.environ.get(self.name) or None


@dataclass(frozen=True)
class InFile:
    """A name in a dotenv file; `root` is the project's folder."""

    root: Path
    file: Path
    name: str

    @property
    def told(self) -> str:
        """Such as "file .vttsync/prod.env"."""
        return f"file {self.file.as_posix()}"

    def get(self) -> str | None:
        """The value in the file; raises VttsyncError (exit 3) when that is unfit."""
        return dotenv.read(self.root, self.root / self.file).get(self.name)

    def put(self, value: str | None) -> None:
        """Change the file; raises VttsyncError (exit 3) when that is unfit."""
        dotenv.change(self.root, self.root / self.file, {self.name: value})


@dataclass(frozen=True)
class InKeyring:
    """An entry of the system's keyring."""

    keychain: Keychain
    entry: str
    told: str = "keyring"

    def get(self) -> str | None:
        """The entry's value; raises NoKeyringError (exit 5) when no keyring works."""
        return self.keychain.get(self.entry) or None

    def put(self, value: str | None) -> None:
        """Change the entry; raises NoKeyringError (exit 5) when no keyring works."""
        if value is None:
            self.keychain.delete(self.entry)
        else:
            self.keychain.set(self.entry, value)


@dataclass(frozen=True)
class Sources:
    """The places of one environment's secrets.

    Attributes:
        root: the project's folder.
        env: the environment; None where only an address is known.
        worker: its Worker's name, under which the keyring keeps its entries.
        declared: what vttsync.toml says.
        environ: the variables.
    """

    root: Path
    env: str | None
    worker: str
    declared: Mapping[str, SecretSource]
    environ: Mapping[str, str]
    keychain: Keychain

    def places(self, name: str) -> tuple[Place, ...]:
        """Where `name` may be, in the order of asking.

        A key's previous value, while it is rotated, is beside the key under its own name. A
        secret that vttsync.toml doesn't mention is VTTSYNC_<name>.
        """
        base = name.removesuffix(PREVIOUS)
        source = self.declared.get(base) or SecretSource(variable=f"VTTSYNC_{base}")
        behind = name[len(base) :]
        variable = [Variable(source.variable + behind, self.environ)] if source.variable else []
        return (*variable, *self._stores(source, name))

    def _stores(self, source: SecretSource, name: str) -> Iterator[Store]:
        if source.file:
            yield InFile(self.root, source.file, name)
        if source.keyring and self.env:
            yield InKeyring(self.keychain, secret_entry(self.worker, self.env, name))

    def find(self, name: str) -> tuple[str, Place] | None:
        """The value of `name` and where it is: in the first place that has it.

        Raises:
            VttsyncError: exit 3, when a file of secrets is unfit.
        """
        for place in self.places(name):
            try:
                value = place.get()
            except NoKeyringError:  # told where the value turns out to be nowhere
                continue
            if value:
                return confide(value), place
        return None

    def store(self, name: str) -> Store:
        """Where a new value of `name` goes: the first place that can be written.

        Raises:
            VttsyncError: exit 3, when vttsync.toml names none.
        """
        source = self.declared.get(name.removesuffix(PREVIOUS)) or SecretSource(variable="-")
        store = next(self._stores(source, name), None)
        if store:
            return store
        variable = self.places(name)[0].told
        raise VttsyncError(
            f"vttsync has no place to keep {name} in.",
            why=f"Its value comes from {variable}, by vttsync.toml.",
            fix=f"Set that variable yourself, or add `keyring = true` (or `file = "
            f'".vttsync/{self.env}.env"`) to {name} under [env.{self.env}.secrets].',
            exit_code=Exit.CONFIG,
        )

    def no_keyring(self, name: str) -> str:
        """Why the keyring was no help with `name`; empty when it wasn't asked, or answered."""
        for place in self.places(name):
            if isinstance(place, InKeyring):
                try:
                    place.get()
                except NoKeyringError as error:
                    return f"{error.what} {error.why}"
        return ""
