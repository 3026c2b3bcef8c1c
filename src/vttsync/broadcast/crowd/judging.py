"""Judge a crowd: each different stream once, by the rules of every other replay. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vttsync.broadcast.actions import Client, Limits, Plan
from vttsync.broadcast.crowd.paths import Message
from vttsync.broadcast.histogram import Histogram
from vttsync.broadcast.judge.answers import APP_SERVER
from vttsync.broadcast.judge.case import heard
from vttsync.broadcast.judge.judge import judge
from vttsync.broadcast.judge.messages import in_stream
from vttsync.broadcast.judge.verdict import Difference
from vttsync.broadcast.plan.expected import Expected, expect
from vttsync.broadcast.replay.transcript import Answer, Closed, Log, Transcript

_JUDGED = 40
"""Different streams of a room that are judged; all others are wrong, that much is sure."""
_NAMED = 5


@dataclass(frozen=True)
class Path:
    """What some clients got, all of them the same.

    Attributes:
        clients: who; at least one.
        end: the last message that they got.
        closed: how their connections ended, if they did too early.
        refused: why there were none, or an empty string.
    """

    clients: tuple[Client, ...]
    end: Message
    closed: Closed | None = None
    refused: str = ""


@dataclass(frozen=True)
class Fault:
    """Something that was not as it should be, and for how many.

    Attributes:
        room: the room's number.
        difference: what, told of the first of them.
        clients: how many got just the same.
        names: the first of them.
    """

    room: int
    difference: Difference
    clients: int = 1
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One audience of one room.

    Attributes:
        room: the room's number.
        audience: who may see the same; several, when its clients go from one to another.
        clients: how many there were.
        wrong: how many of them did not get exactly what they should.
        expected: messages that all of them should have got.
        received: messages that they got.
        latency: from the intended time of each publish to each client that was told right.
    """

    room: int
    audience: str
    clients: int
    wrong: int
    expected: int
    received: int
    latency: Histogram = field(default_factory=Histogram)

    def with_(self, other: Row) -> Row:
        """Add another part of the same audience."""
        latency = Histogram()
        latency.merge(self.latency)
        latency.merge(other.latency)
        return Row(
            self.room,
            self.audience,
            self.clients + other.clients,
            self.wrong + other.wrong,
            self.expected + other.expected,
            self.received + other.received,
            latency,
        )


@dataclass(frozen=True)
class Findings:
    """What was found about some clients of one room."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def judge_room(
    room: int,
    plan: Plan,
    paths: Sequence[Path],
    answers: Sequence[Answer],
    version: str | None = None,
) -> Findings:
    """Decide what is wrong with what the clients of a room got.

    What the app server was told is not looked at: that is the same for everybody's clients.

    Args:
        room: its number.
        plan: what a crowd plays, see `crowd_plan`.
        paths: what its clients got.
        answers: what the app server was answered.
        version: the Worker version that must answer from inside the room.
    """
    # What most got comes first: the others are told by how they differ from that.
    paths = sorted(paths, key=lambda path: -len(path.clients))
    judged, rest = paths[:_JUDGED], paths[_JUDGED:]
    logs = tuple(Log(p.clients[0], p.end.frames(), p.closed, p.refused) for p in judged)
    unlimited = replace(plan, limits=Limits(plan.limits.patience))
    verdict = judge(unlimited, Transcript(logs, tuple(answers)), expected_version=version)
    by_name = {path.clients[0].name: path for path in judged}
    found = [one for one in verdict.differences if one.who != APP_SERVER]
    expected, wrong = expect(plan), {one.who for one in found}
    samples = _Samples(expected, answers)
    parts = []
    for path, log, result in zip(judged, logs, verdict.clients, strict=True):
        passed = log.client.name not in wrong
        latency = samples.of(path, log) if passed else Histogram()
        parts.append(_row(room, path, expected, result.expected, result.received, latency, passed))
    parts += [_row(room, path, expected, 0, len(path.end.path()), Histogram()) for path in rest]
    faults = tuple(_fault(room, one, by_name.get(one.who)) for one in found)
    return Findings(tuple(merged({}, parts).values()), faults)


def _fault(room: int, difference: Difference, path: Path | None) -> Fault:
    if path is None:
        return Fault(room, difference)
    names = tuple(client.name for client in path.clients[:_NAMED])
    return Fault(room, difference, len(path.clients), names)


def _audience(client: Client, expected: Expected) -> str:
    last = len(expected.rows) - 1
    ends = [expected.audience(client, publish) for publish in (expected.joining, last)]
    return " → ".join(dict.fromkeys(ends))


def _row(
    room: int,
    path: Path,
    expected: Expected,
    wanted: int,
    received: int,
    latency: Histogram,
    passed: bool = False,
) -> Row:
    count = len(path.clients)
    audience, wrong = _audience(path.clients[0], expected), 0 if passed else count
    return Row(room, audience, count, wrong, wanted * count, received * count, latency)


class _Samples:
    """Seconds from when each publish was due to when each client was told of it.

    Messages that several paths share are counted once, with the first path that is asked for.
    """

    def __init__(self, expected: Expected, answers: Sequence[Answer]) -> None:
        self._expected, self._answers = expected, answers
        self._told: set[int] = set()

    def of(self, path: Path, log: Log) -> Histogram:
        """Count those of a path's messages."""
        return Histogram(self._seconds(path, log))

    def _seconds(self, path: Path, log: Log) -> Iterator[float]:
        one = heard(log, self._expected, self._answers)
        message_of = {
            id(frame): message for frame, message in zip(log.frames, path.end.path(), strict=True)
        }
        for place, wanted in zip(in_stream(one.messages), one.wanted, strict=False):
            message = message_of[id(one.messages[place].raw[-1])]
            if wanted.message.type != "delta" or id(message) in self._told:
                continue
            self._told.add(id(message))
            for publish in wanted.publishes:
                due = self._answers[publish].due
                yield from (at - due for at in message.times)


def merged(rows: Mapping[tuple[int, str], Row], more: Sequence[Row]) -> dict[tuple[int, str], Row]:
    """Add rows to others, those of the same room and audience together."""
    result = dict(rows)
    for row in more:
        key = row.room, row.audience
        result[key] = result[key].with_(row) if key in result else row
    return result
