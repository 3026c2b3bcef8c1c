"""What the stand-in keeps of an account: Workers, their versions and their deployments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import JsonValue

SECRET = "secret_text"  # noqa: S105  (a binding's type)


def now() -> str:
    """This moment in UTC, in the form Cloudflare writes."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Binding:
    """One name in a Worker's `env`; `fields` is what its type adds (text, json, class_name …)."""

    name: str
    type: str
    fields: dict[str, JsonValue] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value of a `plain_text` or `secret_text` binding."""
        return str(self.fields.get("text", ""))

    def public(self) -> dict[str, JsonValue]:
        """As the API shows it: a secret's value never comes back."""
        shown = {k: v for k, v in self.fields.items() if self.type != SECRET or k != "text"}
        return {"name": self.name, "type": self.type, **shown}


@dataclass(frozen=True)
class Module:
    """One uploaded module: its name, its content type, and its file in the bundle's folder."""

    name: str
    content_type: str
    file: str


@dataclass(frozen=True)
class DurableClass:
    """A Durable Object class that migrations created; its data lies under `unique_key`."""

    unique_key: str
    sqlite: bool


@dataclass(frozen=True)
class Version:
    """One immutable version: code, bindings with their secrets, and the classes it knew."""

    id: str
    number: int
    created_on: str
    trigger: str
    annotations: dict[str, str]
    bindings: tuple[Binding, ...]
    main_module: str
    modules: tuple[Module, ...]
    etag: str
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    classes: dict[str, DurableClass]
    startup_time_ms: int = 0
    migration_tag: str | None = None

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets by name."""
        return {binding.name: binding.text for binding in self.bindings if binding.type == SECRET}


@dataclass(frozen=True)
class Deployment:
    """One decision that a version gets all traffic."""

    id: str
    version_id: str
    created_on: str
    trigger: str
    message: str = ""


@dataclass(frozen=True)
class Worker:
    """A Worker with its whole past; `versions` oldest first, `deployments` newest first.

    Attributes:
        domains: the custom domains that were set for it; `patterns`, its routes.
    """

    name: str
    tag: str
    created_on: str
    classes: dict[str, DurableClass]
    migration_tag: str | None
    versions: tuple[Version, ...]
    deployments: tuple[Deployment, ...]
    tags: tuple[str, ...] = ()
    on_workers_dev: bool = False
    previews: bool = False
    domains: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    @property
    def latest(self) -> Version:
        """The version uploaded last, deployed or not."""
        return self.versions[-1]

    @property
    def live(self) -> Version:
        """The version that the newest deployment names."""
        return self.version(self.deployments[0].version_id) or self.latest

    def version(self, version_id: str) -> Version | None:
        """The version with this id, if there is one."""
        return next((version for version in self.versions if version.id == version_id), None)
