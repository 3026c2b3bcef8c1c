"""What Cloudflare's answers mean for a deploy: pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from vttsync.cloudflare import places
from vttsync.cloudflare.api import Answer
from vttsync.cloudflare.questions import Answers, Asked, Subject
from vttsync.cloudflare.token import TOKEN_PAGE, TokenKind
from vttsync.errors import Exit, VttsyncError
from vttsync.findings import Finding, Result, failed, ok, skipped, warning

TEMPLATE = f"the template “Edit Cloudflare Workers”: {TOKEN_PAGE}"
_SOON = timedelta(days=14)
_SKEW = 10.0  # seconds; the room allows tickets 30 (templates/party/src/tickets.ts)
_NO_SUCH_WORKER = (10007, 10090)


def judge(subject: Subject, answers: Answers, now: datetime) -> list[Finding]:
    """Everything that the answers tell, in the order in which it should be mended."""
    silent = next((it for it in answers.values() if isinstance(it, VttsyncError)), None)
    reached = [it for it in answers.values() if isinstance(it, Answer)]
    findings = [_reached(silent, reached)]
    if reached:
        findings.append(_clock(reached))
    token = _token(subject, answers, now)
    findings.append(token)
    rest = [*_account(subject, answers)]
    if token.result is Result.FAILED:
        rest = [skipped(it.check, "needs a token that works") for it in rest]
    elif any(it.check == "read Workers" and it.result is not Result.OK for it in rest):
        told = {"account", "read Workers"}
        rest = [
            it if it.check in told else skipped(it.check, "needs to see the account's Workers")
            for it in rest
        ]
    return findings + rest


def _reached(silent: VttsyncError | None, reached: list[Answer]) -> Finding:
    if silent is None:
        return ok("Cloudflare's API", f"answers ({len(reached)} questions)")
    return failed("Cloudflare's API", silent)


def _clock(reached: list[Answer]) -> Finding:
    told = [it.ahead for it in reached if it.ahead is not None]
    if not told:
        return skipped("clock", "Cloudflare did not say what time it is")
    ahead = min(told, key=abs)
    if abs(ahead) <= _SKEW:
        return ok("clock", "agrees with Cloudflare's")
    direction = "ahead of" if ahead > 0 else "behind"
    return warning(
        "clock",
        f"This machine's clock is {abs(ahead):.0f} s {direction} Cloudflare's.",
        why="The room refuses tickets that are not valid yet or no longer, give or take 30 s; "
        "those that this machine signs may be.",
        fix="Let the system set its clock (NTP).",
        exit_code=Exit.MISSING,
    )


def _token(subject: Subject, answers: Answers, now: datetime) -> Finding:
    kind = subject.token.kind
    if kind is TokenKind.OAUTH:
        return warning(
            "token",
            "It is a token of `wrangler login`.",
            why="wrangler renews these every few hours, and vttsync can't.",
            fix=f"Create an API token from {TEMPLATE}.",
            exit_code=Exit.CREDENTIALS,
        )
    told = [it for name, it in answers.items() if name.startswith("verify ")]
    heard = [it for it in told if isinstance(it, Answer)]
    active = next((it for it in heard if it.status == 200), None)
    if active is not None:
        return _standing(kind, active, now)
    if len(heard) < len(told):
        return skipped("token", "Cloudflare could not be asked")
    return failed("token", _bad_token(_refused(kind, heard)))


def _refused(kind: TokenKind, heard: list[Answer]) -> str:
    for answer in heard:
        if answer.code == 9109 and "location" in answer.message:
            return f"It may not be used from here: {answer.message}."
        if answer.code == 6003:
            return "Cloudflare finds its form invalid; it may be cut off or mistyped."
    elsewhere = ", or owned by another account" if kind is TokenKind.ACCOUNT else ""
    return (
        f"Cloudflare does not know this {kind.value} ({heard[-1]}): deleted, rolled, expired or "
        f"mistyped{elsewhere}."
    )


def _standing(kind: TokenKind, answer: Answer, now: datetime) -> Finding:
    told = answer.fields()
    if told.get("status") != "active":
        return failed("token", _bad_token(f"Cloudflare says that it is {told.get('status')}."))
    begins, ends = _moment(told.get("not_before")), _moment(told.get("expires_on"))
    if begins and begins > now:
        return failed("token", _bad_token(f"It is valid from {begins:%Y-%m-%d %H:%M} UTC on."))
    if ends is None:
        return ok("token", f"{kind.value}, active, without an end")
    if ends <= now:
        return failed("token", _bad_token(f"It expired on {ends:%Y-%m-%d %H:%M} UTC."))
    if ends - now < _SOON:
        return warning(
            "token",
            f"The token expires on {ends:%Y-%m-%d}.",
            why="Deploys stop then; what is live goes on.",
            fix=f"Roll it, or create a new one from {TEMPLATE}.",
            exit_code=Exit.CREDENTIALS,
        )
    return ok("token", f"{kind.value}, active until {ends:%Y-%m-%d}")


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bad_token(why: str) -> VttsyncError:
    return VttsyncError(
        "Cloudflare does not accept the API token.",
        why=why,
        fix=f"Create a new one from {TEMPLATE}.",
        exit_code=Exit.CREDENTIALS,
    )


def _account(subject: Subject, answers: Answers) -> Iterator[Finding]:
    yield from _visible(subject, answers["account"], answers["scripts"])
    yield _editable(answers)
    if subject.workers_dev:
        yield _subdomain(subject, answers["subdomain"])
    yield from places.judge(subject, answers)
    if subject.worker:
        yield _worker(subject, answers)
        yield _migrations(subject, answers["service"])
        yield _secrets(subject, answers["secrets"])


def _visible(subject: Subject, account: Asked, scripts: Asked) -> Iterator[Finding]:
    if not (isinstance(account, Answer) and isinstance(scripts, Answer)):
        yield skipped("account", "Cloudflare could not be asked")
        yield skipped("read Workers", "Cloudflare could not be asked")
        return
    named = account.status == 200
    if named:
        yield ok("account", f"{account.fields().get('name', '')} ({subject.account_id})")
    elif scripts.status == 200:
        # Nothing here needs more: a token with “Workers Scripts: Edit” alone will do.
        yield ok("account", f"{subject.account_id} (its name needs “Account Settings: Read”)")
    else:
        yield failed("account", _unseen(subject, scripts))
    if scripts.status == 200:
        yield ok("read Workers", "the token sees the account's Workers")
    elif named:
        yield failed("read Workers", _unseen(subject, scripts))
    else:
        yield skipped("read Workers", "needs to see the account")


def _unseen(subject: Subject, answer: Answer) -> VttsyncError:
    return VttsyncError(
        f"The token can't see the Workers of account {subject.account_id}.",
        why=f"Cloudflare answered {answer}: the account id belongs to another account, or this "
        f"{subject.token.kind.value} has no permission for Workers there (an IP filter looks the "
        "same).",
        fix="Compare the account id with the dashboard's address, and give the token the "
        f"permission “Workers Scripts: Edit” on that account: {TOKEN_PAGE}.",
        exit_code=Exit.CREDENTIALS,
    )


def _editable(answers: Answers) -> Finding:
    answer, service = answers["edit"], answers.get("service")
    if not isinstance(answer, Answer):
        return skipped("edit Workers", "Cloudflare could not be asked")
    if answer.code == 10007:
        return ok("edit Workers", "the token may create and change Workers")
    exists = isinstance(service, Answer) and service.status == 200
    if answer.code == 10000 and not exists:
        error = VttsyncError(
            "The token may read Workers but not edit them.",
            why=f"Cloudflare answered {answer} to a change. (The role “Editor” may change a Worker "
            "but not create one: the first deploy needs “Admin”.)",
            fix=f"Give the token the permission “Workers Scripts: Edit”: {TOKEN_PAGE}.",
            exit_code=Exit.CREDENTIALS,
        )
        return failed("edit Workers", error)
    why = f"Cloudflare answered {answer} to an empty change of a Worker that does not exist."
    if answer.code == 10000:
        why += " The token may not create Workers, and may or may not change this one."
    return warning(
        "edit Workers",
        "Inconclusive: whether the token may edit Workers is not certain.",
        why=why,
        fix="Deploy: when the right is missing, nothing changes and the error says so.",
        exit_code=Exit.CREDENTIALS,
    )


def _subdomain(subject: Subject, answer: Asked) -> Finding:
    if not isinstance(answer, Answer):
        return skipped("workers.dev", "Cloudflare could not be asked")
    if answer.status == 200:
        return ok("workers.dev", f"{answer.fields().get('subdomain', '')}.workers.dev")
    if answer.code != 10007:
        return skipped("workers.dev", f"can't be read ({answer})")
    error = VttsyncError(
        "The account has no workers.dev subdomain yet.",
        why="Every account chooses one once, before its first Worker.",
        fix=f"Open https://dash.cloudflare.com/{subject.account_id}/workers/onboarding, choose "
        "one, then try again.",
        exit_code=Exit.CREDENTIALS,
    )
    return failed("workers.dev", error)


def _worker(subject: Subject, answers: Answers) -> Finding:
    service, live = answers["service"], live_version(answers["deployments"])
    if live:
        return ok("Worker", f"{subject.worker}, live as {live}")
    if isinstance(service, Answer) and service.status == 200:
        return ok("Worker", f"{subject.worker} exists, and no version of it is live")
    if isinstance(service, Answer) and service.code in _NO_SUCH_WORKER:
        return ok("Worker", f"{subject.worker} is new: a deploy creates it")
    return skipped("Worker", f"can't be read ({service if isinstance(service, Answer) else '?'})")


def live_version(deployments: Asked) -> str | None:
    """The version id that serves most of a Worker's traffic; None when there is none."""
    if not isinstance(deployments, Answer):
        return None
    try:
        newest = deployments.fields()["deployments"][0]["versions"]
        busiest = max(newest, key=lambda version: float(version["percentage"]))
        return str(busiest["version_id"])
    except (LookupError, TypeError, ValueError):  # none, or another shape
        return None


def _migrations(subject: Subject, service: Asked) -> Finding:
    if not isinstance(service, Answer) or (
        service.status != 200 and service.code not in _NO_SUCH_WORKER
    ):
        return skipped("migrations", "what is deployed can't be read")
    tag = _migration_tag(service)
    if tag and tag not in subject.tags:
        error = VttsyncError(
            f"Cloudflare has applied migration `{tag}`, which wrangler.toml does not have.",
            why=f"It has {', '.join(subject.tags) or 'none'}: an older state of the project, or a "
            "tag that was renamed. Cloudflare would refuse the upload (errors 10079, 10074).",
            fix="Bring wrangler.toml up to the state that was deployed; migrations are only ever "
            "added, at the end.",
            exit_code=Exit.CONFIG,
        )
        return failed("migrations", error)
    left = subject.tags[subject.tags.index(tag) + 1 :] if tag else subject.tags
    told = f"at {tag}" if tag else "none applied yet"
    return ok("migrations", told + (f"; a deploy applies {', '.join(left)}" if left else ""))


def _migration_tag(service: Answer) -> str | None:
    try:
        tag = service.fields()["default_environment"]["script"]["migration_tag"]
    except (LookupError, TypeError):
        return None
    return tag if isinstance(tag, str) else None


def _secrets(subject: Subject, answer: Asked) -> Finding:
    if not isinstance(answer, Answer) or (
        answer.status != 200 and answer.code not in _NO_SUCH_WORKER
    ):
        return skipped("deployed secrets", "can't be read")
    there = {str(entry.get("name")) for entry in answer.rows()}
    new = [name for name in subject.secrets if name not in there]
    others = sorted(there - set(subject.secrets))
    told = [f"{len(subject.secrets) - len(new)} of {len(subject.secrets)} are deployed"]
    told += [f"a deploy adds {', '.join(new)}"] if new else []
    told += [f"also {', '.join(others)}, which the project does not name"] if others else []
    return ok("deployed secrets", "; ".join(told))
