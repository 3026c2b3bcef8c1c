"""Every wrong room is found, and for the right reason; the right one passes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.model.rig import Rig, make_bundle
from tests.mutants import proxy
from tests.mutants.every import MUTANTS
from tests.mutants.mutant import Meddler, Mutant
from tests.mutants.play import Outcome, Stage, plan_of
from tests.mutants.rooms import Workshop
from vttsync.broadcast.judge.verdict import Reason, Verdict
from vttsync.node.runtime import find_node

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("mutants")
    right = make_bundle(find_node(), folder, folder / "cache")
    packages = (folder / "party" / "node_modules").resolve()
    with Rig(right, folder / "storage") as rig, proxy.running() as between:
        yield Stage(Workshop(folder, right, packages), rig, between)


@pytest.fixture(scope="module")
def outcomes(stage: Stage, request: pytest.FixtureRequest) -> dict[str, Outcome]:
    """The verdicts on those that are asked for, found several at a time."""
    params = [getattr(item, "callspec", None) for item in request.session.items]
    wanted = {it.params.get("mutant") for it in params if it}
    return stage.play(mutant for mutant in MUTANTS if mutant in wanted)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught_for_the_right_reason(
    mutant: Mutant, outcomes: dict[str, Outcome]
) -> None:
    verdict = outcomes[mutant.name]

    assert isinstance(verdict, Verdict), verdict
    assert not verdict.passed
    first = verdict.differences[0]
    assert first.reason is mutant.reason, first
    assert mutant.shown in repr(first)


@pytest.mark.parametrize("script", ["smoke", "reconnect", "secrets"])
def test_a_proxy_that_changes_nothing_passes(stage: Stage, script: str) -> None:
    verdict = asyncio.run(stage.through(Meddler, plan_of(script)))

    assert verdict.passed, verdict.differences[0]


def test_every_reason_has_a_mutant() -> None:
    assert {mutant.reason for mutant in MUTANTS} == set(Reason)
