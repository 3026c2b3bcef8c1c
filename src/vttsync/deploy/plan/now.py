"""What is live of a Worker, and which deploy made it so: asked of Cloudflare alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vttsync.cloudflare.api import CloudflareApi, untold
from vttsync.cloudflare.preflight import asked_deployments
from vttsync.deploy.desired import Desired
from vttsync.deploy.plan.model import Now


def read_now(want: Desired) -> Now | None:
    """Ask what is live of the Worker of `want`; None when nothing is.

    Raises:
        VttsyncError: exit 4, when the token may not know; exit 6, not reached.
    """
    with CloudflareApi(want.api_base_url, want.token) as api:
        answer = asked_deployments(api, want.account_id, want.worker.name)
        found = answer.fields().get("deployments")
        if answer.status != 200 or found == []:
            return None
        try:
            newest = (found or [])[0]
            busiest = max(newest["versions"], key=lambda it: float(it["percentage"]))
            version_id = str(busiest["version_id"])
        except (LookupError, TypeError, ValueError) as error:
            raise untold(f"what is live of {want.worker.name}", answer) from error
        path = f"/accounts/{want.account_id}/workers/scripts/{want.worker.name}/versions"
        version = api.get(f"{path}/{version_id}")
    if version.status != 200:
        raise untold(f"what version {version_id} of {want.worker.name} is", version)
    return now_of(newest, version_id, version.fields())


def now_of(newest: Mapping[str, Any], version_id: str, version: Mapping[str, Any]) -> Now:
    """What Cloudflare says of its `newest` deployment, and of the version that it brought."""
    said, of_version = _annotations(newest), _annotations(version)
    return Now(
        deployment_id=str(newest.get("id", "")),
        version_id=version_id,
        created_on=str(newest.get("created_on", "")),
        source=str(newest.get("source", "")),
        author=str(newest.get("author_email") or ""),
        message=str(said.get("workers/message") or of_version.get("workers/message") or ""),
        tag=str(of_version.get("workers/tag") or ""),
    )


def _annotations(thing: Mapping[str, Any]) -> Mapping[str, Any]:
    found = thing.get("annotations")
    return found if isinstance(found, Mapping) else {}
