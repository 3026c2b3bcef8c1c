"""vttsync.toml: what wrangler has no place for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from vttsync import toml_source, validation
from vttsync.address import address
from vttsync.cloudflare.token import ACCOUNT_ID
from vttsync.errors import Exit, VttsyncError
from vttsync.project.parts import Publisher

FILE_NAME = "vttsync.toml"


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


_Inside = Annotated[Path, AfterValidator(_inside)]
_AccountId = Annotated[str, AfterValidator(_account_id)]
_Address = Annotated[str, AfterValidator(_address)]


class SecretSource(_Table):
    """Where the value of one of the Worker's secrets comes from."""

    variable: str = Field(min_length=1, description="The environment variable that holds it.")


class EnvironmentTable(_Table):
    """One environment: whose account, and where its room answers."""

    account_id: _AccountId = Field(
        default="", description='The Cloudflare account\'s id; "": not here.'
    )
    url: _Address = Field(
        default="", description="The room's address, when it has a domain of its own."
    )


class BroadcastTable(_Table):
    """What `verify-broadcast` replays."""

    script: _Inside | None = None


class AppTable(_Table):
    """What `init` puts beside the room for the app, and keeps up to date."""

    client: bool = True
    publisher: Publisher | None = None
    table: bool = False


class Config(_Table):
    """The whole of vttsync.toml; `app` is None in a project from before there were parts."""

    party: _Inside = Path("party")
    app: AppTable | None = None
    broadcast: BroadcastTable = BroadcastTable()
    secrets: dict[str, SecretSource] = Field(default_factory=dict)
    env: dict[str, EnvironmentTable] = Field(default_factory=dict)


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
        Config, AppTable, BroadcastTable, SecretSource, EnvironmentTable,
    )  # fmt: skip
    keys = [key for table in tables for key in table.model_fields]
    fix = "Correct the lines named; docs/settings.md describes every key."
    return validation.read_tables(toml_source.load(path), Config, keys, fix)
