"""Where a value comes from: flag > environment variable > vttsync.toml > default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

CLOUDFLARE_API = "https://api.cloudflare.com/client/v4"


class Settings(BaseSettings):
    """What a command needs besides its own flags; `docs/settings.md` lists every variable."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", populate_by_name=True, str_strip_whitespace=False
    )

    account_id: str | None = Field(
        default=None,
        validation_alias="CLOUDFLARE_ACCOUNT_ID",
        description="The Cloudflare account to deploy to: 32 lower-case hex digits.",
    )
    api_token: SecretStr | None = Field(
        default=None,
        validation_alias="CLOUDFLARE_API_TOKEN",
        description="A Cloudflare API token that may edit Workers scripts.",
    )
    api_base_url: str = Field(
        default=CLOUDFLARE_API,
        validation_alias="CLOUDFLARE_API_BASE_URL",
        description="The address of Cloudflare's v4 API; https, or http on this machine.",
    )
    url: str | None = Field(
        default=None,
        validation_alias="VTTSYNC_URL",
        description="The address of the deployed room, without a path.",
    )
    script: Path | None = Field(
        default=None,
        validation_alias="VTTSYNC_SCRIPT",
        description="The broadcast script that verify-broadcast replays.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leave out dotenv files: a parent folder's `.env` must never win (partykit#875)."""
        assert isinstance(init_settings, InitSettingsSource)  # noqa: S101  (pydantic's promise)
        given = dict(init_settings.init_kwargs)
        from_file = given.pop(_FILE, {})
        return (
            InitSettingsSource(settings_cls, given),
            env_settings,
            InitSettingsSource(settings_cls, from_file),
        )


_FILE = "vttsync_toml"


@dataclass(frozen=True)
class Resolved:
    """Settings, and for each field where its value came from, as a person would say it."""

    settings: Settings
    origins: Mapping[str, str]


def resolve(flags: Mapping[str, Any], from_file: Mapping[str, Any]) -> Resolved:
    """Merge `flags` over the environment over `from_file`; None and "" mean not given."""
    flags, from_file = _given(flags), _given(from_file)
    settings = Settings(**flags, **{_FILE: from_file})
    origins = {name: _origin(name, flags, from_file) for name in Settings.model_fields}
    return Resolved(settings, origins)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _origin(name: str, flags: Mapping[str, Any], from_file: Mapping[str, Any]) -> str:
    variable = str(Settings.model_fields[name].validation_alias)
    if name in flags:
        return f"--{name.replace('_', '-')}"
    if os.environ.get(variable):
        return variable
    return "vttsync.toml" if name in from_file else "default"
