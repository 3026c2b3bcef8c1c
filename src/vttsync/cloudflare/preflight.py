"""Checked with Cloudflare before anything is changed: the token, the account, the right to edit."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from vttsync.cloudflare.api import Answer, CloudflareApi
from vttsync.cloudflare.token import TOKEN_PAGE, Token, TokenKind
from vttsync.errors import Exit, VttsyncError


@dataclass(frozen=True)
class Checked:
    """What the checks found.

    Attributes:
        account_name: empty when the token may not read the account's settings.
        live_version: the version id that serves the Worker now; None for a new Worker.
        notes: what is not wrong, and worth telling.
    """

    account_name: str
    live_version: str | None
    notes: tuple[str, ...]


def preflight(
    api: CloudflareApi, token: Token, account_id: str, worker: str, *, workers_dev: bool
) -> Checked:
    """Ask Cloudflare about `token`, `account_id` and `worker`; changes nothing.

    `workers_dev` says whether the Worker needs the account's workers.dev subdomain.

    Raises:
        VttsyncError: exit 4, naming what is wrong and how to mend it; exit 6, not reached.
    """
    _check_status(api, token, account_id)
    account = api.get(f"/accounts/{account_id}")
    _check_visible(api.get(f"/accounts/{account_id}/workers/scripts"), account_id, token)
    notes = _check_editable(api, account_id)
    if workers_dev:
        _check_subdomain(api, account_id)
    name = str((account.result or {}).get("name", "")) if account.status == 200 else ""
    return Checked(name, live_version(api, account_id, worker), notes)


def _check_status(api: CloudflareApi, token: Token, account_id: str) -> None:
    # Account-owned tokens are unknown to the user's endpoint, and the other way round.
    paths = ["/user/tokens/verify", f"/accounts/{account_id}/tokens/verify"]
    if token.kind is TokenKind.ACCOUNT:
        paths.reverse()
    if token.kind in (TokenKind.USER, TokenKind.ACCOUNT):
        paths = paths[:1]
    for path in paths:
        answer = api.get(path)
        if answer.status == 200:
            status = (answer.result or {}).get("status")
            if status != "active":
                raise _bad_token(f"Cloudflare says that it is {status}.")
            return
        if answer.code == 9109 and "location" in answer.message:
            raise _bad_token(f"It may not be used from here: {answer.message}.")
        if answer.code == 6003:
            raise _bad_token("Cloudflare finds its form invalid; it may be cut off or mistyped.")
    if token.kind is TokenKind.OAUTH:  # no verify endpoint knows these; the calls after it decide
        return
    raise _bad_token(
        f"Cloudflare does not know it ({_told(answer)}): deleted, rolled, expired or mistyped"
        + (", or owned by another account." if token.kind is TokenKind.ACCOUNT else ".")
    )


def _check_visible(answer: Answer, account_id: str, token: Token) -> None:
    if answer.status == 200:
        return
    raise VttsyncError(
        f"The token can't see the Workers of account {account_id}.",
        why=f"Cloudflare answered {_told(answer)}: the account id belongs to another account, or "
        f"this {token.kind.value} has no permission for Workers there (an IP filter looks the "
        "same).",
        fix="Compare the account id with the dashboard's address, and give the token the "
        f"permission “Workers Scripts: Edit” on that account: {TOKEN_PAGE}.",
        exit_code=Exit.CREDENTIALS,
    )


def _check_editable(api: CloudflareApi, account_id: str) -> tuple[str, ...]:
    # No call says it outright. An empty change to a Worker that can't exist is refused either
    # for the right (10000) or for the missing Worker (10007); it changes nothing both times.
    absent = f"vttsync-probe-{secrets.token_hex(8)}"
    path = f"/accounts/{account_id}/workers/scripts/{absent}/secrets-bulk"
    answer = api.patch(path, {"secrets": {}})
    if answer.code == 10007:
        return ()
    if answer.code == 10000:
        raise VttsyncError(
            "The token may read Workers but not edit them.",
            why=f"Cloudflare answered {_told(answer)} to a change.",
            fix=f"Give the token the permission “Workers Scripts: Edit”: {TOKEN_PAGE}.",
            exit_code=Exit.CREDENTIALS,
        )
    return (f"whether the token may edit Workers is not certain ({_told(answer)})",)


def _check_subdomain(api: CloudflareApi, account_id: str) -> None:
    if api.get(f"/accounts/{account_id}/workers/subdomain").code == 10007:
        raise VttsyncError(
            "The account has no workers.dev subdomain yet.",
            why="Every account chooses one once, before its first Worker.",
            fix=f"Open https://dash.cloudflare.com/{account_id}/workers/onboarding, choose one, "
            "then deploy again.",
            exit_code=Exit.CREDENTIALS,
        )


def live_version(api: CloudflareApi, account_id: str, worker: str) -> str | None:
    """The version id that serves most of the Worker's traffic now; None when there is none.

    Raises:
        VttsyncError: exit 6, not reached.
    """
    answer = api.get(f"/accounts/{account_id}/workers/scripts/{worker}/deployments")
    deployments = (answer.result or {}).get("deployments") if answer.status == 200 else None
    if not deployments:
        return None
    busiest = max(deployments[0]["versions"], key=lambda version: version["percentage"])
    return str(busiest["version_id"])


def _bad_token(why: str) -> VttsyncError:
    return VttsyncError(
        "Cloudflare does not accept the API token.",
        why=why,
        fix=f"Create a new one from the template “Edit Cloudflare Workers”: {TOKEN_PAGE}.",
        exit_code=Exit.CREDENTIALS,
    )


def _told(answer: Answer) -> str:
    return f"{answer.code or answer.status} {answer.message}".strip()
