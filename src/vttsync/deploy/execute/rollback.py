"""Back to a version that was live before: by its id, and never silently over rotated secrets."""

from __future__ import annotations

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.deployments import SecretsChangedError, make_live
from vttsync.deploy.desired import Desired
from vttsync.deploy.execute.aftermath import Attempt, add, look, telling
from vttsync.deploy.execute.run import see_healthy
from vttsync.deploy.patience import Patience
from vttsync.deploy.plan.now import read_now
from vttsync.deploy.receipt import Receipt, write_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.progress import Stages
from vttsync.project.folder import Project

_PATIENCE = Patience()


def roll_back(
    project: Project,
    want: Desired,
    to: Receipt,
    stage: Stages,
    *,
    over_secrets: bool = False,
    patience: Patience = _PATIENCE,
) -> None:
    """Bring the version of receipt `to` live again and see it answer.

    Args:
        project: whose notes are kept.
        want: the environment, with the keys that the version takes.
        to: what to go back to.
        stage: tells of itself.
        over_secrets: whether it may bring other secrets back.
        patience: how long to wait.

    Raises:
        SecretsChangedError: exit 7, nothing has changed.
        VttsyncError: exit 6 or 7, when Cloudflare refuses, saying what is live; exit 8, when the
            version does not answer.
    """
    now = read_now(want)
    attempt = Attempt(want, now.version_id if now else None, "", patience)
    make_live_again(attempt, to, stage, over_secrets=over_secrets)
    write_receipt(project.state, to)
    with telling(Attempt(want, None, "", patience), "the wait for the version"):
        see_healthy(want, to, stage, patience.health)


def make_live_again(
    attempt: Attempt, to: Receipt, stage: Stages, *, over_secrets: bool = False
) -> None:
    """Send all traffic to the version of receipt `to`.

    `attempt` is the deploy that is undone; raises as `roll_back`, but for exit 8.
    """
    with stage("roll back") as step:
        with telling(attempt, "the rollback"):
            _make_live(attempt, to.version_id, over_secrets=over_secrets)
        step.update(to.version_id)


def _make_live(attempt: Attempt, version_id: str, *, over_secrets: bool) -> None:
    want = attempt.want
    try:
        with CloudflareApi(want.api_base_url, want.token) as api:
            make_live(
                api, want.account_id, want.worker.name, version_id,
                message=f"vttsync: back to {version_id}", over_secrets=over_secrets,
            )  # fmt: skip
    except SecretsChangedError:
        raise
    except VttsyncError as error:
        standing = look(attempt, settled=error.exit_code is not Exit.UNREACHABLE)
        if standing.now is None or standing.now.version_id != version_id:
            add(error, standing, attempt)
            raise
