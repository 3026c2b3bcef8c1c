"""How a deployed room is, judged from what was seen of it: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from vttsync import PROTOCOL
from vttsync.deploy.health import Health
from vttsync.deploy.operate.history import LIVE, Entry
from vttsync.deploy.plan.model import Change
from vttsync.errors import Exit, VttsyncError
from vttsync.findings import Finding, Result, failed, ok, skipped, warning

_REFUSED = "status 401"


@dataclass(frozen=True)
class Seen:
    """What was seen.

    Attributes:
        live: the newest deployment; None, when there is none.
        url: where the room answers; "" when nobody knows it.
        outside: what it said of its health, or words for what came instead.
        inside: what a room of its own said; None, when this machine has no key to ask with.
        missing: declared secrets that the live version doesn't have.
        rotating: keys whose previous value the room takes, too.
        drift: what was changed by hand since the last deploy; None, when that isn't known.
    """

    env: str
    worker: str
    live: Entry | None
    url: str = ""
    outside: Health | str = ""
    inside: Health | str | None = None
    missing: tuple[str, ...] = ()
    rotating: tuple[str, ...] = ()
    drift: tuple[Change, ...] | None = None


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether nothing failed; warnings don't count."""
    return all(it.result is not Result.FAILED for it in findings)


def judge(seen: Seen, now: datetime) -> tuple[Finding, ...]:
    """What it means, in the order in which it should be mended."""
    if seen.live is None:
        return (
            _failed(
                "live",
                f"Nothing of {seen.worker} is deployed.",
                why="Cloudflare knows no deployment of it.",
                fix=f"Run `vttsync deploy --env {seen.env}`.",
            ),
        )
    found = [_live(seen, seen.live, now), _outside(seen, seen.live)]
    if isinstance(seen.outside, Health):
        found += [_inside(seen, seen.live), _protocol(seen)]
    return (*found, _secrets(seen), _drift(seen), _proved(seen, seen.live))


def _live(seen: Seen, live: Entry, now: datetime) -> Finding:
    told = f"version {live.version_id}, {age(live.at, now)}, by {live.who}"
    told += f", commit {live.commit}" if live.commit else ""
    if live.percentage >= LIVE:
        return ok("live", told)
    return warning(
        "live",
        f"{told}: it gets {live.percentage:g} % of the traffic.",
        why="The rest goes to another version, which is not looked at here.",
        fix=f"Run `vttsync deploy --env {seen.env}`: it sends all traffic to one version.",
        exit_code=Exit.VERIFY_FAILED,
    )


def _outside(seen: Seen, live: Entry) -> Finding:
    name = "outside"
    if not seen.url:
        return _failed(
            name,
            "The room's address is not known.",
            why="Cloudflare knows neither a workers.dev address nor a domain of the Worker.",
            fix=f"Say it in vttsync.toml, as `url` under [env.{seen.env}].",
        )
    if isinstance(seen.outside, str):
        return _failed(
            name,
            f"The room does not answer at {seen.url}.",
            why=f"{seen.url}/health gave {seen.outside}.",
            fix=f"Look at `vttsync logs --env {seen.env}`; `vttsync rollback --env {seen.env}` "
            "brings the version before it back.",
        )
    if seen.outside.version == live.version_id:
        return ok(name, f"answers at {seen.url}")
    if live.percentage < LIVE:
        return ok(name, f"answers at {seen.url}, just now as version {seen.outside.version}")
    return _failed(
        name,
        f"Another version answers at {seen.url}: {seen.outside.version}.",
        why="A new version takes a while to be everywhere; or the address is another Worker's.",
        fix="Say it again in a minute, then look at whose the address is (`vttsync doctor`).",
    )


def _inside(seen: Seen, live: Entry) -> Finding:
    name = "inside a room"
    if seen.inside is None:
        return skipped(name, "needs PUBLISH_KEY on this machine")
    if seen.inside == _REFUSED:
        return warning(
            name,
            "The room does not take this machine's PUBLISH_KEY.",
            why="It was changed here or there since the last deploy. An app server that has this "
            "one can't publish.",
            fix=f"`vttsync env list --env {seen.env}` says where this one comes from.",
            exit_code=Exit.CREDENTIALS,
        )
    if isinstance(seen.inside, str):
        return _failed(
            name,
            "A new room does not come up.",
            why=f"Its health gave {seen.inside}.",
            fix=f"Look at `vttsync logs --env {seen.env}`.",
        )
    if seen.inside.version == live.version_id or live.percentage < LIVE:
        return ok(name, "runs this version")
    return _failed(
        name,
        f"A new room runs another version: {seen.inside.version}.",
        why="Rooms may keep old code for minutes after a deploy by another tool.",
        fix="Say it again in five minutes.",
    )


def _protocol(seen: Seen) -> Finding:
    spoken = seen.outside.protocol if isinstance(seen.outside, Health) else 0
    if spoken == PROTOCOL:
        return ok("protocol", f"version {spoken}")
    return _failed(
        "protocol",
        f"The room speaks version {spoken} of the protocol.",
        why=f"This vttsync, and the client and publisher that it brings, speak {PROTOCOL}.",
        fix="Use the vttsync that deployed it, or deploy with this one.",
    )


def _secrets(seen: Seen) -> Finding:
    if seen.missing:
        return _failed(
            "secrets",
            f"The live version has no {', '.join(seen.missing)}.",
            why="wrangler.toml or vttsync.toml declares it.",
            fix=f"Run `vttsync deploy --env {seen.env}`: it brings code and secrets.",
        )
    told = "all that are declared are there"
    if seen.rotating:
        told += f"; {' and '.join(seen.rotating)} being rotated"
    return ok("secrets", told)


def _drift(seen: Seen) -> Finding:
    if seen.drift is None:
        return skipped("drift", "not known: no deploy is among the Worker's last versions")
    if not seen.drift:
        return ok("drift", "nothing was changed by hand since the last deploy")
    names = ", ".join(f"{it.kind.value} {it.name}" for it in seen.drift)
    return warning(
        "drift",
        f"Changed by hand since the last deploy: {names}.",
        why="On the dashboard, or by another tool. The next deploy overwrites it, when told to.",
        fix=f"`vttsync deploy --env {seen.env} --plan` shows it.",
        exit_code=Exit.DIFFERENCES,
    )


def _proved(seen: Seen, live: Entry) -> Finding:
    name = "proof"
    if live.proof is None:
        return skipped(name, "this version was not proved from this folder")
    if live.proof.passed:
        return ok(name, f"{live.proof.summary} ({live.proof.at[:16].replace('T', ' ')} UTC)")
    return warning(
        name,
        f"This version was not proved: {live.proof.summary}",
        why=f"That was at {live.proof.at[:16].replace('T', ' ')} UTC.",
        fix=f"Run `vttsync verify-broadcast --env {seen.env}`, or `vttsync rollback`.",
        exit_code=Exit.VERIFY_FAILED,
    )


def _failed(check: str, what: str, *, why: str, fix: str) -> Finding:
    return failed(check, VttsyncError(what, why=why, fix=fix, exit_code=Exit.VERIFY_FAILED))


def age(at: str, now: datetime) -> str:
    """How long ago `at` (ISO 8601) was, in words; `at` itself, where it can't be read."""
    try:
        seconds = (now - datetime.fromisoformat(at)).total_seconds()
    except (ValueError, TypeError):
        return f"since {at}" if at else "since an unknown time"
    return next(
        f"{max(seconds, 0) / size:.0f} {unit} ago"
        for size, unit in _units()
        if seconds >= size or size == 1
    )


def _units() -> Iterator[tuple[int, str]]:
    yield from ((86_400, "days"), (3600, "h"), (60, "min"), (1, "s"))
