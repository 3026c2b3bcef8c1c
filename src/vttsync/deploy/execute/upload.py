"""wrangler at work on a deploy, and what is done when it fails though its version went live."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from vttsync.cloudflare.api import CloudflareApi
from vttsync.deploy.desired import Desired
from vttsync.deploy.execute.aftermath import Attempt, add, is_ours, look
from vttsync.deploy.where import workers_dev_of
from vttsync.errors import Exit, VttsyncError
from vttsync.interrupts import interrupts
from vttsync.node.runtime import Node
from vttsync.node.wrangler import Deployed, Target, Wrangler, WranglerError


class NotConnectedError(VttsyncError):
    """The new version is live, and one of its addresses doesn't lead to it."""

    def __init__(self, version_id: str, why: str) -> None:
        super().__init__(
            f"Version {version_id} is live, but not at all of its addresses.",
            why=why,
            fix="Mend the cause, then deploy again; what was live before stays reachable by "
            "nothing but a rollback.",
            exit_code=Exit.DEPLOY_FAILED,
        )


def upload(
    party: Path, node: Node, attempt: Attempt, secrets: Mapping[str, str], message: str
) -> tuple[Deployed, tuple[str, ...]]:
    """Upload code and secrets as one version that goes live; tell what should be noted.

    Called while interrupts are held; wrangler is interrupted all the same. Where it fails and its
    version is live (an answer was lost, or a route could not be set), the addresses are set once
    more, and the deploy goes on.

    Raises:
        WranglerError: exit 5 or 7, saying what is live.
        NotConnectedError: exit 7, the new version is live.
    """
    want = attempt.want
    target = Target(want.account_id, want.token.value, want.api_base_url)
    wrangler = Wrangler(node, party, target, attempt.patience.upload)
    try:
        with interrupts.released():
            return wrangler.deploy(want.env, secrets, tag=attempt.tag, message=message), ()
    except WranglerError as error:
        standing = look(attempt, settled=error.answered)
        if standing.now is None or not is_ours(standing, attempt):
            add(error, standing, attempt)
            raise
        version_id, lost = standing.now.version_id, error.why
    try:
        with interrupts.released():
            wrangler.connect(want.env)
    except WranglerError as error:
        failed = NotConnectedError(version_id, error.why)
        add(failed, standing, attempt)
        raise failed from error
    note = f"wrangler failed ({lost.rstrip('.')}), yet its version is live: the deploy went on"
    return Deployed(version_id, ()), (note,)


def find_url(want: Desired, deployed: Deployed) -> str:
    """Where the Worker answers: what the API says in full, else a host name of its own.

    Raises:
        VttsyncError: exit 3, when it has none; 6, when Cloudflare can't be asked.
    """
    with CloudflareApi(want.api_base_url, want.token) as api:
        answer = api.get(f"/accounts/{want.account_id}/workers/workers/{want.worker.name}")
    if url := workers_dev_of(answer.fields()):
        return url
    # Targets are host names; routes have a path or a star, and may be anybody's pattern.
    hosts = [target for target in deployed.targets if re.fullmatch(r"[a-z0-9.-]+", target)]
    hosts += [route.pattern for route in want.worker.routes if route.custom_domain]
    if hosts:
        return f"https://{hosts[0]}"
    raise VttsyncError(
        f"Version {deployed.version_id} is live, but vttsync does not know its address.",
        why="workers.dev is off for this Worker, and wrangler named only: "
        f"{', '.join(deployed.targets) or 'nothing'}.",
        fix='Say it in vttsync.toml, as `url = "https://…"` under the environment.',
        exit_code=Exit.CONFIG,
    )
