"""One deploy: check → plan → upload code and secrets as one version → healthy → receipt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from vttsync.background import Started
from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.bindings import read_bound
from vttsync.deploy.desired import Desired
from vttsync.deploy.difference import left_as_deployed
from vttsync.deploy.examine import Ready, make_sure
from vttsync.deploy.execute import aftermath
from vttsync.deploy.execute.aftermath import Attempt, telling
from vttsync.deploy.execute.commit import Commit, message, new_tag, read_commit
from vttsync.deploy.execute.upload import find_url, upload
from vttsync.deploy.health import wait_until_inside, wait_until_live
from vttsync.deploy.patience import Patience
from vttsync.deploy.plan.model import Code, Plan
from vttsync.deploy.plan.now import read_now
from vttsync.deploy.plan.planning import plan_deploy
from vttsync.deploy.plan.risks import check_harmless
from vttsync.deploy.receipt import Receipt, make_room, write_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.interrupts import interrupts
from vttsync.node import packages
from vttsync.node.bundle import weigh
from vttsync.node.runtime import find_node
from vttsync.progress import Stages
from vttsync.project.folder import Project
from vttsync.project.secrets import PUBLISH_KEY, previous

_PATIENCE = Patience()


@dataclass(frozen=True)
class Outcome:
    """A deploy that is live.

    Attributes:
        attempt: by which it is recognised.
    """

    receipt: Receipt
    notes: tuple[str, ...]
    attempt: Attempt


def deploy(
    project: Project,
    want: Desired,
    stage: Stages,
    *,
    plan: Plan | None = None,
    patience: Patience = _PATIENCE,
) -> Outcome:
    """Bring `want` live and see it answer, where nobody has to agree to anything.

    Args:
        project: whose code is deployed.
        want: what should be live.
        stage: tells of itself.
        plan: what is done, where that is known; else it is made.
        patience: how long to wait.

    Raises:
        VttsyncError: exit 3 to 6 before the upload, when nothing has changed; exit 9, when
            something would be lost; exit 5 or 7 from wrangler, saying what is live; exit 3, 6 or 8
            after the upload, whose receipt is kept.
    """
    if plan:
        ready = check(project, want, stage)
    else:
        ready, code = prepare(project, want, stage)
        plan = plan_deploy(project, want, ready, code)
        check_harmless(plan)
    outcome = execute(project, want, ready, plan, stage, patience=patience)
    with telling(outcome.attempt, "the wait for the new version"):
        see_healthy(want, outcome.receipt, stage, patience.health)
    return outcome


def check(project: Project, want: Desired, stage: Stages) -> Ready:
    """See that a deploy of `want` may begin; install the room's packages where they are missing.

    Raises:
        VttsyncError: exit 3 to 6; nothing has changed.
    """
    with stage("checks") as step:
        ready = make_sure(project, want)
        step.update(ready.checked.account_name or want.account_id)
    packages.ensure(ready.node, project.party, stage)
    return ready


def prepare(project: Project, want: Desired, stage: Stages) -> tuple[Ready, Code | None]:
    """As `check`, while wrangler bundles the code; None where its packages are missing yet.

    Raises:
        VttsyncError: exit 3 to 6, that of the checks first; nothing has changed.
    """
    if not packages.is_installed(project.party):
        return check(project, want, stage), None
    with stage("checks") as step:
        # The checks in the thread: what an interrupt meets here is the child to be stopped.
        checking = Started(partial(make_sure, project, want))
        try:
            code = weigh(find_node(), project.party, want.env)
        except VttsyncError:
            checking.result()
            raise
        ready = checking.result()
        step.update(ready.checked.account_name or want.account_id)
    return ready, code


def execute(
    project: Project,
    want: Desired,
    ready: Ready,
    plan: Plan,
    stage: Stages,
    *,
    commit: Commit | None = None,
    patience: Patience = _PATIENCE,
) -> Outcome:
    """Do what `plan` says: bring `want` live as one version, unless somebody else deployed since.

    Raises:
        MovedError: exit 7; nothing has changed.
        VttsyncError: exit 3, 4, 6, when nothing has changed; 5, 7 or 130, saying what is live.
    """
    make_room(project.state, want.env)
    commit = commit or read_commit(project.root)
    before = plan.now.version_id if plan.now else None
    attempt = Attempt(want, before, new_tag(), patience)
    kept = _left_as_deployed(want, before)
    with stage("upload") as step:
        check_unmoved(plan, want)
        with (
            _kept_when_live(project, attempt),
            telling(attempt, "the upload"),
            interrupts.held(),  # a version that is live is noted, whenever a signal comes
        ):
            said = message(commit, plan.code.sha256)
            secrets = want.secrets.without(kept).values
            deployed, notes = upload(project.party, ready.node, attempt, secrets, said)
            # At once: whatever fails from here on, this version is live, and can be verified by
            # its note.
            receipt = _receipt(attempt, deployed.version_id)
            write_receipt(project.state, receipt)
            if not receipt.url:
                receipt = replace(receipt, url=find_url(want, deployed))
                write_receipt(project.state, receipt)
        step.update(deployed.version_id)
    return Outcome(receipt, (*ready.notes, *map(_kept, kept), *notes), attempt)


@contextmanager
def _kept_when_live(project: Project, attempt: Attempt) -> Iterator[None]:
    """Keep a receipt of a version that is live although the block fails."""
    try:
        yield
    except VttsyncError as error:
        version_id = aftermath.new_version(error)
        if version_id:
            with suppress(VttsyncError):  # the first failure is the one to tell
                write_receipt(project.state, _receipt(attempt, version_id))
        raise


def see_healthy(want: Desired, receipt: Receipt, stage: Stages, patience: float) -> None:
    """See the version of `receipt` answer, from outside and from inside a room of its own.

    Raises:
        VttsyncError: exit 8, when it hasn't within `patience` seconds, or refuses the publish key.
    """
    with stage("health") as step:
        wait_until_live(receipt.url, receipt.version_id, patience)
        key = want.secrets.values.get(PUBLISH_KEY)
        if key:
            wait_until_inside(receipt.url, receipt.version_id, key, patience)
        step.update(receipt.url)


class MovedError(VttsyncError):
    """What is live is no longer what the plan began with."""

    def __init__(self, before: str, now: str) -> None:
        super().__init__(
            "Somebody else has deployed since the plan was made; nothing was uploaded.",
            why=f"{before} was live then, {now} is now: this deploy would undo what it brought.",
            fix="Make a new plan: `vttsync deploy` with --plan shows it.",
            exit_code=Exit.DEPLOY_FAILED,
        )


def check_unmoved(plan: Plan, want: Desired) -> None:
    """See that nobody has deployed since `plan` was made.

    Raises:
        MovedError: exit 7, when somebody has.
        VttsyncError: exit 4 or 6, when Cloudflare doesn't tell.
    """
    now = read_now(want)
    if (now.deployment_id if now else None) == (plan.now.deployment_id if plan.now else None):
        return
    raise MovedError(
        f"Version {plan.now.version_id}" if plan.now else "Nothing",
        f"version {now.version_id}" if now else "nothing",
    )


def _left_as_deployed(want: Desired, live: str | None) -> tuple[str, ...]:
    if live is None:
        return ()
    with CloudflareApi(want.api_base_url, want.token) as api:
        bound = read_bound(api, want.account_id, want.worker.name, live)
    return left_as_deployed(want.secrets.values, bound)


def _kept(key: str) -> str:
    return f"{key} is being rotated: it stays as it is deployed, with {previous(key)} beside it"


def _receipt(attempt: Attempt, version_id: str) -> Receipt:
    want = attempt.want
    return Receipt(
        env=want.env,
        worker=want.worker.name,
        account_id=want.account_id,
        url=want.url,
        version_id=version_id,
        previous_version=attempt.before,
        deployed_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
