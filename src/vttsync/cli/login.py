"""`vttsync login` and `vttsync logout`: a token in the system's keyring, or out of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from vttsync.cli.options import Folder, Json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vttsync.cloudflare.token import Token
    from vttsync.deploy.environment.credentials import Verified
    from vttsync.errors import VttsyncError
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import Project

_ResultT = TypeVar("_ResultT")
_LONGEST = 4096  # characters; no token has more
_GIVEN = "What was given"

_Env = Annotated[
    str | None,
    typer.Option(
        "--env", "-e", metavar="NAME", help="One environment; without it, all of the project."
    ),
]

_AccountId = Annotated[
    str | None, typer.Option(metavar="ID", help="The account's id, 32 hex digits.")
]
_Variable = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The environment variable that holds the token."),
]
_Stdin = Annotated[bool, typer.Option("--token-stdin", help="Read the token from standard input.")]


def login(
    env: _Env = None,
    account_id: _AccountId = None,
    token_variable: _Variable = None,
    token_stdin: _Stdin = False,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Verify an API token, and keep it in the system's keyring.

    Asks for what no flag gives; what is typed is not shown. The account's id goes into
    vttsync.toml.
    """
    from vttsync.deploy.environment import credentials
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("login", as_json=json)
    project = open_project(folder)
    envs = credentials.chosen(project, env)
    keychain = credentials.open_keychain()
    given = _given(token_variable, token_stdin=token_stdin)
    if given is None:
        _explain(terminal)
    account = _account(terminal, project, envs, account_id)
    token = _token(terminal, given)
    with terminal.stage("token and account") as step:
        verified = credentials.verify(project, envs[0], token, account)
        step.update(verified.account_name or account)
    credentials.keep(project, envs, token, account, keychain)
    _warn(terminal, verified)
    terminal.show(f"The {token.kind.value} for {', '.join(envs)} is in {keychain.name()}.")
    told = {"account_id": account, "account_name": verified.account_name, "environments": envs}
    return terminal.finish({**told, "kind": token.kind.value, "keyring": keychain.name()})


def logout(env: _Env = None, folder: Folder = Path(), json: Json = False) -> int:
    """Remove the project's API token from the system's keyring."""
    from vttsync.cloudflare.token import TOKEN_PAGE
    from vttsync.deploy.environment import credentials
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("logout", as_json=json)
    project = open_project(folder)
    keychain = credentials.open_keychain()
    removed = credentials.forget(project, credentials.chosen(project, env), keychain)
    if removed:
        terminal.show(f"Removed the token of {', '.join(removed)} from {keychain.name()}.")
        terminal.say(f"It works until you delete it at Cloudflare, too: {TOKEN_PAGE}.")
    else:
        terminal.show(f"{keychain.name()} holds no token of this project.")
    return terminal.finish({"removed": removed})


def _given(variable: str | None, *, token_stdin: bool) -> str | None:
    """The token's text where a flag says where it is."""
    import os
    import sys

    if variable and token_stdin:
        raise _usage("Both --token-variable and --token-stdin are given.", "Give one of them.")
    if variable:
        value = os.environ.get(variable, "")
        if not value:
            # What was given may be the token itself, so it isn't repeated.
            raise _usage(
                "The variable that --token-variable names is not set.",
                "Give the name of the variable, not its value.",
            )
        return value
    return sys.stdin.read(_LONGEST) if token_stdin else None


def _usage(what: str, fix: str) -> VttsyncError:
    from vttsync.errors import Exit, VttsyncError

    why = "A token on the command line would be seen by others on this machine."
    return VttsyncError(what, why=why, fix=fix, exit_code=Exit.USAGE)


def _explain(terminal: Terminal) -> None:
    """Say which token to create; stop where nobody could type one."""
    from vttsync.cloudflare.token import PERMISSIONS, TEMPLATE, TOKEN_PAGE, USER_TOKEN_PAGE
    from vttsync.errors import Exit, VttsyncError

    if not terminal.interactive:
        raise VttsyncError(
            "The token is not known, and nobody is there to ask.",
            why="Without a terminal, vttsync asks nothing and assumes nothing.",
            fix="Name the variable that holds it (--token-variable NAME), or pipe it in "
            "(--token-stdin).",
            exit_code=Exit.DECISION_NEEDED,
        )
    rows = "\n".join(
        f"     {scope:<8} {group:<17} {level:<5} {why}" for scope, group, level, why in PERMISSIONS
    )
    terminal.say(
        "vttsync deploys with an API token that you create at Cloudflare:\n"
        f"  1. Open {TOKEN_PAGE}\n"
        "     or, for one that is yours and not the account's,\n"
        f"     {USER_TOKEN_PAGE}\n"
        f"  2. Create Token, from the template “{TEMPLATE}”\n"
        "     or with these permissions:\n"
        f"{rows}\n"
        "  3. Limit it to one account, and copy it: it is shown once.\n"
        "Not the Global API Key: it may do everything, and vttsync refuses it.\n"
    )


def _account(terminal: Terminal, project: Project, envs: Sequence[str], given: str | None) -> str:
    from vttsync.cloudflare.token import check_account_id
    from vttsync.deploy.environment.credentials import known_account
    from vttsync.errors import Exit, VttsyncError

    if given:
        return check_account_id(given)
    known = known_account(project, envs)
    if known:
        return known
    if not terminal.interactive:
        raise VttsyncError(
            "The Cloudflare account is not known, and nobody is there to ask.",
            why="Neither --account-id nor CLOUDFLARE_ACCOUNT_ID nor vttsync.toml says it.",
            fix="Give --account-id, the 32 hex digits in the address of every page of the "
            "dashboard.",
            exit_code=Exit.DECISION_NEEDED,
        )
    question = "Account id (in the address of every page of the dashboard)"
    return _ask(terminal, question, check_account_id, hidden=False)


def _token(terminal: Terminal, given: str | None) -> Token:
    from vttsync.cloudflare.token import read_token

    if given is not None:
        return read_token(given.strip(), _GIVEN)
    return _ask(terminal, "API token (hidden)", lambda text: read_token(text, _GIVEN), hidden=True)


def _warn(terminal: Terminal, verified: Verified) -> None:
    import os

    from vttsync.findings import Result

    for it in verified.findings:
        if it.result is Result.WARNING:
            terminal.warn(f"{it.what} {it.fix}")
    for name in ("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID"):
        if os.environ.get(name):
            terminal.warn(f"{name} is set, and beats what login keeps.")


def _ask(
    terminal: Terminal, question: str, read: Callable[[str], _ResultT], *, hidden: bool
) -> _ResultT:
    """Ask until `read` takes the answer."""
    from vttsync.errors import VttsyncError

    while True:
        answer: str = typer.prompt(question, hide_input=hidden, err=True)
        try:
            return read(answer.strip())
        except VttsyncError as error:
            terminal.warn(f"{error.what} {error.why}")
