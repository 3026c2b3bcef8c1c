"""The verdict on a replay: pure, from the plan and what was recorded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from vttsync.broadcast.actions import Plan, Publish, Value
from vttsync.broadcast.judge.leaks import Secrets
from vttsync.broadcast.judge.meanings import MEANINGS, unpublished
from vttsync.broadcast.judge.stream import Case, Findings, examine
from vttsync.broadcast.judge.verdict import ClientResult, Difference, Latency, Reason, Verdict
from vttsync.broadcast.plan.view import Expected, expect
from vttsync.broadcast.protocol import PublishResult
from vttsync.broadcast.replay.transcript import Answer, Log, Transcript

APP_SERVER = "app server"
_SHOWN = 400


def judge(plan: Plan, transcript: Transcript, *, expected_version: str | None = None) -> Verdict:
    """Decide whether everyone got exactly what they may see.

    Args:
        plan: what was played.
        transcript: what was recorded of it.
        expected_version: the Worker version that must answer from inside the room.
    """
    expected = expect(plan)
    roles = {log.client.role for log in transcript.logs}
    case = Case(
        plan=plan,
        expected=expected,
        answers=transcript.answers,
        taken=sum(answer.status == 200 for answer in transcript.answers),
        epoch=_usual_epoch(transcript.logs),
        version=expected_version,
        secrets={role: Secrets(expected, role) for role in roles if role != "gm"},
    )
    findings = [examine(log, case) for log in transcript.logs]
    differences = [difference for found in findings for difference in found.differences]
    if not differences:
        differences += _unequal(transcript.logs)
    differences += _answers(plan, expected, transcript.answers)
    rows = tuple(map(_row, transcript.logs, findings))
    samples = [sample for found in findings for sample in found.latencies]
    return Verdict(
        differences=tuple(sorted(differences, key=lambda difference: difference.rank)),
        clients=rows,
        latency=Latency.of(samples),
        publishes=len(transcript.answers),
        warnings=transcript.warnings,
    )


def _row(log: Log, found: Findings) -> ClientResult:
    return ClientResult(
        name=log.client.name,
        role=log.client.role,
        late=log.client.late,
        expected=found.expected,
        received=len(log.frames),
        latency=Latency.of(found.latencies),
        passed=not found.differences,
    )


def _usual_epoch(logs: Sequence[Log]) -> str:
    """Find the epoch that most messages name."""
    epochs: Counter[str] = Counter()
    for log in logs:
        for frame in log.frames:
            try:
                message = json.loads(frame.data)
            except (ValueError, RecursionError):
                continue
            if isinstance(message, dict) and isinstance(message.get("epoch"), str):
                epochs[message["epoch"]] += 1
    return epochs.most_common(1)[0][0] if epochs else ""


def _unequal(logs: Sequence[Log]) -> Iterator[Difference]:
    """Compare the bytes of those who may see the same; what they say is known to be right."""
    first: dict[tuple[str, bool], Log] = {}
    for log in logs:
        model = first.setdefault((log.client.role, log.client.late), log)
        pairs = zip(model.frames, log.frames, strict=False)
        for place, (one, other) in enumerate(pairs):
            if one.data != other.data:
                yield Difference(
                    reason=Reason.UNEQUAL,
                    who=log.client.name,
                    step=f"message {place + 1}",
                    line=None,
                    expected=str(one.data)[:_SHOWN],
                    got=str(other.data)[:_SHOWN],
                    means=MEANINGS[Reason.UNEQUAL],
                    position=place,
                )
                break


def _answers(plan: Plan, expected: Expected, answers: Sequence[Answer]) -> Iterator[Difference]:
    """Check what the app server was told of its publishes."""
    for place, (publish, answer) in enumerate(zip(plan.publishes, answers, strict=False)):
        reason = Reason.ANSWER if answer.status == 200 else Reason.PUBLISH
        refs = [{"kind": c.kind, "key": c.key, "rev": c.rev} for c in publish.changes]
        wanted = {
            "applied": [] if publish.retry else refs,
            "duplicates": refs if publish.retry else [],
            "seq": dict(expected.seqs[place]),
        }
        got = _result(answer)
        if got != wanted:
            yield _answered_wrongly(reason, publish, wanted, got, place)


def _result(answer: Answer) -> Value:
    """Read an answer; one that isn't a publish's result is shown with its status."""
    try:
        if answer.status == 200:
            return PublishResult.model_validate_json(answer.body).model_dump()
    except ValidationError:
        pass
    return {"status": answer.status, "body": answer.body[:_SHOWN]}


def _answered_wrongly(
    reason: Reason, publish: Publish, wanted: Value, got: Value, place: int
) -> Difference:
    differing = [key for key in wanted if key in got and wanted[key] != got[key]] or list(wanted)
    means = MEANINGS[reason] if reason is Reason.ANSWER else unpublished(got["status"])
    return Difference(
        reason=reason,
        who=APP_SERVER,
        step=publish.label,
        line=publish.line,
        expected={key: wanted[key] for key in differing},
        got={key: got[key] for key in differing} if differing[0] in got else got,
        means=means,
        position=place,
    )
