"""The end of a deployed Worker: what would go with it, and its deletion seen to have happened."""

from __future__ import annotations

from dataclasses import dataclass

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.dependents import count_rooms, users
from vttsync.cloudflare.preflight import live_version
from vttsync.deploy.desired import Desired
from vttsync.deploy.receipt import forget_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.node import packages
from vttsync.node.runtime import find_node
from vttsync.node.wrangler import Target, Wrangler, WranglerError
from vttsync.progress import Stages
from vttsync.project.folder import Project


@dataclass(frozen=True)
class Stake:
    """What would go with a Worker.

    Attributes:
        exists: whether there is such a Worker at all.
        rooms: how many have stored something; None, when the token may not know.
        users: other Workers that would break.
    """

    worker: str
    exists: bool
    rooms: int | None = 0
    users: tuple[str, ...] = ()

    def told(self) -> str:
        """What goes, in a sentence."""
        if self.rooms is None:
            return "How many rooms' data goes with it is not known: the token may not see them."
        if self.rooms == 0:
            return "No room has stored anything."
        return f"The data of {self.rooms} room{'s' if self.rooms > 1 else ''} goes with it."


def at_stake(want: Desired) -> Stake:
    """Ask what would go with the Worker of `want`.

    Raises:
        VttsyncError: exit 4, when the token may not know whether it is there; 6, not reached.
    """
    worker = want.worker.name
    with CloudflareApi(want.api_base_url, want.token) as api:
        if live_version(api, want.account_id, worker) is None and not _is_there(api, want):
            return Stake(worker, exists=False)
        return Stake(
            worker,
            exists=True,
            rooms=count_rooms(api, want.account_id, worker),
            users=users(api, want.account_id, worker),
        )


def check_unused(stake: Stake, want: Desired) -> None:
    """See that no other Worker would break.

    Raises:
        VttsyncError: exit 9, when one would.
    """
    if not stake.users:
        return
    raise VttsyncError(
        f"Others use {stake.worker}; nothing was deleted.",
        why=f"{', '.join(stake.users)} would break.",
        fix="Take it from their bindings first. (`npx wrangler delete --force` deletes it all the "
        f"same, in the folder of wrangler.toml, with `--env {want.env}`.)",
        exit_code=Exit.DECISION_NEEDED,
    )


def destroy(project: Project, want: Desired, stage: Stages) -> None:
    """Delete the Worker of `want` with all that its rooms stored, and see it gone.

    wrangler may fail when the Worker is gone already: it looks at the account's KV then, which a
    token for Workers alone may not.

    Raises:
        VttsyncError: exit 7, when the Worker is there still; 5 (Node); 6, not reached.
    """
    node = find_node()
    packages.ensure(node, project.party, stage)
    target = Target(want.account_id, want.token.value, want.api_base_url)
    with stage("delete") as step:
        failed: WranglerError | None = None
        try:
            Wrangler(node, project.party, target).delete(want.env)
        except WranglerError as error:
            failed = error
        with CloudflareApi(want.api_base_url, want.token) as api:
            if _is_there(api, want):
                raise _still_there(want, failed)
        forget_receipt(project.state, want.env)
        step.update(f"{want.worker.name} is gone")


def _is_there(api: CloudflareApi, want: Desired) -> bool:
    path = f"/accounts/{want.account_id}/workers/services/{want.worker.name}"
    return not api.get(path).names_no_worker


def _still_there(want: Desired, failed: WranglerError | None) -> VttsyncError:
    said = failed.why if failed else "wrangler said that it deleted it, and Cloudflare knows it."
    return VttsyncError(
        f"{want.worker.name} is still there.",
        why=said,
        fix="Say it again; if that does not help, delete it on the dashboard.",
        exit_code=Exit.DEPLOY_FAILED,
    )
