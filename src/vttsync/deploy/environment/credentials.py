"""An API token and the account it is for: verified, then kept for the environments of a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.preflight import preflight
from vttsync.cloudflare.questions import Subject
from vttsync.cloudflare.token import TOKEN_PAGE, Token, TokenKind, check_account_id
from vttsync.deploy.desired import api_base_url_of, resolve_env
from vttsync.errors import Exit, VttsyncError
from vttsync.findings import Finding, stop_at_failure
from vttsync.keychain import Keychain, NoKeyringError, token_entry
from vttsync.project import config, scaffold, write
from vttsync.project.folder import Project
from vttsync.project.wrangler_toml import REHEARSAL, environments

_ABOUT_TOKENS = ("Cloudflare's API", "token", "account", "read Workers", "edit Workers")


@dataclass(frozen=True)
class Verified:
    """A token that Cloudflare accepts for an account; `findings` may hold warnings."""

    account_name: str
    findings: tuple[Finding, ...]


def chosen(project: Project, env: str | None) -> list[str]:
    """The environments that credentials are for: the one named, or all.

    Raises:
        VttsyncError: exit 3, when there is no such environment; 2, when it needs no token.
    """
    if env == REHEARSAL:
        raise VttsyncError(
            "The rehearsal takes no token.",
            why="Its account is on this machine, and nothing of it reaches Cloudflare.",
            fix=f"`vttsync deploy --env {REHEARSAL}` works as it is.",
            exit_code=Exit.USAGE,
        )
    if env:
        project.worker(env)
        return [env]
    return environments(project.party)


def known_account(project: Project, envs: Sequence[str]) -> str | None:
    """The account that `envs` go to as far as settings say, if they do.

    Raises:
        VttsyncError: exit 2, when they go to different ones; 4, when it is malformed.
    """
    tables = project.config.env
    said = {tables[env].account_id for env in envs if env in tables and tables[env].account_id}
    if len(said) > 1:
        raise VttsyncError(
            f"{' and '.join(envs)} go to different accounts.",
            why=f"{config.FILE_NAME} names {', '.join(sorted(said))}; a token is for one.",
            fix="Say which with --env.",
            exit_code=Exit.USAGE,
        )
    # The variable wins in a deploy too.
    account_id = resolve_env(project, envs[0], None).settings.account_id
    return check_account_id(account_id) if account_id else None


def open_keychain() -> Keychain:
    """The system's keyring, seen to be there.

    Raises:
        NoKeyringError: exit 5, naming the variables to set instead.
    """
    keychain = Keychain()
    try:
        keychain.name()
    except NoKeyringError as error:
        raise without_keyring(error) from error
    return keychain


def without_keyring(error: NoKeyringError) -> NoKeyringError:
    """Say what to do instead of keeping a token in the keyring."""
    error.fix = (
        "Set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID instead; a pipeline takes them from "
        "its own secrets."
    )
    return error


def verify(project: Project, env: str, token: Token, account_id: str) -> Verified:
    """Ask Cloudflare whether `token` may deploy to the account.

    Raises:
        VttsyncError: exit 4, when it may not, or is of a kind that does not last; 6, not reached.
    """
    if token.kind is TokenKind.OAUTH:
        raise VttsyncError(
            "That is a token of `wrangler login`.",
            why="wrangler renews it every few hours, and vttsync can't.",
            fix=f"Create an API token: {TOKEN_PAGE}.",
            exit_code=Exit.CREDENTIALS,
        )
    base = api_base_url_of(resolve_env(project, env, None))
    with CloudflareApi(base, token) as api:
        checked = preflight(api, Subject(token, account_id, project.worker(env).name))
    findings = tuple(it for it in checked.findings if it.check in _ABOUT_TOKENS)
    stop_at_failure(findings)
    return Verified(checked.account_name, findings)


def keep(
    project: Project, envs: Sequence[str], token: Token, account_id: str, keychain: Keychain
) -> None:
    """Keep the token in the keyring, and the account id in vttsync.toml.

    Raises:
        VttsyncError: exit 5, when the keyring won't; 3, when the file can't be written.
    """
    try:
        for env in envs:
            keychain.set(token_entry(account_id, env), token.value)
    except NoKeyringError as error:
        raise without_keyring(error) from error
    old = (project.root / config.FILE_NAME).read_bytes()
    new = scaffold.with_account(old, account_id, envs)
    kind = scaffold.Kind.SAME if new == old else scaffold.Kind.UPDATE
    write.write_all(project.root, [scaffold.Planned(config.FILE_NAME, kind, new)])


def forget(project: Project, envs: Sequence[str], keychain: Keychain) -> list[str]:
    """Remove the tokens of `envs` from the keyring; the environments that had one.

    Raises:
        VttsyncError: exit 5, when the keyring does not answer.
    """
    removed = []
    for env in envs:
        account_id = resolve_env(project, env, None).settings.account_id
        if account_id and keychain.delete(token_entry(account_id, env)):
            removed.append(env)
    return removed
