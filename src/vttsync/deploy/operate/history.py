"""What was deployed, when and by whom: Cloudflare's deployments and our own proofs in a row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.versions import Deployment, Version, read_deployments, read_versions
from vttsync.deploy.desired import Desired
from vttsync.deploy.prove.proofs import Proof, proofs
from vttsync.project.folder import Project

# What a deploy writes of itself: the commit, "+changes" for a dirty tree, the code's hash.
_MESSAGE = re.compile(r"([0-9a-f]{7,40})(\+changes)?(?= code [0-9a-f]{12}\b)")
LIVE = 100.0  # percent


@dataclass(frozen=True)
class Entry:
    """One deployment.

    Attributes:
        number: of the version; 0 when Cloudflare no longer lists it.
        at: ISO 8601, UTC.
        who: an e-mail address; else what it came from, such as "dash" or "api".
        why: "upload", "secret", "rollback" … as Cloudflare has it.
        commit: what git was at, with "+changes" when the tree was dirty; "" when unknown.
        message: what the deploy said of itself.
        live: whether it serves the traffic now; `percentage` is its share then.
        proof: what was found of the version from this folder, if anything was.
    """

    version_id: str
    number: int
    at: str
    who: str
    why: str
    commit: str
    message: str
    live: bool
    percentage: float
    proof: Proof | None


def read_history(project: Project, want: Desired) -> tuple[Entry, ...]:
    """Ask Cloudflare what was deployed of the Worker of `want`, newest first.

    Raises:
        VttsyncError: exit 4, when the token may not know; exit 6, not reached.
    """
    worker = want.worker.name
    with CloudflareApi(want.api_base_url, want.token) as api:
        deployments = read_deployments(api, want.account_id, worker)
        versions = read_versions(api, want.account_id, worker) if deployments else {}
    return entries(deployments, versions, proofs(project.state, want.env))


def entries(
    deployments: Sequence[Deployment], versions: Mapping[str, Version], proved: Mapping[str, Proof]
) -> tuple[Entry, ...]:
    """Put together what is known of each deployment; the first of them is live. Pure."""
    return tuple(
        _entry(it, versions.get(it.version_id), proved.get(it.version_id), live=position == 0)
        for position, it in enumerate(deployments)
    )


def _entry(it: Deployment, version: Version | None, proof: Proof | None, *, live: bool) -> Entry:
    # A rollback says of itself that it is one; what came back is told by its version.
    message = (version.message if version else "") or it.message
    return Entry(
        version_id=it.version_id,
        number=version.number if version else 0,
        at=it.created_on,
        who=it.author or it.source or "unknown",
        why=_why(it, version),
        commit=commit_of(message),
        message=it.message or message,
        live=live,
        percentage=it.percentage,
        proof=proof,
    )


def _why(it: Deployment, version: Version | None) -> str:
    if it.trigger not in ("", "deployment"):
        return it.trigger
    return (version.trigger if version else "") or it.trigger


def commit_of(message: str) -> str:
    """The commit that a deploy's message begins with; "" when it isn't one of vttsync's."""
    found = _MESSAGE.match(message)
    return f"{found[1]}{found[2] or ''}" if found else ""
