"""What Cloudflare is asked before a deploy: pure, and all of it free of side effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vttsync.cloudflare.api import Answer, Question
from vttsync.cloudflare.token import Token, TokenKind
from vttsync.errors import VttsyncError

Asked = Answer | VttsyncError
"""What came of a question: an answer, or why there was none."""

Answers = Mapping[str, Asked]


@dataclass(frozen=True)
class Subject:
    """What the questions are about.

    Attributes:
        worker: its name; "" to ask about token and account only.
        workers_dev: whether the Worker needs the account's workers.dev subdomain.
        domains: host names that become the Worker's custom domains.
        patterns: its other routes, such as "example.com/table/*".
        tags: of its migrations, in order.
        secrets: the names that a deploy sets.
    """

    token: Token
    account_id: str
    worker: str = ""
    workers_dev: bool = True
    domains: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


def questions(subject: Subject, probe: str) -> dict[str, Question]:
    """Everything that can be asked at once, by a name for each answer.

    `probe` is the name of a Worker that can't exist. No call says outright whether a token may
    edit Workers: an empty change to a Worker that isn't there is refused either for the right
    (10000) or for the missing Worker (10007), and changes nothing both times.
    """
    account = f"/accounts/{subject.account_id}"
    asked = {f"verify {path}": Question(path) for path in _verify_paths(subject)}
    asked["account"] = Question(account)
    asked["scripts"] = Question(f"{account}/workers/scripts")
    asked["edit"] = Question(
        f"{account}/workers/scripts/{probe}/secrets-bulk", method="PATCH", body={"secrets": {}}
    )
    if subject.workers_dev:
        asked["subdomain"] = Question(f"{account}/workers/subdomain")
    if subject.worker:
        asked |= _about_worker(subject, account)
    return asked


def _verify_paths(subject: Subject) -> list[str]:
    # Account-owned tokens are unknown to the user's endpoint, and the other way round.
    user, account = "/user/tokens/verify", f"/accounts/{subject.account_id}/tokens/verify"
    match subject.token.kind:
        case TokenKind.USER:
            return [user]
        case TokenKind.ACCOUNT:
            return [account]
        case TokenKind.OAUTH:  # no endpoint knows these; the other answers decide
            return []
        case TokenKind.UNMARKED:
            return [user, account]


def _about_worker(subject: Subject, account: str) -> dict[str, Question]:
    script = f"{account}/workers/scripts/{subject.worker}"
    asked = {
        "service": Question(f"{account}/workers/services/{subject.worker}"),
        "secrets": Question(f"{script}/secrets"),
        "deployments": Question(f"{script}/deployments"),
    }
    hosts = [*subject.domains, *map(host_of, subject.patterns)]
    of_account = {"account.id": subject.account_id}
    if hosts:
        asked["zones"] = Question("/zones", of_account)
    for name in sorted({suffix for host in hosts for suffix in suffixes(host)}):
        asked[f"zone {name}"] = Question("/zones", {"name": name, **of_account})
    for host in subject.domains:
        asked[f"domain {host}"] = Question(f"{account}/workers/domains", {"hostname": host})
    return asked


def questions_about_zones(subject: Subject, answers: Answers) -> dict[str, Question]:
    """What can be asked once the zones are known: who has the host names and patterns now."""
    asked = {}
    for host in subject.domains:
        if zone := zone_of(host, answers):
            asked[f"records {host}"] = Question(f"/zones/{zone.id}/dns_records", {"name": host})
    for pattern in subject.patterns:
        if zone := zone_of(host_of(pattern), answers):
            asked[f"routes {pattern}"] = Question(f"/zones/{zone.id}/workers/routes")
    return asked


def host_of(pattern: str) -> str:
    """The host of a route's pattern: "*.example.com/table/*" is about example.com."""
    return pattern.removeprefix("https://").partition("/")[0].lstrip("*").lstrip(".")


def suffixes(host: str) -> Iterator[str]:
    """The names that the zone of `host` may have, the longest first."""
    labels = host.split(".")
    for start in range(max(1, len(labels) - 1)):
        yield ".".join(labels[start:])


@dataclass(frozen=True)
class Zone:
    """A domain on the account; `status` is "active" once its name servers are Cloudflare's."""

    id: str
    name: str
    status: str


def zone_of(host: str, answers: Answers) -> Zone | None:
    """The zone that holds `host`, if the token sees one."""
    for name in suffixes(host):
        answer = answers.get(f"zone {name}")
        for row in answer.rows() if isinstance(answer, Answer) else ():
            return Zone(str(row.get("id")), name, str(row.get("status", "active")))
    return None
