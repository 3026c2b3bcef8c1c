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
from vttsync.redaction import confide, confide_own

CLOUDFLARE_API = "https://api.cloudflare.com/client/v4"
FILE = "vttsync.toml"  # as an origin
KEYRING = "the keyring"  # as an origin


class Settings(BaseSettings):
    """What a command needs besides its own flags; `docs/environment.md` lists every variable."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", populate_by_name=True)

    account_id: str | None = Field(
        default=None,
        validation_alias="CLOUDFLARE_ACCOUNT_ID",
        description="the Cloudflare account to deploy to: 32 lower-case hex digits",
    )
    api_token: SecretStr | None = Field(
        default=None,
        validation_alias="CLOUDFLARE_API_TOKEN",
        description="an API token that may edit Workers scripts; beats the keyring",
    )
    api_base_url: str = Field(
        default=CLOUDFLARE_API,
        validation_alias="CLOUDFLARE_API_BASE_URL",
        description="another address of Cloudflare's v4 API; https, or http on this machine",
    )
    url: str | None = Field(
        default=None,
        validation_alias="VTTSYNC_URL",
        description="the address of the deployed room, without a path; for `verify-broadcast` only",
    )
    script: Path | None = Field(
        default=None,
        validation_alias="VTTSYNC_SCRIPT",
        description="the broadcast script that `verify-broadcast` and `deploy` replay",
    )


OTHER_VARIABLES: Mapping[str, str] = {
    "VTTSYNC_NAME": "the Worker's secret NAME, such as `VTTSYNC_PUBLISH_KEY`, where vttsync.toml "
    "names no other place",
    "VTTSYNC_TRACEBACK": "when set, a bug in vttsync prints its traceback",
    "GITHUB_ENV": "the file that `env export --format github` adds to",
    "GITHUB_ACTIONS": "in a job of GitHub Actions `true`: what vttsync then tells its runner is in "
    "`vttsync help ci`",
    "GITHUB_STEP_SUMMARY, GITHUB_OUTPUT": "the files that a step's summary and outputs go to",
    "VTTSYNC_CHROMIUM": "the Chromium, Chrome or Edge that `verify-polling` opens; without it, the "
    "first that is found",
    "PYTHON_KEYRING_BACKEND": "another keyring, by the keyring library's name for it; "
    "`keyring.backends.null.Keyring` turns it off",
    "NO_COLOR": "when set, output has no colour",
    "PATH": "where `node`, `npm` and `git` are",
    "TMPDIR": "where temporary files go",
    "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY": "the way out, by http:// or https:// proxies; "
    "handed on to wrangler and npm",
    "SSL_CERT_FILE, SSL_CERT_DIR, NODE_EXTRA_CA_CERTS": "whose certificates to trust; handed on to "
    "wrangler and npm",
    "NPM_CONFIG_*": "npm's own settings; handed on to npm only",
}
"""What is read besides `Settings`; `docs/environment.md` shows it."""


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
    confide_own(token)
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
