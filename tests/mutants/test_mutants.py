"""Every wrong room is found, and for the right reason; the right one passes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.model.rig import Rig
from tests.mutants.every import MUTANTS
from tests.mutants.gentle import GENTLE
from tests.mutants.mutant import Mutant
from tests.mutants.play import Outcome, Stage, plan_of, prove, staged
from tests.wire import Wire
from vttsync.broadcast.judge.verdict import Reason, Verdict

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("mutants")) as stage:
        yield stage


@pytest.fixture
def rig(stage: Stage) -> Rig:
    return stage.right


@pytest.fixture(scope="module")
def outcomes(stage: Stage, request: pytest.FixtureRequest) -> dict[str, Outcome]:
    """The verdicts on those that are asked for, found several at a time."""
    params = [getattr(item, "callspec", None) for item in request.session.items]
    wanted = {it.params.get("mutant") for it in params if it}
    return stage.play(mutant for mutant in (*MUTANTS, *GENTLE) if mutant in wanted)


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


@pytest.mark.parametrize("mutant", GENTLE, ids=lambda mutant: mutant.name)
def test_what_is_slow_or_odd_within_the_protocol_passes(
    mutant: Mutant, outcomes: dict[str, Outcome]
) -> None:
    verdict = outcomes[mutant.name]

    assert isinstance(verdict, Verdict), verdict
    assert verdict.passed, verdict.differences[0]


def test_where_tcp_cuts_its_segments_is_no_matter(rig: Rig) -> None:
    with Wire(lambda: rig.port, segment=11) as wire:
        verdict = asyncio.run(prove(plan_of("smoke"), wire.url, rig.version))

    assert verdict.passed, verdict.differences[0]


def test_every_reason_has_a_mutant() -> None:
    assert {mutant.reason for mutant in MUTANTS} == set(Reason)
