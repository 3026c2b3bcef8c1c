"""A Worker's versions and deployments, as Cloudflare tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vttsync.cloudflare.api import Answer, CloudflareApi, untold

_PAGE = 100
_PAGES = 10


@dataclass(frozen=True)
class Version:
    """One version.

    Attributes:
        number: counts from 1.
        created_on: ISO 8601, UTC.
        source: "wrangler", "dash", "api" …
        author: an e-mail address, or "".
        trigger: "upload", "secret" …
    """

    id: str
    number: int
    created_on: str
    source: str
    author: str
    message: str
    tag: str
    trigger: str


@dataclass(frozen=True)
class Deployment:
    """One decision about who serves the traffic; other fields as a version's.

    Attributes:
        version_id: the version that gets most of it.
        percentage: how much that is.
    """

    id: str
    version_id: str
    percentage: float
    created_on: str
    source: str
    author: str
    message: str
    trigger: str


def read_deployments(api: CloudflareApi, account_id: str, worker: str) -> tuple[Deployment, ...]:
    """The Worker's last deployments, newest first; empty, when there is no such Worker.

    Raises:
        VttsyncError: exit 4, when Cloudflare doesn't tell; exit 6, not reached.
    """
    answer = api.get(f"/accounts/{account_id}/workers/scripts/{worker}/deployments")
    if answer.names_no_worker:
        return ()
    rows = _told(answer, f"what was deployed of {worker}").get("deployments") or ()
    found = [_deployment(row) for row in rows if row.get("versions")]
    return tuple(sorted(found, key=lambda it: it.created_on, reverse=True))


def read_versions(api: CloudflareApi, account_id: str, worker: str) -> dict[str, Version]:
    """The Worker's versions by id, as far back as a rollback can go and further.

    Raises:
        VttsyncError: exit 4, when Cloudflare doesn't tell; exit 6, not reached.
    """
    found: dict[str, Version] = {}
    for page in range(1, _PAGES + 1):
        params = {"page": str(page), "per_page": str(_PAGE)}
        answer = api.get(f"/accounts/{account_id}/workers/scripts/{worker}/versions", params)
        if answer.names_no_worker:
            return {}
        rows = _told(answer, f"the versions of {worker}").get("items") or ()
        found |= {str(row["id"]): _version(row) for row in rows}
        if len(rows) < _PAGE:
            break
    return found


def read_migration(api: CloudflareApi, account_id: str, worker: str, version_id: str) -> str | None:
    """The Durable Object migration that a version stands at; None, when it isn't told.

    Raises:
        VttsyncError: exit 4, when Cloudflare doesn't tell of the version; exit 6, not reached.
    """
    path = f"/accounts/{account_id}/workers/scripts/{worker}/versions/{version_id}"
    resources = _told(api.get(path), f"what version {version_id} is").get("resources") or {}
    tag = (resources.get("script_runtime") or {}).get("migration_tag")
    return str(tag) if tag else None


def _told(answer: Answer, what: str) -> Mapping[str, Any]:
    if answer.status == 200:
        return answer.fields()
    raise untold(what, answer)


def _deployment(row: Mapping[str, Any]) -> Deployment:
    share = max(row["versions"], key=lambda it: float(it.get("percentage", 0)))
    notes = row.get("annotations") or {}
    return Deployment(
        id=str(row.get("id", "")),
        version_id=str(share["version_id"]),
        percentage=float(share.get("percentage", 0)),
        created_on=str(row.get("created_on", "")),
        source=str(row.get("source", "")),
        author=str(row.get("author_email") or ""),
        message=str(notes.get("workers/message") or ""),
        trigger=str(notes.get("workers/triggered_by") or ""),
    )


def _version(row: Mapping[str, Any]) -> Version:
    data, notes = row.get("metadata") or {}, row.get("annotations") or {}
    return Version(
        id=str(row["id"]),
        number=int(row.get("number") or 0),
        created_on=str(data.get("created_on", "")),
        source=str(data.get("source", "")),
        author=str(data.get("author_email") or ""),
        message=str(notes.get("workers/message") or ""),
        tag=str(notes.get("workers/tag") or ""),
        trigger=str(notes.get("workers/triggered_by") or ""),
    )
