"""What the project declares against what is deployed, by name: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from vttsync.cloudflare.bindings import Bound
from vttsync.project.secrets import ROOM_KEYS, previous
from vttsync.project.wrangler_toml import Worker

SECRET = "secret"  # noqa: S105  (a kind)
VARIABLE = "variable"


class Drift(StrEnum):
    """How declared and deployed differ."""

    MISSING = "declared, not deployed"
    EXTRA = "deployed, not declared"
    CHANGED = "deployed with another value"
    MOVED = "deployed as another kind"


@dataclass(frozen=True)
class Difference:
    """One name; `kind` is what the project calls it, or else what Cloudflare does."""

    name: str
    kind: str
    drift: Drift


def differences(
    secrets: Collection[str], worker: Worker, bound: Bound | None
) -> tuple[Difference, ...]:
    """Compare the declared `secrets` and the variables of `worker` with what is deployed.

    A secret's value can't be compared: Cloudflare gives none back. The previous value of a key
    under rotation is no difference; `rotating` names it.
    """
    bound = bound or Bound(frozenset(), {})
    found = [*_secrets(secrets, worker, bound), *_variables(secrets, worker, bound)]
    return tuple(sorted(found, key=lambda it: (it.kind, it.name)))


def _secrets(declared: Collection[str], worker: Worker, bound: Bound) -> Iterator[Difference]:
    for name in declared:
        if name in bound.variables:
            yield Difference(name, SECRET, Drift.MOVED)
        elif name not in bound.secrets:
            yield Difference(name, SECRET, Drift.MISSING)
    for name in undeclared(declared, worker, bound):
        yield Difference(name, SECRET, Drift.EXTRA)


def _variables(secrets: Collection[str], worker: Worker, bound: Bound) -> Iterator[Difference]:
    for name, value in worker.variables.items():
        if name in bound.secrets:
            yield Difference(name, VARIABLE, Drift.MOVED)
        elif name not in bound.variables:
            yield Difference(name, VARIABLE, Drift.MISSING)
        elif not _same(bound.variables[name], value):
            yield Difference(name, VARIABLE, Drift.CHANGED)
    for name in bound.variables:
        if name not in {*worker.variables, *secrets}:
            yield Difference(name, VARIABLE, Drift.EXTRA)


def _same(one: object, other: object) -> bool:
    # 1 and True are equal in Python, and not in JSON.
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def rotating(bound: Bound) -> tuple[str, ...]:
    """The keys whose previous value the room takes too."""
    return tuple(key for key in ROOM_KEYS if previous(key) in bound.secrets)


def left_as_deployed(given: Collection[str], bound: Bound) -> tuple[str, ...]:
    """The keys that a deploy of the secrets `given` must not send.

    While a key is rotated, only the machine that began knows both values. A pipeline that still
    has the one before would take the new one from those who use it already.
    """
    return tuple(key for key in rotating(bound) if key in given and previous(key) not in given)


def undeclared(secrets: Collection[str], worker: Worker, bound: Bound) -> tuple[str, ...]:
    """The deployed secrets that nobody declares, but for previous values under rotation."""
    kept = {*secrets, *worker.variables, *(previous(key) for key in ROOM_KEYS if key in secrets)}
    return tuple(sorted(bound.secrets - kept))
