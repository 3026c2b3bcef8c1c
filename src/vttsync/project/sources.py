"""Where the secrets of one environment come from: variable, then ignored file, then keyring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.keychain import Keychain, NoKeyringError, secret_entry
from vttsync.project import secret_file
from vttsync.project.config import PREVIOUS, SecretSource
from vttsync.redaction import confide

_NOWHERE = SecretSource.model_construct()


@dataclass(frozen=True)
class Variable:
    """An environment variable."""

    name: str
    environ: Mapping[str, str] = field(repr=False)

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
        return secret_file.read(self.root, self.root / self.file).get(self.name)

    def put(self, value: str | None) -> None:
        """Change the file; raises VttsyncError (exit 3) when that is unfit."""
        secret_file.change(self.root, self.root / self.file, {self.name: value})


@dataclass(frozen=True)
class InKeyring:
    """An entry of the system's keyring."""

    keychain: Keychain
    entry: str
    told: str = "the keyring"

    def get(self) -> str | None:
        """The entry's value; raises NoKeyringError (exit 5) when no keyring works."""
        return self.keychain.get(self.entry) or None

    def put(self, value: str | None) -> None:
        """Change the entry; raises NoKeyringError (exit 5) when no keyring works."""
        if value is None:
            self.keychain.delete(self.entry)
        else:
            self.keychain.set(self.entry, value)


Store = InFile | InKeyring
"""What vttsync can write to; `put(None)` removes the value."""

Place = Variable | Store
"""What may hold a value; `told` is how a person calls it."""


@dataclass(frozen=True)
class Found:
    """A value and where it is; `position` counts that place from 0, in the order of asking."""

    value: str = field(repr=False)
    place: Place
    position: int


@dataclass(frozen=True)
class Sources:
    """The places of one environment's secrets.

    Attributes:
        declared: what vttsync.toml says.
        environ: the variables.
        root: the project's folder.
        env: the environment; None where only an address is known.
        worker: its Worker's name, under which the keyring keeps its entries.
    """

    declared: Mapping[str, SecretSource]
    environ: Mapping[str, str] = field(repr=False)
    root: Path = Path()
    env: str | None = None
    worker: str = ""
    keychain: Keychain = field(default_factory=Keychain)

    def places(self, name: str) -> tuple[Place, ...]:
        """Where `name` may be, in the order of asking.

        A key's previous value, while it is rotated, is beside the key under its own name. A
        secret that vttsync.toml says nothing of is VTTSYNC_<name>.
        """
        stores = tuple(self._stores(name))
        if stores and not self._source(name).variable:
            return stores
        return (Variable(self.variable(name), self.environ), *stores)

    def variable(self, name: str) -> str:
        """The variable that `name` may come from."""
        base = name.removesuffix(PREVIOUS)
        return (self._source(name).variable or f"VTTSYNC_{base}") + name.removeprefix(base)

    def _source(self, name: str) -> SecretSource:
        return self.declared.get(name.removesuffix(PREVIOUS), _NOWHERE)

    def _stores(self, name: str) -> Iterator[Store]:
        """The places that are an environment's own."""
        source = self._source(name)
        if source.file and self.env:
            yield InFile(self.root, source.file, name)
        if source.keyring and self.env:
            yield InKeyring(self.keychain, secret_entry(self.worker, self.env, name))

    def find_all(self, name: str) -> Iterator[Found]:
        """Where `name` is, in the order of asking: the first one counts.

        Raises:
            VttsyncError: exit 3, when a file of secrets is unfit.
        """
        for position, place in enumerate(self.places(name)):
            try:
                value = place.get()
            except NoKeyringError:  # told when the value turns out to be nowhere
                continue
            if value:
                yield Found(confide(value), place, position)

    def find(self, name: str) -> Found | None:
        """The value that counts; raises as `find_all`."""
        return next(self.find_all(name), None)

    def find_previous(self, name: str) -> Found | None:
        """The value before of the key `name`: beside the one that counts, and nowhere else."""
        found = self.find(name)
        if found is None:
            return None
        place = self.places(name + PREVIOUS)[found.position]
        value = place.get()
        return Found(confide(value), place, found.position) if value else None

    def store(self, name: str) -> Store:
        """Where a new value of `name` goes: the first place that can be written.

        Raises:
            VttsyncError: exit 3, when vttsync.toml names none.
        """
        store = next(self._stores(name), None)
        if store:
            return store
        raise VttsyncError(
            f"vttsync has no place to keep {name} in.",
            why=f"By vttsync.toml, its value comes from the variable {self.variable(name)} alone.",
            fix=f"Set that variable yourself, or add `keyring = true` (or `file = "
            f'".vttsync/{self.env}.env"`) to {name} under [env.{self.env}.secrets].',
            exit_code=Exit.CONFIG,
        )

    def keep(self, name: str, value: str | None) -> str:
        """Put a new value of `name` where such go, or (None) remove it; tell where that is.

        Raises:
            VttsyncError: as `store`; exit 3, when a file is unfit; exit 5, when no keyring works.
        """
        store = self.store(name)
        try:
            store.put(value)
        except NoKeyringError as error:
            variable = self._source(name).variable
            error.fix = (
                f'Name a file: `{name} = {{ file = ".vttsync/{self.env}.env" }}` under '
                f"[env.{self.env}.secrets] in vttsync.toml"
                + (f"; or set the variable {variable} yourself." if variable else ".")
            )
            raise
        return store.told

    def no_keyring(self, name: str) -> str:
        """Why the keyring was no help with `name`; empty when it wasn't asked, or answered."""
        for place in self.places(name):
            if isinstance(place, InKeyring):
                try:
                    place.get()
                except NoKeyringError as error:
                    return f"{error.what} {error.why}"
        return ""
