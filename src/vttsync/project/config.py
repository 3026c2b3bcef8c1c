"""vttsync.toml: what wrangler has no place for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from vttsync import toml_source
from vttsync.errors import Exit, VttsyncError

FILE_NAME = "vttsync.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _inside(path: Path) -> Path:
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("must be a path inside the project's folder")
    return path


_Inside = Annotated[Path, AfterValidator(_inside)]


class SecretSource(_Table):
    """Where the value of one of the Worker's secrets comes from."""

    variable: str = Field(min_length=1, description="The environment variable that holds it.")


class EnvironmentTable(_Table):
    """One environment: whose account, and where its room answers."""

    account_id: str = Field(default="", description='The Cloudflare account\'s id; "": not here.')
    url: str = Field(default="", description="The room's address, when it has a domain of its own.")


class BroadcastTable(_Table):
    """What `verify-broadcast` replays."""

    script: _Inside | None = None


class Config(_Table):
    """The whole of vttsync.toml."""

    party: _Inside = Path("party")
    broadcast: BroadcastTable = BroadcastTable()
    secrets: dict[str, SecretSource] = Field(default_factory=dict)
    env: dict[str, EnvironmentTable] = Field(default_factory=dict)


def read_config(root: Path) -> Config:
    """Read `root`/vttsync.toml.

    Raises:
        VttsyncError: exit 3, when it is missing or wrong; names the line.
    """
    path = root / FILE_NAME
    if not path.is_file():
        raise VttsyncError(
            f"There is no {FILE_NAME} in {root.resolve()}.",
            why="This folder is not a vttsync project (parent folders are never searched).",
            fix="Run `vttsync init` there, or name the project's folder with --project.",
            exit_code=Exit.CONFIG,
        )
    source = toml_source.load(path)
    try:
        return Config.model_validate(source.data)
    except ValidationError as error:
        first = error.errors()[0]
        where = tuple(first["loc"])
        told = first["msg"].removeprefix("Value error, ")
        raise VttsyncError(
            f"{FILE_NAME}, line {source.line(where)}: `{'.'.join(map(str, where))}` is wrong.",
            why=f"{told[0].upper()}{told[1:]}.",
            fix="docs/settings.md describes every key.",
            exit_code=Exit.CONFIG,
        ) from None
