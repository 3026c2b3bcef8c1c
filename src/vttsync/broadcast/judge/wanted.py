"""The messages that should come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from vttsync import PROTOCOL
from vttsync.broadcast.actions import Audience, Client, Value
from vttsync.broadcast.judge.align import Message
from vttsync.broadcast.judge.messages import Received
from vttsync.broadcast.plan.expected import Expected
from vttsync.broadcast.plan.view import State
from vttsync.broadcast.protocol import Delta, Hello, Snapshot
from vttsync.broadcast.values import canonical


@dataclass(frozen=True)
class Wanted:
    """A message that should come.

    Attributes:
        message: what it is compared by.
        shown: what it says, as JSON.
        audience: the stream it is in.
        publishes: those of the plan's publishes that cause it; none for a greeting.
        moment: what the client is doing then, if no publish causes it.
        missed: whether it is told to a client that comes back.
        needless: whether a snapshot comes in the place of what was missed.
    """

    message: Message
    shown: Any
    audience: Audience
    publishes: tuple[int, ...] = ()
    moment: str = "joining"
    missed: bool = False
    needless: bool = False

    @property
    def publish(self) -> int | None:
        """The last publish that causes it."""
        return self.publishes[-1] if self.publishes else None


@dataclass(frozen=True)
class Absence:
    """A client that lost its connection and came back.

    Attributes:
        hellos: how many greetings it had got by then.
        known: the last number it had got by then.
        back: the last publish before it was back.
        forgotten: whether the room answered with everything, instead of what was missed.
        renewed: whether another version answered, which has nothing else to answer with.
    """

    hellos: int
    known: int
    back: int
    forgotten: bool
    renewed: bool = False


_KEPT = 256
"""Publishes that a room can tell again; who has missed more gets everything."""


def wanted_by(
    client: Client, expected: Expected, taken: int, absences: Sequence[Absence]
) -> list[Wanted]:
    """List what a client should get, the room having taken so many publishes."""
    wanted = list(_uninterrupted(client, expected, taken))
    for absence in absences:
        wanted = _interrupted(client, wanted, expected, absence)
    return wanted


def entities(state: State) -> list[Value]:
    """Write a state as a snapshot has it."""
    rows = sorted(state.items())
    return [{"kind": kind, "key": key, "value": row} for (kind, key), row in rows]


def _uninterrupted(client: Client, expected: Expected, taken: int) -> Iterator[Wanted]:
    joining = expected.joining
    if client.late or client.after is not None:
        joining = min(taken, client.after or taken) - 1
    audience = expected.audience(client, joining)
    yield from _greeting(expected, audience, joining)
    for publish in range(joining + 1, taken):
        now = expected.audience(client, publish)
        delta = expected.streams[audience].get(publish)
        if now != audience:
            # Who gains or loses a stream of their own is greeted anew.
            audience = now
            yield from (
                replace(wanted, publishes=(publish,))
                for wanted in _greeting(expected, audience, publish)
            )
        elif delta:
            message = Message("delta", delta.seq, canonical(delta.changes), delta.seq)
            yield Wanted(message, list(delta.changes), audience, (publish,))


def _greeting(expected: Expected, audience: Audience, publish: int) -> tuple[Wanted, Wanted]:
    seq = expected.seqs[publish][audience]
    hello = {"type": "hello", "protocol": PROTOCOL, "seq": seq, "audience": audience}
    rows = entities(expected.views[audience][publish])
    return (
        Wanted(Message("hello", seq, ""), hello, audience),
        Wanted(Message("snapshot", seq, canonical(rows)), rows, audience),
    )


def _interrupted(
    client: Client, wanted: list[Wanted], expected: Expected, absence: Absence
) -> list[Wanted]:
    """Put in the greeting of a client that comes back, and mark what it had missed."""
    legs = [one.audience for one in wanted if one.message.type == "hello"]
    audience = legs[min(max(absence.hellos, 1), len(legs)) - 1]
    here = [place for place, one in enumerate(wanted) if _had(one, absence, audience)]
    before, after = wanted[: here[-1] + 1], wanted[here[-1] + 1 :]
    late = [replace(one, missed=True) for one in after if one.publishes[-1] <= absence.back]
    hello, snapshot = (
        replace(one, moment="coming back", missed=True)
        for one in _greeting(expected, expected.audience(client, absence.back), absence.back)
    )
    new = hello.audience != audience or any(one.message.type == "hello" for one in late)
    kept = not late or absence.back - late[0].publishes[-1] < _KEPT
    if absence.forgotten and kept and not new and not absence.renewed:
        snapshot = replace(snapshot, needless=True)
    caught_up = [snapshot] if new or absence.forgotten else late
    return [*before, hello, *caught_up, *after[len(late) :]]


def _had(one: Wanted, absence: Absence, audience: Audience) -> bool:
    """Tell whether a client had got that when it lost the connection."""
    if not one.publishes:
        return True
    same = one.audience == audience and (one.message.seq or 0) <= absence.known
    return same and one.publishes[-1] <= absence.back


def audiences_of(
    messages: Sequence[Received], wanted: Sequence[Wanted], entitled: Sequence[Audience]
) -> list[Audience]:
    """Tell for each message which audience the client should be in by then.

    It changes with a new greeting, whatever that says. Where a room greets too often or too
    seldom, a greeting that says what the client is `entitled` to by then is right all the same.
    """
    legs = [one.audience for one in wanted if one.message.type == "hello"]
    found: list[Audience] = []
    leg, now = -1, legs[0]
    for message, right in zip(messages, entitled, strict=True):
        if isinstance(message.frame, Hello):
            leg += 1
            usual = legs[min(leg, len(legs) - 1)]
            now = right if message.frame.audience == right else usual
        found.append(now)
    return found


def as_batched(
    wanted: list[Wanted],
    messages: Sequence[Received],
    audiences: Sequence[Audience],
    expected: Expected,
) -> list[Wanted]:
    """Put deltas together where the room has, as far as its numbers can be meant so."""
    known = dict.fromkeys(audiences, -1)
    for message, audience in zip(messages, audiences, strict=True):
        frame, before = message.frame, known[audience]
        if isinstance(frame, Snapshot):
            known[audience] = frame.seq
        elif isinstance(frame, Delta):
            known[audience] = max(before, frame.seq)
            if frame.first is not None:
                wanted = _batched(wanted, message, audience, before, expected)
    return wanted


def _batched(
    wanted: list[Wanted], message: Received, audience: Audience, known: int, expected: Expected
) -> list[Wanted]:
    first, last = message.message.first or 0, message.message.seq or 0
    # Where its numbers are wrong, the deltas it stands for may still be told.
    spans = ((first, last), (known + 1, last), (known + 1, known + 1 + last - first))
    places = [_places(wanted, audience, *span) for span in spans if span[0] > known]
    batches = [
        (place, _net(wanted[place], audience, expected)) for place in places if place is not None
    ]
    if not batches:
        return wanted
    same = (batch for batch in batches if batch[1].message.content == message.message.content)
    place, batch = next(same, batches[0])
    return [*wanted[: place.start], batch, *wanted[place.stop :]]


def _places(wanted: list[Wanted], audience: Audience, first: int, last: int) -> slice | None:
    """Find the deltas from one number to another, if they follow each other."""
    found = [
        place
        for place, one in enumerate(wanted)
        if (one.audience, one.message.type) == (audience, "delta")
        and first <= (one.message.first or 0)
        and (one.message.seq or 0) <= last
    ]
    if not found or any(later != place + 1 for place, later in pairwise(found)):
        return None
    ends = wanted[found[0]].message.first, wanted[found[-1]].message.seq
    return slice(found[0], found[-1] + 1) if ends == (first, last) else None


def _net(batch: Sequence[Wanted], audience: Audience, expected: Expected) -> Wanted:
    publishes = tuple(publish for one in batch for publish in one.publishes)
    changes = list(expected.net(audience, publishes[0], publishes[-1]))
    message = Message("delta", batch[-1].message.seq, canonical(changes), batch[0].message.first)
    missed = all(one.missed for one in batch)
    return Wanted(message, changes, audience, publishes, missed=missed)
