"""Secrets taken from a deployed Worker: one new version, seen to answer, and noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.bindings import delete_secrets
from vttsync.cloudflare.preflight import live_version
from vttsync.deploy.desired import Desired
from vttsync.deploy.health import PATIENCE, wait_until_live
from vttsync.deploy.receipt import read_receipt, write_receipt
from vttsync.progress import Stages
from vttsync.project.folder import Project


def remove(
    project: Project, want: Desired, names: Sequence[str], stage: Stages,
    *, patience: float = PATIENCE,
) -> str:  # fmt: skip
    """Take the secrets `names` from the Worker of `want`; tell the version that is live then.

    Raises:
        NotLatestError: exit 7, when the latest version isn't live; nothing has changed.
        VttsyncError: exit 4 (refused), 6 (not reached), 8 (the new version does not answer).
    """
    worker, receipt = want.worker.name, read_receipt(project.state, want.env)
    with stage("remove") as step:
        with CloudflareApi(want.api_base_url, want.token) as api:
            before = live_version(api, want.account_id, worker)
            delete_secrets(api, want.account_id, worker, names)
            now = live_version(api, want.account_id, worker) or ""
        step.update(", ".join(names))
    if receipt and receipt.version_id == before:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        receipt = replace(receipt, version_id=now, previous_version=before, deployed_at=at)
        write_receipt(project.state, receipt)
    url = want.url or (receipt.url if receipt else "")
    if url:
        with stage("health") as step:
            wait_until_live(url, now, patience)
            step.update(url)
    return now
