"""A rollback that somebody asks for: to which version, whether it can be, and its proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.deployments import SecretsChangedError
from vttsync.cloudflare.versions import read_migration, read_versions
from vttsync.deploy.desired import Desired
from vttsync.deploy.execute.aftermath import Attempt, telling
from vttsync.deploy.execute.rollback import roll_back
from vttsync.deploy.execute.run import see_healthy
from vttsync.deploy.operate.earlier import check_migration, choose
from vttsync.deploy.operate.history import read_history
from vttsync.deploy.patience import Patience
from vttsync.deploy.prove.proofs import Proof, note
from vttsync.deploy.prove.proving import Prove, failed
from vttsync.deploy.receipt import Receipt, make_room
from vttsync.deploy.where import find_address, no_address
from vttsync.errors import Exit, VttsyncError
from vttsync.progress import Stages
from vttsync.project.folder import Project


@dataclass(frozen=True)
class Way:
    """A rollback that can be.

    Attributes:
        receipt: of the version that is to be live.
        before: the version that is live now; the same, when there is nothing to go back from.
    """

    receipt: Receipt
    before: str


def find_way(project: Project, want: Desired, wanted: str | None) -> Way:
    """Choose the version to go back to, and see that no migration lies between.

    Raises:
        VttsyncError: exit 7, when there is no way back; 2, when `wanted` is no version; 3, when
            the room's address is not known; 4 and 6, when Cloudflare doesn't tell.
    """
    worker = want.worker.name
    make_room(project.state, want.env)
    past = read_history(project, want)
    with CloudflareApi(want.api_base_url, want.token) as api:
        versions = read_versions(api, want.account_id, worker)
        chosen = choose(want.env, past, versions, wanted)
        before = past[0].version_id
        tags = [read_migration(api, want.account_id, worker, it) for it in (chosen, before)]
        check_migration(chosen, *tags)
        url = find_address(api, project, want)
    if not url:
        raise no_address(want)
    return Way(_receipt(want, url, chosen, before), before)


def _receipt(want: Desired, url: str, version_id: str, before: str) -> Receipt:
    return Receipt(
        env=want.env,
        worker=want.worker.name,
        account_id=want.account_id,
        url=url,
        version_id=version_id,
        previous_version=before,
        deployed_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def go_back(
    project: Project,
    want: Desired,
    way: Way,
    stage: Stages,
    *,
    agree: Callable[[SecretsChangedError], None],
    patience: Patience,
) -> None:
    """Bring the version of `way` live, and see it answer.

    Which secrets would change on the way, only Cloudflare knows: it is asked to go back without
    them first, and refuses (10220). wrangler asks then, and without a terminal says yes itself.

    Args:
        project: whose notes are kept.
        want: the environment.
        way: from `find_way`.
        stage: tells of itself.
        agree: called when other secrets would come back; raises, unless they may.
        patience: how long to wait.

    Raises:
        VttsyncError: what `agree` raises, when nothing has changed; 6 to 8 and 130 otherwise,
            saying what is live.
    """
    if way.receipt.version_id == way.before:
        see_healthy(want, way.receipt, stage, patience.health)
        return
    try:
        roll_back(project, want, way.receipt, stage, patience=patience)
    except SecretsChangedError as error:
        agree(error)
        roll_back(project, want, way.receipt, stage, over_secrets=True, patience=patience)


def prove_way(project: Project, want: Desired, way: Way, prove: Prove, patience: Patience) -> Proof:
    """Prove the version that is live again, and note what came of it.

    Raises:
        VttsyncError: exit 130, interrupted, saying what is live.
    """
    try:
        with telling(Attempt(want, way.before, "", patience), "the proof"):
            proof = prove(way.receipt)
    except VttsyncError as error:
        if error.exit_code is Exit.INTERRUPTED:
            raise
        proof = failed(way.receipt, error)
    note(project.state, want.env, proof)
    return proof
