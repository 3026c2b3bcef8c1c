"""One deploy: check → packages → upload code and secrets as one version → healthy → receipt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.bindings import read_bound
from vttsync.cloudflare.preflight import Checked, live_version
from vttsync.deploy.desired import Desired
from vttsync.deploy.difference import left_as_deployed
from vttsync.deploy.examine import make_sure
from vttsync.deploy.health import PATIENCE, wait_until_live
from vttsync.deploy.receipt import Receipt, make_room, write_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.node import packages
from vttsync.node.runtime import Node, find_node
from vttsync.node.wrangler import Deployed, Target, Wrangler, WranglerError
from vttsync.progress import Stages
from vttsync.project.folder import Project
from vttsync.project.secrets import previous


@dataclass(frozen=True)
class Outcome:
    """A deploy that went through."""

    receipt: Receipt
    notes: tuple[str, ...]


def wrangler_of(project: Project, node: Node, want: Desired) -> Wrangler:
    """The project's own wrangler, pointed at the account of `want`."""
    target = Target(want.account_id, want.token.value, want.api_base_url)
    return Wrangler(node, project.party, target)


def deploy(
    project: Project, want: Desired, stage: Stages, *, patience: float = PATIENCE
) -> Outcome:
    """Bring `want` live and see it answer, within `patience` seconds.

    Raises:
        VttsyncError: exit 3 to 6 before the upload, when nothing has changed; exit 5 or 7 from
            wrangler, saying what is live; exit 3, 6 or 8 after the upload, whose receipt is kept.
    """
    with stage("checks") as step:
        ready = make_sure(project, want)
        step.update(ready.checked.account_name or want.account_id)
    node, checked = ready.node, ready.checked
    if not packages.is_installed(project.party):
        with stage("npm packages"):
            packages.install(node, project.party)
    make_room(project.state, want.env)
    kept = _left_as_deployed(want, checked)
    with stage("upload") as step:
        with _telling_what_is_live(want, checked.live_version):
            secrets = want.secrets.without(kept).values
            deployed = wrangler_of(project, node, want).deploy(want.env, secrets)
        step.update(deployed.version_id)
    # At once: whatever fails from here on, this version is live, and can be verified by its note.
    receipt = _receipt(want, checked, deployed)
    write_receipt(project.state, receipt)
    with stage("health") as step:
        if not receipt.url:
            receipt = replace(receipt, url=_url(want, deployed))
            write_receipt(project.state, receipt)
        wait_until_live(receipt.url, deployed.version_id, patience)
        step.update(receipt.url)
    return Outcome(receipt, (*ready.notes, *map(_kept, kept)))


def roll_back(
    project: Project, want: Desired, to: Receipt, stage: Stages, *, patience: float = PATIENCE
) -> None:
    """Bring the version of receipt `to` live again and see it answer, within `patience` seconds.

    Raises:
        VttsyncError: exit 5 or 7, when wrangler fails, saying what is live; exit 8, when the
            version does not answer.
    """
    with stage("roll back") as step:
        with _telling_what_is_live(want, None):
            wrangler_of(project, find_node(), want).rollback(want.env, to.version_id)
        write_receipt(project.state, to)
        wait_until_live(to.url, to.version_id, patience)
        step.update(to.version_id)


def _left_as_deployed(want: Desired, checked: Checked) -> tuple[str, ...]:
    if checked.live_version is None:
        return ()
    with CloudflareApi(want.api_base_url, want.token) as api:
        bound = read_bound(api, want.account_id, want.worker.name, checked.live_version)
    return left_as_deployed(want.secrets.values, bound)


def _kept(key: str) -> str:
    return f"{key} is being rotated: it stays as it is deployed, with {previous(key)} beside it"


@contextmanager
def _telling_what_is_live(want: Desired, before: str | None) -> Iterator[None]:
    """Let wrangler's failures say what is live: it may fail after the upload, too."""
    try:
        yield
    except WranglerError as error:
        error.fix = f"{_what_is_live(want, before)} {error.fix}"
        raise


def _what_is_live(want: Desired, before: str | None) -> str:
    try:
        with CloudflareApi(want.api_base_url, want.token) as api:
            now = live_version(api, want.account_id, want.worker.name)
    except VttsyncError:
        return "What is live now is not known, as Cloudflare could not be asked."
    if now is None:
        return "Nothing is live."
    return "What was live is still live." if now == before else f"Version {now} is live now."


def _url(want: Desired, deployed: Deployed) -> str:
    """Where the Worker answers: what the API says in full, else the host that wrangler names."""
    with CloudflareApi(want.api_base_url, want.token) as api:
        answer = api.get(f"/accounts/{want.account_id}/workers/workers/{want.worker.name}")
    subdomain = answer.fields().get("subdomain") or {}
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


def _receipt(want: Desired, checked: Checked, deployed: Deployed) -> Receipt:
    return Receipt(
        env=want.env,
        worker=want.worker.name,
        account_id=want.account_id,
        url=want.url,
        version_id=deployed.version_id,
        previous_version=checked.live_version,
        deployed_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
