"""Cloudflare asked, before anything is changed: token, account, rights, Worker, addresses."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from vttsync.background import together
from vttsync.cloudflare import judge
from vttsync.cloudflare.api import Answer, CloudflareApi, Question, untold
from vttsync.cloudflare.questions import Asked, Subject, questions, questions_about_zones
from vttsync.errors import VttsyncError
from vttsync.findings import Finding


@dataclass(frozen=True)
class Checked:
    """What the checks found.

    Attributes:
        account_name: empty when the token may not read the account's settings.
        live_version: the version id that serves the Worker now; None for a new Worker.
    """

    findings: tuple[Finding, ...]
    account_name: str
    live_version: str | None


def preflight(api: Asks, subject: Subject) -> Checked:
    """Ask Cloudflare about `subject`, all at once; changes nothing, and raises nothing."""
    answers = ask_all(api, questions(subject, f"vttsync-probe-{secrets.token_hex(8)}"))
    answers |= ask_all(api, questions_about_zones(subject, answers))
    return Checked(
        findings=tuple(judge.judge(subject, answers, datetime.now(UTC))),
        account_name=_name(answers["account"]),
        live_version=judge.live_version(answers["deployments"]) if subject.worker else None,
    )


def _name(account: Asked) -> str:
    return str(account.fields().get("name", "")) if isinstance(account, Answer) else ""


class Asks(Protocol):
    """What can be asked, by several threads at once."""

    def ask(self, question: Question) -> Answer:
        """Ask one question; raises VttsyncError, exit 6, when there is no answer."""


def ask_all(api: Asks, asked: Mapping[str, Question]) -> dict[str, Asked]:
    """Ask everything in `asked` side by side."""
    told = together([partial(_ask, api, question) for question in asked.values()])
    return dict(zip(asked, told, strict=True))


def _ask(api: Asks, question: Question) -> Asked:
    try:
        return api.ask(question)
    except VttsyncError as error:
        return error


def live_version(api: CloudflareApi, account_id: str, worker: str) -> str | None:
    """The version id that serves most of the Worker's traffic now; None when there is none.

    Raises:
        VttsyncError: exit 4, when the token may not know; exit 6, not reached.
    """
    return judge.live_version(asked_deployments(api, account_id, worker))


def asked_deployments(api: CloudflareApi, account_id: str, worker: str) -> Answer:
    """Cloudflare's word on the newest deployments of `worker`; raises as `live_version`."""
    answer = api.get(f"/accounts/{account_id}/workers/scripts/{worker}/deployments")
    if answer.status != 200 and not answer.names_no_worker:
        raise untold(f"what is live of {worker}", answer)
    return answer
