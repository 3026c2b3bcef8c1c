"""Where a Worker answers: what the project says, else what Cloudflare does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vttsync.cloudflare.api import CloudflareApi
from vttsync.deploy.desired import Desired
from vttsync.deploy.receipt import read_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.project.folder import Project


def find_address(api: CloudflareApi, project: Project, want: Desired) -> str:
    """The address of the Worker of `want`, without a slash at its end; "" when nobody knows it.

    Raises:
        VttsyncError: exit 6, not reached; exit 3, when the last deploy's note can't be read.
    """
    if want.url:
        return want.url
    account = f"/accounts/{want.account_id}/workers"
    told = api.get(f"{account}/workers/{want.worker.name}").fields()
    found = address_of(told)
    if not found and (told.get("subdomain") or {}).get("enabled"):  # without its address
        subdomain = api.get(f"{account}/subdomain").fields().get("subdomain")
        found = f"https://{want.worker.name}.{subdomain}.workers.dev" if subdomain else ""
    receipt = read_receipt(project.state, want.env)
    return found or (receipt.url if receipt else "")


def address_of(worker: Mapping[str, Any]) -> str:
    """The address in what Cloudflare says of a Worker: as after a deploy, workers.dev first."""
    if url := workers_dev_of(worker):
        return url
    domains = (worker.get("references") or {}).get("domains") or ()
    return next((f"https://{it['hostname']}" for it in domains if it.get("hostname")), "")


def workers_dev_of(worker: Mapping[str, Any]) -> str:
    """Its address on workers.dev, in what Cloudflare says of it; "" where it has none."""
    subdomain = worker.get("subdomain") or {}
    return str(subdomain.get("url") or "").rstrip("/") if subdomain.get("enabled") else ""


def no_address(want: Desired) -> VttsyncError:
    """What to say when nobody knows it."""
    return VttsyncError(
        f"The address of {want.worker.name} is not known.",
        why="Cloudflare knows neither a workers.dev address nor a domain of it: it may not be "
        "deployed, or answer at a route alone.",
        fix=f"Run `vttsync deploy --env {want.env}`, or say it in vttsync.toml, as `url` under "
        f"[env.{want.env}].",
        exit_code=Exit.CONFIG,
    )
