"""A plan: what is live against what would be, and what would be lost on the way; data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import JsonValue

UPDATE_MODE = "immediate"  # rooms that run take the new code at once, instead of within 300 s


class Kind(StrEnum):
    """What changes."""

    CODE = "code"
    VARIABLE = "variable"
    SECRET = "secret"  # noqa: S105  (a kind)
    MIGRATION = "migration"
    ADDRESS = "address"
    COMPATIBILITY = "compatibility"


class Act(StrEnum):
    """What happens to it."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        name: a variable's or secret's name, a migration's tag, a host name or route pattern.
        before: what is live; None when nothing is, and for secrets always.
        after: what would be; None likewise.
        note: what else a reader should know, such as whose the host name is now.
    """

    kind: Kind
    name: str
    act: Act
    before: JsonValue = None
    after: JsonValue = None
    note: str = ""


@dataclass(frozen=True)
class Code:
    """The module as it would be uploaded.

    Attributes:
        sha256: of its bytes, in hex.
        size: in bytes.
        gzipped: its size as Cloudflare counts it against the limit, in bytes.
    """

    sha256: str
    size: int
    gzipped: int


@dataclass(frozen=True)
class Now:
    """What is live, as Cloudflare tells it.

    Attributes:
        deployment_id: which decision made it live; another one means that somebody deployed.
        created_on: ISO 8601, UTC.
        source: "wrangler", "dash", "api" …
        author: an e-mail address, or "".
        message: what the deploy said of itself; vttsync says the commit and the code's hash.
        tag: of the version; vttsync's deploys have one of their own each.
    """

    deployment_id: str
    version_id: str
    created_on: str
    source: str
    author: str
    message: str
    tag: str


@dataclass(frozen=True)
class Plan:
    """What a deploy of `env` would do.

    Attributes:
        now: what is live; None for a new Worker.
        changes: what the deploy would change, in the order of `Kind`.
        drift: what was changed on the dashboard since the last deploy, and would be overwritten.
        loses: the Durable Object classes whose rooms' data would be gone.
        takes: host names and routes that another Worker has now.
    """

    env: str
    worker: str
    account_id: str
    code: Code
    now: Now | None
    changes: tuple[Change, ...]
    drift: tuple[Change, ...] = ()
    loses: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    update_mode: str = UPDATE_MODE

    @property
    def differs(self) -> bool:
        """Whether the deploy would change anything."""
        return bool(self.changes)

    @property
    def migrates(self) -> bool:
        """Whether there is no way back: no rollback goes across a migration."""
        return any(change.kind is Kind.MIGRATION for change in self.changes)
