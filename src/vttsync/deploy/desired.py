"""What should be live: the Worker, whose account, and with which secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vttsync.address import address
from vttsync.cloudflare.token import TOKEN_PAGE, Token, check_account_id, read_token
from vttsync.errors import Exit, VttsyncError
from vttsync.keychain import Keychain, token_entry
from vttsync.project.folder import Project
from vttsync.project.secrets import Secrets, read_secrets
from vttsync.project.sources import Sources
from vttsync.project.wrangler_toml import Worker
from vttsync.settings import Resolved, resolve


@dataclass(frozen=True)
class Desired:
    """Everything a deploy needs, resolved and judged by its form; nothing asked of anyone yet.

    Attributes:
        worker: as wrangler.toml describes it.
        account_origin: where the account id came from, such as "CLOUDFLARE_ACCOUNT_ID".
        url: where the room answers, when the project says so; "": Cloudflare will say.
    """

    env: str
    worker: Worker
    account_id: str
    account_origin: str
    token: Token
    token_origin: str
    api_base_url: str
    secrets: Secrets
    url: str


def desired(
    project: Project,
    env: str,
    environ: Mapping[str, str],
    keychain: Keychain | None = None,
    *,
    with_secrets: bool = True,
) -> Desired:
    """Resolve what `env` of `project` should be; to ask and not to deploy, without its secrets.

    Raises:
        VttsyncError: exit 3 (project), 4 (account id, token or secrets missing or malformed).
    """
    worker, keychain = project.worker(env), keychain or Keychain()
    resolved = resolve_env(project, env, keychain)
    account_id = account_id_of(resolved, env, worker)
    sources = project.sources(env, environ, keychain)
    table = project.config.env.get(env)
    return Desired(
        env=env,
        worker=worker,
        account_id=account_id,
        account_origin=resolved.origins["account_id"],
        token=token_of(resolved, env),
        token_origin=resolved.origins["api_token"],
        api_base_url=api_base_url_of(resolved),
        secrets=secrets_of(project, worker, sources) if with_secrets else Secrets({}),
        # Never VTTSYNC_URL: it may still name the room of another environment.
        url=table.url if table else "",
    )


def resolve_env(project: Project, env: str, keychain: Keychain | None) -> Resolved:
    """The settings of one environment, not yet judged; without a keychain, no keyring is asked."""
    table = project.config.env.get(env)
    from_file = {"account_id": table.account_id} if table else {}
    if keychain is None:
        return resolve({}, from_file)
    return resolve({}, from_file, lambda account_id: keychain.get(token_entry(account_id, env)))


def account_id_of(resolved: Resolved, env: str, worker: Worker) -> str:
    """The account to deploy to.

    Raises:
        VttsyncError: exit 4, when it is missing or malformed; 3, when wrangler.toml names another.
    """
    account_id = resolved.settings.account_id
    if account_id is None:
        raise VttsyncError(
            "The Cloudflare account is not known.",
            why=f"Neither CLOUDFLARE_ACCOUNT_ID nor [env.{env}] account_id in vttsync.toml is set.",
            fix=f"Run `vttsync login --env {env}`, or set one to the 32 hex digits in the address "
            "of every page of the dashboard.",
            exit_code=Exit.CREDENTIALS,
        )
    check_account_id(account_id)
    if worker.account_id not in (None, account_id):
        raise VttsyncError(
            "wrangler.toml names another account than vttsync would use.",
            why=f"account_id there is {worker.account_id}; {account_id} came from "
            f"{resolved.origins['account_id']}. wrangler would follow its own.",
            fix="Remove account_id from wrangler.toml; [env.*] in vttsync.toml holds it.",
            exit_code=Exit.CONFIG,
        )
    return account_id


def token_of(resolved: Resolved, env: str) -> Token:
    """The API token to deploy with.

    Raises:
        VttsyncError: exit 4, when it is missing or malformed.
    """
    token = resolved.settings.api_token
    if token is None:
        keyring = resolved.no_keyring or (
            "The keyring has none for this account and environment."
            if resolved.settings.account_id
            else "The keyring is asked when the account is known."
        )
        raise VttsyncError(
            "CLOUDFLARE_API_TOKEN is not set, and no keyring holds a token.",
            why=f"vttsync deploys with a token of yours, and only with that. {keyring}",
            fix=f"Create one from the template “Edit Cloudflare Workers” ({TOKEN_PAGE}) and set "
            "the variable"
            + ("." if resolved.no_keyring else f", or run `vttsync login --env {env}`."),
            exit_code=Exit.CREDENTIALS,
        )
    return read_token(token.get_secret_value(), f"What {resolved.origins['api_token']} holds")


def declared_secrets(project: Project, env: str, worker: Worker) -> tuple[str, ...]:
    """The names of the Worker's secrets: those that wrangler.toml or vttsync.toml mention."""
    return tuple(dict.fromkeys((*worker.required_secrets, *project.config.sources(env))))


def secrets_of(project: Project, worker: Worker, sources: Sources) -> Secrets:
    """The values of the declared secrets, and the previous ones of keys that are rotated.

    Raises:
        VttsyncError: exit 4, when one is missing or unfit.
    """
    return read_secrets(sources, declared_secrets(project, sources.env or "", worker))


def api_base_url_of(resolved: Resolved) -> str:
    """Where Cloudflare's API is.

    Raises:
        VttsyncError: exit 3, when it is no address that a token may be sent to.
    """
    try:
        return address(resolved.settings.api_base_url)
    except ValueError as error:
        raise VttsyncError(
            "CLOUDFLARE_API_BASE_URL is not an address vttsync sends a token to.",
            why=f"{error}.",
            fix="Unset it to use Cloudflare's own API.",
            exit_code=Exit.CONFIG,
        ) from error
