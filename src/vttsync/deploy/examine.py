"""The checks before a deploy: `doctor` tells them all, `deploy` stops at the first failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from vttsync.background import Started, together
from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.preflight import Checked, preflight
from vttsync.cloudflare.questions import Subject
from vttsync.cloudflare.token import Token
from vttsync.deploy import desired
from vttsync.deploy.desired import Desired
from vttsync.deploy.private_files import check_private_files
from vttsync.errors import Exit, VttsyncError
from vttsync.findings import Finding, Result, failed, ok, skipped, stop_at_failure
from vttsync.keychain import Keychain
from vttsync.node.checks import Tools, check_node, check_tools
from vttsync.node.runtime import Node, find_node
from vttsync.project.folder import Project, open_project
from vttsync.project.lint import lint
from vttsync.project.wrangler_toml import Worker, environments

_ResultT = TypeVar("_ResultT")


@dataclass(frozen=True)
class Ready:
    """A deploy may begin: nothing that was checked stands in its way."""

    node: Node
    checked: Checked
    notes: tuple[str, ...]


def make_sure(project: Project, want: Desired) -> Ready:
    """Check everything that a deploy of `want` needs, at once.

    Raises:
        VttsyncError: exit 3 to 6, the first failure; nothing has changed.
    """
    subject = _subject(want.token, want.account_id, want.worker, tuple(want.secrets.values))
    local = Started(partial(_check_machine, project))
    checked = _ask_cloudflare(want.api_base_url, subject)
    tools, private = local.result()
    findings = [*tools.findings, private, *lint(want.worker, want.env), *checked.findings]
    stop_at_failure(findings)
    notes = tuple(f"{it.what} {it.fix}" for it in findings if it.result is Result.WARNING)
    return Ready(tools.node or find_node(), checked, notes)


@dataclass(frozen=True)
class Examined:
    """What was found, of this machine and the project, and of each environment."""

    local: tuple[Finding, ...]
    environments: Mapping[str, tuple[Finding, ...]]

    def findings(self) -> list[Finding]:
        """All of them, in the order in which they should be mended."""
        return [*self.local, *(it for found in self.environments.values() for it in found)]


def examine(folder: Path, env: str | None, environ: Mapping[str, str]) -> Examined:
    """Check everything that a deploy of `env` needs, or of every environment.

    What is wrong with the project or with what it is given is found too, and not raised.
    """
    try:
        project = open_project(folder)
        names = [env] if env else _environments(project)
    except VttsyncError as error:
        return Examined((failed("project", error), *check_node().findings), {})
    local = Started(partial(_check_machine, project))
    works = [partial(_examine_env, project, name, environ) for name in names]
    found = dict(zip(names, together(works), strict=True))
    tools, private = local.result()
    described = ok("vttsync.toml", f"describes {project.root}")
    return Examined((described, *tools.findings, private), found)


def _environments(project: Project) -> Sequence[str]:
    names = environments(project.party)
    if names:
        return names
    raise VttsyncError(
        "wrangler.toml describes no environment.",
        why="A deploy goes to one: there is no [env.NAME] table.",
        fix="Add [env.prod], as in the wrangler.toml that `vttsync init` writes.",
        exit_code=Exit.CONFIG,
    )


def _check_machine(project: Project) -> tuple[Tools, Finding]:
    private = Started(partial(check_private_files, project.root, project.party))
    return check_tools(project.party), private.result()


def _examine_env(project: Project, env: str, environ: Mapping[str, str]) -> tuple[Finding, ...]:
    found = _Collector()
    worker = found.attempt("wrangler.toml", lambda: project.worker(env))
    if worker is None:
        return tuple(found.findings)
    found.findings += lint(worker, env)
    keychain = Keychain()
    resolved = desired.resolve_env(project, env, keychain)
    account_id = found.attempt(
        "account id",
        lambda: desired.account_id_of(resolved, env, worker),
        lambda account_id: f"{account_id}, from {resolved.origins['account_id']}",
    )
    token = found.attempt(
        "token's form",
        lambda: desired.token_of(resolved, env),
        lambda token: f"{token.kind.value}, from {resolved.origins['api_token']}",
    )
    secrets = found.attempt(
        "secrets",
        lambda: desired.secrets_of(project, worker, project.sources(env, environ, keychain)),
        lambda secrets: f"{', '.join(secrets.values) or 'none'}: present",
    )
    names = tuple(secrets.values) if secrets else worker.required_secrets
    if account_id is None or token is None:
        return (*found.findings, skipped("Cloudflare's API", "needs an account id and a token"))
    subject = _subject(token, account_id, worker, names)
    checked = found.attempt(
        "Cloudflare's API",
        lambda: _ask_cloudflare(desired.api_base_url_of(resolved), subject),
    )
    return (*found.findings, *(checked.findings if checked else ()))


class _Collector:
    """Goes on after a failure, and remembers it."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def attempt(
        self,
        check: str,
        work: Callable[[], _ResultT],
        told: Callable[[_ResultT], str] | None = None,
    ) -> _ResultT | None:
        """Do `work`; `told` says what to tell of its result, where that is worth a line."""
        try:
            result = work()
        except VttsyncError as error:
            self.findings.append(failed(check, error))
            return None
        if told:
            self.findings.append(ok(check, told(result)))
        return result


def _subject(token: Token, account_id: str, worker: Worker, secrets: tuple[str, ...]) -> Subject:
    return Subject(
        token=token,
        account_id=account_id,
        worker=worker.name,
        workers_dev=worker.workers_dev,
        domains=tuple(route.pattern for route in worker.routes if route.custom_domain),
        patterns=tuple(route.pattern for route in worker.routes if not route.custom_domain),
        tags=worker.tags,
        secrets=secrets,
    )


def _ask_cloudflare(base_url: str, subject: Subject) -> Checked:
    with CloudflareApi(base_url, subject.token) as api:
        return preflight(api, subject)
