"""A deploy that is proved, kept, or undone: the proof is a list of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.unit.deploy.cloud import IMPATIENT, UPLOADED, WANT, Cloud, nowhere
from vttsync.deploy.execute.run import check
from vttsync.deploy.plan.model import Act, Change, Code, Kind, Plan
from vttsync.deploy.plan.now import read_now
from vttsync.deploy.prove.proofs import Proof, proofs
from vttsync.deploy.prove.proving import End, Ending, Terms, deploy_and_prove
from vttsync.deploy.receipt import Receipt, read_receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.project.folder import Project

Answers = list[bool | BaseException]


@pytest.fixture
def ends(
    project: Project, wrangler_does: Callable[[str], None], cloud: Cloud
) -> Callable[..., Ending]:
    """Deploy `new` over `old`, proofs answering one after the other."""

    def run(*answers: bool | BaseException, undo: bool = True, migrates: bool = False) -> Ending:
        left: Iterator[bool | BaseException] = iter(answers)

        def prove(receipt: Receipt) -> Proof:
            answer = next(left)
            if isinstance(answer, BaseException):
                raise answer
            return Proof(receipt.version_id, answer, f"proof of {receipt.version_id}", "2026")

        wrangler_does(UPLOADED)
        changes = (Change(Kind.MIGRATION, "v2", Act.ADD),) if migrates else ()
        worker, code = WANT.worker.name, Code("c" * 64, 1, 1)
        plan = Plan("prod", worker, WANT.account_id, code, read_now(WANT), changes)
        terms = Terms(prove if answers else None, undo=undo, patience=IMPATIENT)
        ready = check(project, WANT, nowhere)
        ending = deploy_and_prove(project, WANT, ready, plan, nowhere, terms)
        assert list(left) == []
        return ending

    return run


def live(cloud: Cloud) -> str:
    return cloud.live()[0][1]


def test_a_proof_is_kept(ends: Callable[..., Ending], cloud: Cloud, project: Project) -> None:
    ending = ends(True)
    assert ending.end is End.PROVED
    assert live(cloud) == "new"
    assert proofs(project.state, "prod")["new"].passed


def test_without_a_proof_an_answer_will_do(
    ends: Callable[..., Ending], cloud: Cloud, project: Project
) -> None:
    assert ends().end is End.UNPROVED
    assert proofs(project.state, "prod") == {}


def test_what_is_not_proved_is_undone_and_what_was_live_proved_again(
    ends: Callable[..., Ending], cloud: Cloud, project: Project
) -> None:
    ending = ends(False, True)
    assert ending.end is End.ROLLED_BACK
    assert live(cloud) == "old"
    assert ending.live.now
    assert ending.live.now.version_id == "old"
    receipt = read_receipt(project.state, "prod")
    assert receipt
    assert receipt.version_id == "old"
    kept = proofs(project.state, "prod")
    assert (kept["new"].passed, kept["old"].passed) == (False, True)


def test_a_version_that_does_not_answer_is_undone(
    ends: Callable[..., Ending], cloud: Cloud
) -> None:
    cloud.broken = "new"
    ending = ends(True)
    assert ending.end is End.ROLLED_BACK
    assert ending.proof
    assert "does not answer" in ending.proof.summary
    assert live(cloud) == "old"


def test_a_proof_that_can_not_be_had_is_none(ends: Callable[..., Ending], cloud: Cloud) -> None:
    ending = ends(VttsyncError("No answer.", exit_code=Exit.UNREACHABLE), True)
    assert ending.end is End.ROLLED_BACK
    assert ending.proof
    assert ending.proof.summary == "No answer."


def test_what_was_live_is_not_proved_either(ends: Callable[..., Ending], cloud: Cloud) -> None:
    ending = ends(False, False)
    assert ending.end is End.STUCK
    assert "not proved either: proof of old" in ending.why
    assert live(cloud) == "old"


def test_a_rollback_that_cloudflare_refuses(ends: Callable[..., Ending], cloud: Cloud) -> None:
    cloud.refused = {"code": 10013, "message": "no"}
    ending = ends(False)
    assert ending.end is End.STUCK
    assert live(cloud) == "new"
    assert ending.live.now
    assert ending.live.now.version_id == "new"


def test_rotated_secrets_are_not_rolled_back(ends: Callable[..., Ending], cloud: Cloud) -> None:
    cloud.refused = {"code": 10220, "message": "changed: PUBLISH_KEY"}
    ending = ends(False)
    assert ending.end is End.FAILED
    assert "PUBLISH_KEY" in ending.why
    assert live(cloud) == "new"


def test_no_rollback_goes_across_a_migration(ends: Callable[..., Ending], cloud: Cloud) -> None:
    ending = ends(False, migrates=True)
    assert ending.end is End.FAILED
    assert "migration" in ending.why
    assert live(cloud) == "new"


def test_no_rollback_when_none_is_wanted(ends: Callable[..., Ending], cloud: Cloud) -> None:
    assert ends(False, undo=False).end is End.FAILED
    assert live(cloud) == "new"


def test_a_first_deploy_has_no_way_back(ends: Callable[..., Ending], cloud: Cloud) -> None:
    cloud.deployments.clear()
    ending = ends(False)
    assert ending.end is End.FAILED
    assert "Nothing was live before it." in ending.why


def test_somebody_elses_deploy_is_not_undone(
    ends: Callable[..., Ending], cloud: Cloud, project: Project
) -> None:
    cloud.then = "theirs"
    ending = ends(False)
    assert ending.end is End.FAILED
    assert "Another deploy has taken its place" in ending.why
    assert live(cloud) == "theirs"


def test_an_interrupt_during_the_proof_says_what_is_live(
    ends: Callable[..., Ending], cloud: Cloud
) -> None:
    with pytest.raises(VttsyncError, match="Interrupted during the proof") as caught:
        ends(KeyboardInterrupt())
    assert caught.value.exit_code is Exit.INTERRUPTED
    assert "Version new is live now, the new one." in caught.value.fix


def test_an_interrupt_during_the_second_proof_says_what_is_live(
    ends: Callable[..., Ending], cloud: Cloud
) -> None:
    with pytest.raises(VttsyncError, match="proof of what was live before") as caught:
        ends(False, KeyboardInterrupt())
    assert "Version old is live now." in caught.value.fix
