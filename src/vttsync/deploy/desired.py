"""What should be live: the Worker, whose account, and with which secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vttsync.address import address
from vttsync.cloudflare.token import TOKEN_PAGE, Token, check_account_id, read_token
from vttsync.errors import Exit, VttsyncError
from vttsync.project.folder import Project
from vttsync.project.secrets import Secrets, read_secrets
from vttsync.settings import Resolved, resolve


@dataclass(frozen=True)
class Desired:
    """Everything a deploy needs, resolved and judged by its form; nothing asked of anyone yet.

    Attributes:
        url: where the room answers, when the project says so; "": Cloudflare will say.
        account_origin: where the account id came from, such as "CLOUDFLARE_ACCOUNT_ID".
        workers_dev: whether it answers at the account's workers.dev subdomain.
    """

    env: str
    worker: str
    account_id: str
    account_origin: str
    token: Token
    api_base_url: str
    secrets: Secrets
    url: str
    workers_dev: bool


def desired(project: Project, env: str, environ: Mapping[str, str]) -> Desired:
    """Resolve what `env` of `project` should be.

    Raises:
        VttsyncError: exit 3 (project), 4 (account id, token or secrets missing or malformed).
    """
    worker = project.worker(env)
    table = project.config.env.get(env)
    resolved = resolve({}, {"account_id": table.account_id} if table else {})
    account_id = _account_id(resolved, env)
    if worker.account_id not in (None, account_id):
        raise VttsyncError(
            "wrangler.toml names another account than vttsync would use.",
            why=f"account_id there is {worker.account_id}; {account_id} came from "
            f"{resolved.origins['account_id']}. wrangler would follow its own.",
            fix="Remove account_id from wrangler.toml; [env.*] in vttsync.toml holds it.",
            exit_code=Exit.CONFIG,
        )
    token = resolved.settings.api_token
    if token is None:
        raise VttsyncError(
            "CLOUDFLARE_API_TOKEN is not set.",
            why="vttsync deploys with a token of yours, and only with that.",
            fix=f"Create one from the template “Edit Cloudflare Workers” ({TOKEN_PAGE}) and set "
            "the variable.",
            exit_code=Exit.CREDENTIALS,
        )
    names = dict.fromkeys((*worker.required_secrets, *project.config.secrets))
    return Desired(
        env=env,
        worker=worker.name,
        account_id=account_id,
        account_origin=resolved.origins["account_id"],
        token=read_token(token.get_secret_value()),
        api_base_url=_api_base_url(resolved.settings.api_base_url),
        secrets=read_secrets(project.config.secrets, names, environ),
        # Never VTTSYNC_URL: it may still name the room of another environment.
        url=table.url if table else "",
        workers_dev=worker.workers_dev,
    )


def _account_id(resolved: Resolved, env: str) -> str:
    account_id = resolved.settings.account_id
    if account_id is None:
        raise VttsyncError(
            "The Cloudflare account is not known.",
            why=f"Neither CLOUDFLARE_ACCOUNT_ID nor [env.{env}] account_id in vttsync.toml is set.",
            fix="Set one to the 32 hex digits in the address of every page of the dashboard.",
            exit_code=Exit.CREDENTIALS,
        )
    return check_account_id(account_id)


def _api_base_url(url: str) -> str:
    try:
        return address(url)
    except ValueError as error:
        raise VttsyncError(
            "CLOUDFLARE_API_BASE_URL is not an address vttsync sends a token to.",
            why=f"{error}.",
            fix="Unset it to use Cloudflare's own API.",
            exit_code=Exit.CONFIG,
        ) from error
