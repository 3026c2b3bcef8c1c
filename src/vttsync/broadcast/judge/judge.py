"""The verdict on a replay: pure, from the plan and what was recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from vttsync.broadcast.actions import Audience, Plan
from vttsync.broadcast.judge.align import Message
from vttsync.broadcast.judge.answers import wrong_answers, wrong_digests
from vttsync.broadcast.judge.case import Case, Findings, Heard, heard, usual_epochs
from vttsync.broadcast.judge.doors import wrong_visits
from vttsync.broadcast.judge.leaks import Secrets
from vttsync.broadcast.judge.limits import exceeded, lost_too_much
from vttsync.broadcast.judge.meanings import MEANINGS, SHARED_EPOCH
from vttsync.broadcast.judge.messages import in_stream
from vttsync.broadcast.judge.next_door import of_next_door, wrong_next_door
from vttsync.broadcast.judge.renewal import gone_on
from vttsync.broadcast.judge.stream import examine
from vttsync.broadcast.judge.verdict import (
    ClientResult,
    Difference,
    Latency,
    Reason,
    Verdict,
    spread,
)
from vttsync.broadcast.plan.expected import Expected, expect
from vttsync.broadcast.protocol import Hello
from vttsync.broadcast.replay.transcript import Transcript

_SHOWN = 400


def judge(plan: Plan, transcript: Transcript, *, expected_version: str | None = None) -> Verdict:
    """Decide whether everyone got exactly what they may see.

    Args:
        plan: what was played.
        transcript: what was recorded of it.
        expected_version: the Worker version that must answer from inside the room.
    """
    expected = expect(plan)
    transcript = gone_on(plan, expected, transcript)
    everyone = [heard(log, expected, transcript.answers) for log in transcript.logs]
    case = _case(plan, expected, transcript, everyone, expected_version)
    findings = [examine(one, case) for one in everyone]
    differences = [difference for found in findings for difference in found.differences]
    if not differences:
        differences += [*_shared_epochs(everyone, case.epochs), *_unequal(everyone)]
    # A fault that both sessions have is told of this one.
    next_door = _next_door(plan, expected, transcript, expected_version)
    differences += [it for it in next_door if it.reason is Reason.MIXED or not differences]
    samples = [sample for found in findings for sample in found.latencies]
    latency = Latency.of(samples)
    slowest = max((time for found in findings for time in found.reconnects), default=None)
    differences += [
        *lost_too_much(plan.limits, findings),
        *wrong_visits(plan, expected, transcript.visits),
        *exceeded(plan.limits, latency, slowest),
        *wrong_answers(plan, expected, transcript.answers),
        *wrong_digests(expected, transcript.digests),
    ]
    return Verdict(
        differences=tuple(sorted(differences, key=lambda difference: difference.rank)),
        clients=tuple(map(_row, everyone, findings)),
        latency=latency,
        publishes=len(transcript.answers),
        warnings=transcript.warnings,
        reconnect=None if slowest is None else 1000 * slowest,
        spread=spread(samples),
        script=plan.script,
    )


def _case(
    plan: Plan,
    expected: Expected,
    transcript: Transcript,
    everyone: Sequence[Heard],
    version: str | None,
) -> Case:
    return Case(
        plan=plan,
        expected=expected,
        answers=transcript.answers,
        taken=transcript.taken,
        epochs=usual_epochs(everyone),
        version=version,
        pointed=transcript.pointed,
        secrets=_secrets(everyone, expected),
        others=of_next_door(expected) if transcript.beside else None,
    )


def _next_door(
    plan: Plan, expected: Expected, transcript: Transcript, version: str | None
) -> list[Difference]:
    if transcript.beside is None:
        return []
    return list(wrong_next_door(plan, expected, transcript.beside, version))


def _secrets(everyone: Sequence[Heard], expected: Expected) -> dict[Audience, Secrets]:
    audiences = {audience for one in everyone for audience in one.audiences}
    audiences |= {wanted.audience for one in everyone for wanted in one.wanted}
    return {who: Secrets(expected.rows, expected.views[who]) for who in audiences if who != "gm"}


def _row(one: Heard, found: Findings) -> ClientResult:
    return ClientResult(
        name=one.log.client.name,
        role=one.log.client.role,
        late=one.log.client.late,
        expected=len(one.wanted) + found.pointings + len(found.lost),
        received=len(in_stream(one.messages)) + found.pointings,
        latency=Latency.of(found.latencies),
        passed=not found.differences,
    )


def _shared_epochs(
    everyone: Sequence[Heard], epochs: Mapping[Audience, str]
) -> Iterator[Difference]:
    """Name the streams that have the epoch of another one."""
    owners: dict[str, Audience] = {}
    for audience, epoch in sorted(epochs.items()):
        other = owners.setdefault(epoch, audience)
        if other != audience:
            yield Difference(
                reason=Reason.WRONG_EPOCH,
                who=next(one.log.client.name for one in everyone if audience in one.audiences),
                step="joining",
                line=None,
                expected=f"another epoch than {other}'s",
                got=epoch,
                means=SHARED_EPOCH,
                position=0,
            )


def _unequal(everyone: Sequence[Heard]) -> Iterator[Difference]:
    """Compare the bytes of those who may see the same; what they say is known to be right."""
    counts: dict[_Told, Counter[str | bytes]] = {}
    for one in everyone:
        for _, data, told in _bytes(one):
            counts.setdefault(told, Counter())[data] += 1
    usual = {told: count.most_common(1)[0][0] for told, count in counts.items()}
    for one in everyone:
        for place, data, told in _bytes(one):
            if data != usual[told]:
                yield Difference(
                    reason=Reason.UNEQUAL,
                    who=one.log.client.name,
                    step=f"message {place + 1}",
                    line=None,
                    expected=str(usual[told])[:_SHOWN],
                    got=str(data)[:_SHOWN],
                    means=MEANINGS[Reason.UNEQUAL],
                    position=place,
                )
                break


_Told = tuple[Audience, Message, int, str]
"""To whom, what, which part of it, and, of a greeting, by which version."""


def _bytes(one: Heard) -> Iterator[tuple[int, str | bytes, _Told]]:
    """Yield each frame with what it says to whom."""
    for place, (message, audience) in enumerate(zip(one.messages, one.audiences, strict=True)):
        version = message.frame.version if isinstance(message.frame, Hello) else ""
        for part, raw in enumerate(message.raw):
            yield place, raw.data, (audience, message.message, part, version)
