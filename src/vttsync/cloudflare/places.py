"""Whether a Worker can have the custom domains and routes that it wants: pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vttsync.cloudflare.api import Answer
from vttsync.cloudflare.questions import Answers, Subject, Zone, host_of, zone_of
from vttsync.errors import Exit, VttsyncError
from vttsync.findings import Finding, failed, ok, skipped, warning


def judge(subject: Subject, answers: Answers) -> Iterator[Finding]:
    """A finding for each custom domain and each route."""
    for host in subject.domains:
        yield _domain(subject, host, answers)
    for pattern in subject.patterns:
        yield _route(subject, pattern, answers)


def _domain(subject: Subject, host: str, answers: Answers) -> Finding:
    check = f"domain {host}"
    owners = [str(entry.get("service", "")) for entry in _listed(answers, check)]
    others = [owner for owner in owners if owner != subject.worker]
    if others:
        error = VttsyncError(
            f"{host} belongs to the Worker `{others[0]}`.",
            why="wrangler would take it away from there without asking.",
            fix=f"Remove the custom domain from `{others[0]}` in the dashboard first, or choose "
            "another in wrangler.toml.",
            exit_code=Exit.CONFIG,
        )
        return failed(check, error)
    zone = zone_of(host, answers)
    if zone is None:
        return _no_zone(check, host, answers)
    records = [] if owners else _listed(answers, f"records {host}")
    if records:
        kind, content = records[0].get("type", "DNS"), records[0].get("content", "")
        error = VttsyncError(
            f"{host} has a DNS record already ({kind} {content}).",
            why="Cloudflare makes the record of a custom domain itself, and refuses to replace "
            "one (error 100117).",
            fix=f"Delete the record in the zone {zone.name}, or choose another host name.",
            exit_code=Exit.CONFIG,
        )
        return failed(check, error)
    return _in_zone(check, zone, "is this Worker's" if owners else "is free")


def _route(subject: Subject, pattern: str, answers: Answers) -> Finding:
    check = f"route {pattern}"
    zone = zone_of(host_of(pattern), answers)
    if zone is None:
        return _no_zone(check, host_of(pattern), answers)
    taken = [
        str(entry.get("script") or "nothing")
        for entry in _listed(answers, f"routes {pattern}")
        if entry.get("pattern") == pattern and entry.get("script") != subject.worker
    ]
    if taken:
        error = VttsyncError(
            f"The route {pattern} leads to the Worker `{taken[0]}`.",
            why="A pattern can lead to one Worker only.",
            fix="Remove the route there first, or choose another pattern in wrangler.toml.",
            exit_code=Exit.CONFIG,
        )
        return failed(check, error)
    return _in_zone(check, zone, "is free, or this Worker's")


def _in_zone(check: str, zone: Zone, told: str) -> Finding:
    if zone.status == "active":
        return ok(check, f"{told}, in the zone {zone.name}")
    return warning(
        check,
        f"The zone {zone.name} is {zone.status}.",
        why="Until its name servers are Cloudflare's, the room does not answer there.",
        fix="Follow what the dashboard says about the zone's name servers.",
        exit_code=Exit.CONFIG,
    )


def _no_zone(check: str, host: str, answers: Answers) -> Finding:
    told = answers.get("zones")
    if not isinstance(told, Answer):
        return skipped(check, "Cloudflare could not be asked")
    error = VttsyncError(
        f"No zone of this account holds {host}.",
        why="A custom domain or a route needs its domain on the same account (error 10083).",
        fix="Add the domain to the account in the dashboard, or correct it in wrangler.toml.",
        exit_code=Exit.CONFIG,
    )
    if told.rows():  # the token sees zones, and this is not among them
        return failed(check, error)
    return warning(
        check,
        f"Inconclusive: the token sees no zone that holds {host}.",
        why="The account has none, or the token lacks “Zone: Read”; a deploy fails in the first "
        "case (error 10083).",
        fix="Compare with the zones in the dashboard, or give the token that permission.",
        exit_code=Exit.CREDENTIALS,
    )


def _listed(answers: Answers, name: str) -> list[dict[str, Any]]:
    answer = answers.get(name)
    return answer.rows() if isinstance(answer, Answer) else []
