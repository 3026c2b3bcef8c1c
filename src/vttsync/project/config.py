"""vttsync.toml: what wrangler has no place for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveFloat, model_validator

from vttsync import toml_source, validation
from vttsync.address import address
from vttsync.cloudflare.token import ACCOUNT_ID
from vttsync.errors import Exit, VttsyncError
from vttsync.project.parts import Publisher

FILE_NAME = "vttsync.toml"
PREVIOUS = "_PREVIOUS"  # behind the name of a key that is being rotated: the one before
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _inside(path: Path) -> Path:
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("It must be a path inside the project's folder")
    return path


def _account_id(text: str) -> str:
    if text and not ACCOUNT_ID.fullmatch(text):
        raise ValueError("It must be an account id: 32 lower-case hex digits")
    return text


def _address(text: str) -> str:
    return address(text) if text else text


def _variable(text: str) -> str:
    if text and not _VARIABLE.fullmatch(text):
        raise ValueError("It must be a variable's name: letters, digits and _, no digit first")
    return text


_Inside = Annotated[Path, AfterValidator(_inside)]
_Variable = Annotated[str, AfterValidator(_variable)]
_AccountId = Annotated[str, AfterValidator(_account_id)]
_Address = Annotated[str, AfterValidator(_address)]


class SecretSource(_Table):
    """Where the value of one of the Worker's secrets comes from: the first place that has it."""

    variable: _Variable = Field(
        default="", description="an environment variable that holds the value; asked first"
    )
    file: _Inside | None = Field(
        default=None,
        description="a dotenv file that git ignores and only you can read; asked next",
    )
    keyring: bool = Field(default=False, description="whether the system's keyring is asked, last")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not (self.variable or self.file or self.keyring):
            raise ValueError("It must name a `variable`, a `file` or `keyring = true`")
        return self


def _no_previous(sources: dict[str, SecretSource]) -> dict[str, SecretSource]:
    kept = next((name for name in sources if name.endswith(PREVIOUS)), None)
    if kept:
        name = kept.removesuffix(PREVIOUS)
        raise ValueError(f"{kept} is kept where {name} is, while that is rotated; leave it out")
    return sources


_Sources = Annotated[dict[str, SecretSource], AfterValidator(_no_previous)]


class BroadcastTable(_Table):
    """What proves a room."""

    script: _Inside | None = Field(
        default=None,
        description="the script that `verify-broadcast` and `deploy` replay; without it, the one "
        "that comes with vttsync",
    )


class LimitsTable(_Table):
    """What a deploy must keep to, or it isn't proved; None is no limit."""

    answers_within: PositiveFloat | None = Field(
        default=None,
        description="seconds until a version that went live must answer; 60 by default",
    )
    p99_ms: PositiveFloat | None = Field(
        default=None,
        description="milliseconds within which 99 of 100 messages must arrive, in the proof",
    )
    back_within: PositiveFloat | None = Field(
        default=None,
        description="seconds within which clients that were connected must be back after a deploy; "
        "where it is set, deploys watch some (`--survive`)",
    )


class EnvironmentTable(_Table):
    """One environment: whose account, where its room answers, and what its deploys must keep to."""

    account_id: _AccountId = Field(
        default="", description="the Cloudflare account; empty: `CLOUDFLARE_ACCOUNT_ID` says it"
    )
    url: _Address = Field(
        default="", description="the room's address, when it has a domain of its own"
    )
    broadcast: BroadcastTable = Field(
        default=BroadcastTable(),
        description="as under `[broadcast]`, for this environment; counts before that",
    )
    limits: LimitsTable = LimitsTable()
    secrets: _Sources = Field(
        default_factory=dict,
        description="as under `[secrets]`, for this environment; takes the place of what is there",
    )


class AuditTable(_Table):
    """What `audit` and `verify-polling` take for polled in vain."""

    covered: tuple[str, ...] = Field(
        default=(),
        description="what realtime brings: addresses, query keys or functions, `*` for anything; "
        "`audit` and `verify-polling` fail where one of them is polled while realtime is up",
    )


class AppTable(_Table):
    """What `init` puts beside the room for the app, and keeps up to date."""

    client: bool = Field(
        default=True, description="whether `init` keeps `party-client/` up to date, for your page"
    )
    publisher: Publisher | None = Field(
        default=None,
        description='in which language your server publishes: `"python"`, `"typescript"`, '
        '`"both"` or `"none"`; `init` keeps `party-publisher/` up to date',
    )
    table: bool = Field(
        default=False, description="whether `init` keeps `table/` up to date, the worked example"
    )


class Config(_Table):
    """The whole of vttsync.toml; `app` is None in a project from before there were parts."""

    party: _Inside = Field(
        default=Path("party"), description="the folder of the wrangler project; `party` by default"
    )
    app: AppTable | None = None
    broadcast: BroadcastTable = BroadcastTable()
    audit: AuditTable = AuditTable()
    secrets: _Sources = Field(default_factory=dict)
    env: dict[str, EnvironmentTable] = Field(default_factory=dict)

    def sources(self, env: str | None) -> Mapping[str, SecretSource]:
        """Where the secrets of environment `env` come from: its own entries over [secrets]."""
        own = self.env[env].secrets if env in self.env else {}
        return {**self.secrets, **own}


def read_config(root: Path) -> Config:
    """Read `root`/vttsync.toml.

    Raises:
        VttsyncError: exit 3, when it is missing or wrong; names the lines.
    """
    path = root / FILE_NAME
    if not path.is_file():
        raise VttsyncError(
            f"There is no {FILE_NAME} in {root.resolve()}.",
            why="This folder is not a vttsync project (parent folders are never searched).",
            fix="Run `vttsync init` there, or name the project's folder with --project.",
            exit_code=Exit.CONFIG,
        )
    tables: tuple[type[BaseModel], ...] = (
        Config, AppTable, AuditTable, BroadcastTable, LimitsTable, SecretSource, EnvironmentTable,
    )  # fmt: skip
    keys = [key for table in tables for key in table.model_fields]
    fix = "Correct the lines named; docs/environment.md describes every key."
    return validation.read_tables(toml_source.load(path), Config, keys, fix)


def covered_in(*folders: Path) -> tuple[str, ...]:
    """What realtime brings, by the vttsync.toml in the first of `folders` that has one.

    Raises:
        VttsyncError: exit 3, when it is wrong.
    """
    chosen = next((it for it in folders if (it / FILE_NAME).is_file()), None)
    return read_config(chosen).audit.covered if chosen else ()
