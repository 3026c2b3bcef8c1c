"""Lay the messages a client got beside those it should have got, and name what doesn't match.

Content counts before numbers: a room that loses a message and numbers the rest without a gap
has lost one message, not altered all that follow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from vttsync.broadcast.judge.verdict import Reason


@dataclass(frozen=True)
class Message:
    """A message, for comparing.

    Attributes:
        type: hello, snapshot, delta, stale, presence, error, or unreadable.
        seq: its number, if its type has one.
        content: what it says, as text that is equal when it says the same.
        first: of a delta, the first number it covers.
    """

    type: str
    seq: int | None
    content: str
    first: int | None = None

    def follows(self, before: Message | None) -> bool:
        """Whether a client that got `before` would take this as what comes next."""
        if before is None or before.seq is None or self.type != "delta":
            return False
        return (self.seq if self.first is None else self.first) == before.seq + 1


_DAMAGED = ("unreadable", "error")
"""What may stand in the place of a message of any other type."""


@dataclass(frozen=True)
class Mismatch:
    """One thing that doesn't match.

    Attributes:
        reason: missing, repeated, reordered, altered, extra, or gap (a wrong number).
        expected: the place of the expected message it is about, if any.
        received: the place of the received one, if any.
        position: where to tell it, among the received messages.
    """

    reason: Reason
    expected: int | None
    received: int | None
    position: float


@dataclass
class Alignment:
    """Which received message is which expected one, and what doesn't match.

    Attributes:
        pairs: received places by expected place.
        mismatches: in the order of the received messages.
    """

    pairs: dict[int, int] = field(default_factory=dict)
    mismatches: list[Mismatch] = field(default_factory=list)

    def at(self, places: Sequence[int]) -> Alignment:
        """Say the same of a longer list, in which the received messages have these places."""

        def moved(position: float) -> float:
            before = math.floor(position)
            return position if before < 0 else places[before] + position - before

        return Alignment(
            {expected: places[received] for expected, received in self.pairs.items()},
            [
                replace(
                    mismatch,
                    received=None if mismatch.received is None else places[mismatch.received],
                    position=moved(mismatch.position),
                )
                for mismatch in self.mismatches
            ],
        )


def align(expected: Sequence[Message], received: Sequence[Message]) -> Alignment:
    """Pair the messages, the surest pairs first."""
    result = Alignment()
    rest = _pair_exact(expected, received, result)
    rest = _pair_content(expected, received, rest, result)
    rest = _pair_place(expected, received, rest, result)
    for place in rest:
        result.mismatches.append(_surplus(expected, received, place, result.pairs))
    result.mismatches += _missing(expected, result.pairs)
    result.mismatches += _late(result.pairs)
    result.mismatches.sort(key=lambda mismatch: mismatch.position)
    return result


def _pair_exact(
    expected: Sequence[Message], received: Sequence[Message], result: Alignment
) -> list[int]:
    """Pair what is equal in all; return the received places that are left."""
    places: dict[Message, list[int]] = {}
    for place, message in enumerate(expected):
        places.setdefault(message, []).append(place)
    rest = []
    for place, message in enumerate(received):
        alike = places.get(message, [])
        free = next((wanted for wanted in alike if wanted not in result.pairs), None)
        if free is not None:
            result.pairs[free] = place
        elif alike:
            result.mismatches.append(Mismatch(Reason.REPEATED, alike[-1], place, place))
        else:
            rest.append(place)
    return rest


def _pair_content(
    expected: Sequence[Message], received: Sequence[Message], rest: list[int], result: Alignment
) -> list[int]:
    """Pair what says the same under another number; note where the numbers jump."""
    wanted = _unpaired(expected, result)
    matcher = SequenceMatcher(
        None,
        [(expected[place].type, expected[place].content) for place in wanted],
        [(received[place].type, received[place].content) for place in rest],
        autojunk=False,
    )
    left = list(rest)
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            place = rest[block.b + step]
            result.pairs[wanted[block.a + step]] = place
            left.remove(place)
            if not received[place].follows(received[place - 1] if place else None):
                result.mismatches.append(Mismatch(Reason.GAP, wanted[block.a + step], place, place))
    return left


def _pair_place(
    expected: Sequence[Message], received: Sequence[Message], rest: list[int], result: Alignment
) -> list[int]:
    """Pair what has the right number or stands in the right place, but says something else."""
    left = []
    for place in rest:
        message = received[place]
        wanted = _unpaired(expected, result)
        same = (
            w for w in wanted if (expected[w].type, expected[w].seq) == (message.type, message.seq)
        )
        following = {paired: w for w, paired in result.pairs.items()}.get(place - 1, -1) + 1
        fits = following in wanted and message.type in (expected[following].type, *_DAMAGED)
        match = next(same, following if fits else None)
        if match is None:
            left.append(place)
        else:
            result.pairs[match] = place
            result.mismatches.append(Mismatch(Reason.ALTERED, match, place, place))
    return left


def _unpaired(expected: Sequence[Message], result: Alignment) -> list[int]:
    return [place for place in range(len(expected)) if place not in result.pairs]


def _surplus(
    expected: Sequence[Message], received: Sequence[Message], place: int, pairs: dict[int, int]
) -> Mismatch:
    """Name a message that belongs nowhere: one said before, or one never to be said."""
    message = received[place]
    for wanted, paired in pairs.items():
        said = expected[wanted]
        if paired < place and (said.type, said.content) == (message.type, message.content):
            return Mismatch(Reason.REPEATED, wanted, place, place)
    return Mismatch(Reason.EXTRA, None, place, place)


def _missing(expected: Sequence[Message], pairs: dict[int, int]) -> Iterator[Mismatch]:
    position = -0.5
    for place in range(len(expected)):
        if place in pairs:
            position = pairs[place] + 0.5
        else:
            yield Mismatch(Reason.MISSING, place, None, position)


def _late(pairs: dict[int, int]) -> Iterator[Mismatch]:
    """Name what came after a message that it should have come before."""
    furthest = -1
    for place, wanted in sorted((place, wanted) for wanted, place in pairs.items()):
        if wanted < furthest:
            yield Mismatch(Reason.REORDERED, wanted, place, place)
        furthest = max(furthest, wanted)
