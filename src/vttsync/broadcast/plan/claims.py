"""What a script's writer expects nobody to be told, held against what the plan tells them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vttsync.broadcast.actions import Client, Plan, Publish
from vttsync.broadcast.plan.expected import Expected, expect
from vttsync.errors import Exit, VttsyncError


@dataclass(frozen=True)
class Claim:
    """Some publishes tell some clients nothing.

    Attributes:
        who: the clients.
        publishes: those of the plan that it is about, the very same.
        line: where the script says so.
    """

    who: tuple[Client, ...]
    publishes: tuple[Publish, ...]
    line: int


def check_claims(plan: Plan, claims: Sequence[Claim]) -> None:
    """See that each claim follows from who may see what; the judge holds the room to that.

    Raises:
        VttsyncError: exit 3, naming the lines of those that don't.
    """
    if not claims:
        return
    expected = expect(plan)
    told = [
        f"{plan.script}:{claim.line}: {wrong}"
        for claim in claims
        for wrong in _wrong(plan, expected, claim)
    ]
    if told:
        raise VttsyncError(
            f"The broadcast script {plan.script} expects what can't be.",
            why="\n".join(told),
            fix="Hide what nobody should see before it changes, or leave the expectation out.",
            exit_code=Exit.CONFIG,
        )


def _wrong(plan: Plan, expected: Expected, claim: Claim) -> Iterator[str]:
    """Name the first publish that tells one of them something, and what."""
    for place, publish in enumerate(plan.publishes):
        if not any(publish is one for one in claim.publishes):
            continue
        for client in claim.who:
            before, now = (expected.audience(client, p) for p in (place - 1, place))
            delta = expected.streams[now].get(place)
            if before != now:
                yield f'"{publish.label}" makes {client.name} the audience {now}.'
                return
            if delta:
                names = ", ".join(f"{it['kind']}/{it['key']}" for it in delta.changes)
                yield f'"{publish.label}" tells {client.name} of {names}.'
                return
