"""One deploy: check → packages → upload code and secrets as one version → healthy → receipt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.preflight import Checked, preflight
from vttsync.deploy.desired import Desired
from vttsync.deploy.health import wait_until_live
from vttsync.deploy.receipt import Receipt, write_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.node import packages
from vttsync.node.runtime import Node, find_node
from vttsync.node.wrangler import Deployed, Target, Wrangler
from vttsync.progress import Stages
from vttsync.project.folder import Project


@dataclass(frozen=True)
class Outcome:
    """A deploy that went through."""

    receipt: Receipt
    notes: tuple[str, ...]


def wrangler_of(project: Project, node: Node, want: Desired) -> Wrangler:
    """The project's own wrangler, pointed at the account of `want`."""
    target = Target(want.account_id, want.token.value, want.api_base_url)
    return Wrangler(node, project.party, target)


def deploy(project: Project, want: Desired, stage: Stages) -> Outcome:
    """Bring `want` live and see it answer.

    Raises:
        VttsyncError: exit 4 to 7, nothing changed; exit 8, uploaded but not healthy.
    """
    node = find_node()
    with stage("account and token") as step:
        with CloudflareApi(want.api_base_url, want.token) as api:
            checked = preflight(api, want.token, want.account_id, want.worker)
        step.update(checked.account_name or want.account_id)
    if not packages.is_installed(project.party):
        with stage("npm packages"):
            packages.install(node, project.party)
    with stage("upload") as step:
        deployed = wrangler_of(project, node, want).deploy(want.env, want.secrets.values)
        step.update(deployed.version_id)
    url = want.url or _url(want, deployed)
    with stage("health") as step:
        wait_until_live(url, deployed.version_id)
        step.update(url)
    receipt = _receipt(want, checked, deployed, url)
    write_receipt(project.state, receipt)
    return Outcome(receipt, checked.notes)


def roll_back(project: Project, want: Desired, to: Receipt, stage: Stages) -> None:
    """Bring the version of receipt `to` live again and see it answer.

    Raises:
        VttsyncError: exit 7, when wrangler fails; exit 8, when the version does not answer.
    """
    with stage("roll back") as step:
        wrangler_of(project, find_node(), want).rollback(want.env, to.version_id)
        wait_until_live(to.url, to.version_id)
        step.update(to.version_id)
    write_receipt(project.state, to)


def _url(want: Desired, deployed: Deployed) -> str:
    """Where the Worker answers: what the API says in full, else the host that wrangler names."""
    with CloudflareApi(want.api_base_url, want.token) as api:
        answer = api.get(f"/accounts/{want.account_id}/workers/workers/{want.worker}")
    subdomain = (answer.result or {}).get("subdomain") or {}
    if subdomain.get("enabled") and subdomain.get("url"):
        return str(subdomain["url"]).rstrip("/")
    # Targets are host names; routes have a path or a star, and may be anybody's pattern.
    hosts = [target for target in deployed.targets if re.fullmatch(r"[a-z0-9.-]+", target)]
    if hosts:
        return f"https://{hosts[0]}"
    raise VttsyncError(
        f"Version {deployed.version_id} is live, but vttsync does not know its address.",
        why="workers.dev is off for this Worker, and wrangler named only: "
        f"{', '.join(deployed.targets) or 'nothing'}.",
        fix='Say it in vttsync.toml, as `url = "https://…"` under the environment.',
        exit_code=Exit.CONFIG,
    )


def _receipt(want: Desired, checked: Checked, deployed: Deployed, url: str) -> Receipt:
    return Receipt(
        env=want.env,
        worker=want.worker,
        account_id=want.account_id,
        url=url,
        version_id=deployed.version_id,
        previous_version=checked.live_version,
        deployed_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
