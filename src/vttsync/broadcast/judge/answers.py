"""Whether the app server was told right: of its publishes, and of what its views come to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import rfc8785
from pydantic import ValidationError

from vttsync.broadcast.actions import Plan, Publish, Value
from vttsync.broadcast.judge.meanings import MEANINGS, unpublished
from vttsync.broadcast.judge.verdict import Difference, Reason
from vttsync.broadcast.judge.wanted import entities
from vttsync.broadcast.plan.expected import Expected
from vttsync.broadcast.plan.view import State
from vttsync.broadcast.protocol import DigestsAnswer, PublishResult
from vttsync.broadcast.replay.transcript import Answer, Digests

APP_SERVER = "app server"
_SHOWN = 400


def wrong_answers(
    plan: Plan, expected: Expected, answers: Sequence[Answer]
) -> Iterator[Difference]:
    """Check what the app server was told of its publishes."""
    for place, (publish, answer) in enumerate(zip(plan.publishes, answers, strict=False)):
        reason = Reason.ANSWER if answer.status == 200 else Reason.PUBLISH
        refs = [{"kind": c.kind, "key": c.key, "rev": c.rev} for c in publish.changes]
        wanted = {
            "applied": [] if publish.duplicate else refs,
            "duplicates": refs if publish.duplicate else [],
            "seq": dict(expected.seqs[place]),
        }
        got = _result(answer)
        if got != wanted:
            yield _answered_wrongly(reason, publish, wanted, got, place)


def wrong_digests(expected: Expected, digests: Digests | None) -> Iterator[Difference]:
    """Check what the room says that each audience's view comes to, if it was asked."""
    if digests is None:
        return
    wanted: Value = {
        audience: {"seq": seq, "sha256": digest(expected.views[audience][-1])}
        for audience, seq in expected.seqs[-1].items()
    }
    try:
        answer = DigestsAnswer.model_validate_json(digests.body)
        got: Value = {who: found.model_dump() for who, found in answer.digests.items()}
    except ValidationError:
        got = {"status": digests.status, "body": digests.body[:_SHOWN]}
    if digests.status != 200 or got != wanted:
        yield Difference(
            reason=Reason.DIGEST,
            who=APP_SERVER,
            step="comparing digests",
            line=None,
            expected={who: own for who, own in wanted.items() if got.get(who) != own},
            got={who: own for who, own in got.items() if wanted.get(who) != own},
            means=MEANINGS[Reason.DIGEST],
            position=0,
            moment=len(expected.rows),
        )


def digest(view: State) -> str:
    """Name a view by the SHA-256 of its snapshot's entities, as RFC 8785 writes them."""
    return hashlib.sha256(rfc8785.dumps(entities(view))).hexdigest()


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
        position=0,
        moment=place,
    )
