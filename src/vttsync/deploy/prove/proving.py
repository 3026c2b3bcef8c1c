"""Deploy → prove → keep, or go back to what was live and prove that."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from vttsync.cloudflare.deployments import SecretsChangedError
from vttsync.deploy.desired import Desired
from vttsync.deploy.examine import Ready
from vttsync.deploy.execute.aftermath import Attempt, Standing, is_ours, look, telling
from vttsync.deploy.execute.commit import Commit
from vttsync.deploy.execute.rollback import make_live_again
from vttsync.deploy.execute.run import Outcome, execute, see_healthy
from vttsync.deploy.patience import Patience
from vttsync.deploy.plan.model import Plan
from vttsync.deploy.prove.proofs import Proof, note
from vttsync.deploy.receipt import Receipt, read_receipt, write_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.progress import Stages
from vttsync.project.folder import Project

_PATIENCE = Patience()


class End(StrEnum):
    """How a deploy that went live ended."""

    PROVED = "proved"
    UNPROVED = "unproved"
    FAILED = "failed"  # and stays live
    ROLLED_BACK = "rolled back"
    STUCK = "rollback failed"


CODES = {
    End.PROVED: Exit.DONE,
    End.UNPROVED: Exit.DONE,
    End.FAILED: Exit.VERIFY_FAILED,
    End.ROLLED_BACK: Exit.ROLLED_BACK,
    End.STUCK: Exit.ROLLBACK_FAILED,
}


@dataclass(frozen=True)
class Ending:
    """A deploy that went live, and what came of it.

    Attributes:
        proof: of the new version; None when none was asked for, and it answers.
        why: why it was not undone, or what went wrong as it was.
        again: the proof of the version that is live again; None without a rollback.
        live: what is live at the end.
    """

    end: End
    outcome: Outcome
    proof: Proof | None
    live: Standing
    why: str = ""
    again: Proof | None = None


Prove = Callable[[Receipt], Proof]


@dataclass(frozen=True)
class Terms:
    """What is asked of a deploy.

    Attributes:
        prove: replays the broadcast to the deployed version; None: that it answers will do.
        undo: whether a version that is not proved is taken back.
    """

    prove: Prove | None
    undo: bool = True
    commit: Commit | None = None
    patience: Patience = _PATIENCE


def deploy_and_prove(
    project: Project, want: Desired, ready: Ready, plan: Plan, stage: Stages, terms: Terms
) -> Ending:
    """Do what `plan` says and prove what is live then; what isn't proved is taken back.

    Raises:
        MovedError: exit 7, somebody else has deployed since; nothing has changed.
        VttsyncError: exit 3 to 7 or 130, saying what is live.
    """
    patience = terms.patience
    before = read_receipt(project.state, want.env)
    outcome = execute(
        project, want, ready, plan, stage, commit=terms.commit, patience=patience
    )  # fmt: skip
    deployed = _Deployed(project, want, stage, terms, outcome)
    with telling(outcome.attempt, "the proof"):
        proof = deployed.prove(outcome.receipt)
    if proof is None or proof.passed:
        end = End.PROVED if proof else End.UNPROVED
        return Ending(end, outcome, proof, look(outcome.attempt))
    standing = look(outcome.attempt)
    why = _no_way_back(plan, terms, standing, outcome.attempt)
    if why or plan.now is None:
        return Ending(End.FAILED, outcome, proof, standing, why)
    to = _receipt_of(plan.now.version_id, plan.now.created_on, before, outcome.receipt)
    return deployed.undo(to, proof)


def _no_way_back(plan: Plan, terms: Terms, standing: Standing, attempt: Attempt) -> str:
    """Why the deploy is not undone; "" when it can be."""
    if plan.now is None:
        return "Nothing was live before it."
    if plan.migrates:
        return "It came with a migration, and no rollback goes across one."
    if standing.known and not is_ours(standing, attempt):
        return "Another deploy has taken its place meanwhile, which is not undone."
    if not terms.undo:
        return f"--no-rollback keeps it; `vttsync rollback --env {plan.env}` goes back."
    return ""


def _receipt_of(
    version_id: str, deployed_at: str, before: Receipt | None, after: Receipt
) -> Receipt:
    """The receipt of what was live before `after`: as it was kept, or as Cloudflare tells it."""
    if before and before.version_id == version_id:
        return replace(before, url=before.url or after.url)
    return replace(after, version_id=version_id, previous_version=None, deployed_at=deployed_at)


@dataclass(frozen=True)
class _Deployed:
    """A version that is live, and is to be proved."""

    project: Project
    want: Desired
    stage: Stages
    terms: Terms
    outcome: Outcome

    def prove(self, receipt: Receipt) -> Proof | None:
        """Prove the version of `receipt`; None when it answers, and that will do."""
        try:
            see_healthy(self.want, receipt, self.stage, self.terms.patience.health)
            if self.terms.prove is None:
                return None
            proof = self.terms.prove(receipt)
        except VttsyncError as error:
            if error.exit_code is Exit.INTERRUPTED:
                raise
            proof = failed(receipt, error)
        with suppress(OSError):  # a full disk takes nothing from the proof
            note(self.project.state, self.want.env, proof)
        return proof

    def undo(self, to: Receipt, proof: Proof) -> Ending:
        """Go back to what was live, and prove that."""
        attempt = self.outcome.attempt
        try:
            make_live_again(attempt, to, self.stage)
        except SecretsChangedError as error:
            why = f"{error.what} {error.why}"
            return Ending(End.FAILED, self.outcome, proof, look(attempt), why)
        except VttsyncError as error:
            if error.exit_code is Exit.INTERRUPTED:
                raise
            why = f"{error.what} {error.why}"
            return Ending(End.STUCK, self.outcome, proof, look(attempt), why)
        with suppress(VttsyncError):  # going back is what counts; `verify-broadcast` asks the room
            write_receipt(self.project.state, to)
        back = Attempt(self.want, None, "", self.terms.patience)
        with telling(back, "the proof of what was live before"):
            again = self.prove(to)
        if again is None or again.passed:
            return Ending(End.ROLLED_BACK, self.outcome, proof, look(back), again=again)
        why = f"What was live before is live again, and is not proved either: {again.summary}"
        return Ending(End.STUCK, self.outcome, proof, look(back), why, again)


def failed(receipt: Receipt, error: VttsyncError) -> Proof:
    """The proof that could not be had because of `error`."""
    summary = f"{error.what} {error.why}".strip()
    return Proof(receipt.version_id, False, summary, now())


def now() -> str:
    """This moment, as a proof has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
