"""What every route of the API works with: the account, and one authenticated request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from vttsync.rehearsal.api.answers import Answer, refusal
from vttsync.rehearsal.api.auth import Caller
from vttsync.rehearsal.api.upload import Part
from vttsync.rehearsal.edge.edge import Boot, BootError, Bundle, Edge
from vttsync.rehearsal.model import Version, Worker
from vttsync.rehearsal.store import Store
from vttsync.validation import problems

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class Zone:
    """A domain on the account.

    Attributes:
        records: type and content of the DNS record of each host name.
        routes: the Worker that each pattern leads to.
    """

    name: str
    status: str = "active"
    records: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    routes: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """32 hex digits, the same for the same name."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Terms:
    """What kind of account it is.

    Attributes:
        subdomain: of workers.dev; None until one is chosen.
        free: whether it is on the free plan, which takes only classes that store in SQLite.
        hostnames: the Worker that has each custom domain.
    """

    subdomain: str | None = "rehearsal"
    free: bool = False
    zones: tuple[Zone, ...] = ()
    hostnames: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """The one account: its id, its Workers, the edge that runs them, and its terms."""

    id: str
    store: Store
    edge: Edge
    terms: Terms = Terms()

    def check(self, name: str, version: Version) -> Version:
        """Try whether `version` starts, and note how long that took.

        Raises:
            ApiError: 10021 with what the runtime said.
        """
        return self._started(version, name, self.edge.check)

    def run(self, name: str, version: Version) -> Version:
        """Make `version` the one that runs, and note how long its start took.

        Raises:
            ApiError: 10021 with what the runtime said; what ran before still runs.
        """
        return self._started(version, name, self.edge.deploy)

    def _started(self, version: Version, name: str, start: Callable[[Bundle], Boot]) -> Version:
        try:
            boot = start(self.store.bundle(name, version))
        except BootError as error:
            raise refusal(400, 10021, str(error)) from error
        return replace(version, startup_time_ms=round(boot.seconds * 1000))


@dataclass(frozen=True)
class Ask:
    """One request whose caller may make it."""

    params: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    parts: tuple[Part, ...]
    caller: Caller

    @property
    def name(self) -> str:
        """The Worker's name in the path."""
        return self.params["name"]

    def read(self, model: type[ModelT]) -> ModelT:
        """The JSON body as `model`.

        Raises:
            ApiError: 10001, when the body doesn't fit.
        """
        try:
            return model.model_validate_json(self.body)
        except ValidationError as error:
            _path, told = problems(error)[0]
            raise refusal(400, 10001, f"Invalid request body: {told}") from error


Handler = Callable[[Account, Ask], Answer]


def url_of(account: Account, worker: Worker) -> dict[str, str]:
    """Where the Worker answers: on this machine, not at its workers.dev name.

    Cloudflare gives the workers.dev URL in this place, and wrangler 4.156 takes the host of its
    deploy target from it; vttsync reads the whole URL.
    """
    url = account.edge.url(worker.name)
    return {"url": url} if url else {}
