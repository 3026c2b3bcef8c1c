"""Where a value comes from: flag > environment variable > keyring > vttsync.toml > default."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from vttsync.keychain import NoKeyringError
from vttsync.redaction import confide

CLOUDFLARE_API = "https://api.cloudflare.com/client/v4"
FILE = "vttsync.toml"  # as an origin
KEYRING = "the keyring"  # as an origin


class Settings(BaseSettings):
    """What a command needs besides its own flags; `docs/settings.md` lists every variable."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", populate_by_name=True)

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


@dataclass(frozen=True)
class Resolved:
    """Settings, and for each field where its value came from, as a person would say it.

    Attributes:
        no_keyring: why the keyring could not be asked; empty when it was, or needn't be.
    """

    settings: Settings
    origins: Mapping[str, str]
    no_keyring: str = ""


def resolve(
    flags: Mapping[str, Any],
    from_file: Mapping[str, Any],
    from_keyring: Callable[[str], str | None] | None = None,
) -> Resolved:
    """Merge `flags` over the environment over `from_file`; None and "" mean not given.

    `from_keyring` is asked for the token of an account id, where nothing else gives a token: a
    pipeline, which has a variable, never waits for a keyring.

    Dotenv files are never read: a parent folder's `.env` must not win (partykit#875).
    """
    origins = {name: _origin(name, flags, from_file) for name in Settings.model_fields}
    given = {
        name: flags[name] if origin.startswith("--") else from_file[name]
        for name, origin in origins.items()
        if origin.startswith("--") or origin == FILE
    }
    settings = Settings(**given)
    if settings.api_token:
        confide(settings.api_token.get_secret_value())
    if from_keyring is None or settings.api_token or not settings.account_id:
        return Resolved(settings, origins)
    try:
        token = from_keyring(settings.account_id)
    except NoKeyringError as error:
        return Resolved(settings, origins, error.why)
    if not token:
        return Resolved(settings, origins)
    confide(token)
    return Resolved(
        Settings(**given, api_token=SecretStr(token)), {**origins, "api_token": KEYRING}
    )


def _origin(name: str, flags: Mapping[str, Any], from_file: Mapping[str, Any]) -> str:
    variable = str(Settings.model_fields[name].validation_alias)
    if flags.get(name) not in (None, ""):
        return f"--{name.replace('_', '-')}"
    if os.environ.get(variable):
        return variable
    return FILE if from_file.get(name) not in (None, "") else "default"
