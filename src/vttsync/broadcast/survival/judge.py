"""Decide from a record whether everyone survived; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from vttsync.broadcast.actions import Client
from vttsync.broadcast.plan.view import State, audience_of, user_audiences, view
from vttsync.broadcast.protocol import Delta, Hello, RoomError, ServerFrame
from vttsync.broadcast.survival.follower import Did, Follower, read
from vttsync.broadcast.survival.record import Record, Trail, Visit
from vttsync.broadcast.survival.story import number_of, rows
from vttsync.broadcast.survival.survival import Fault, Problem, Stay, Survival
from vttsync.broadcast.values import canonical

_GRAVEST = list(Fault)  # as they are written there


def judge(record: Record, *, version: str | None = None, within: float | None = None) -> Survival:
    """Judge what each client got across a deploy.

    Args:
        record: what happened.
        version: the one that must have greeted everyone in the end; None: any.
        within: seconds in which everyone who was dropped had to be back; None: any time.
    """
    stays, problems = [], list(_publishing(record))
    for trail in record.trails:
        told = _Reading(trail, record)
        found = [*told.faults(version, within)]
        problems += [Problem(fault, trail.client.name, what) for fault, what in found]
        stays.append(told.stay(passed=not found))
    problems.sort(key=lambda problem: _GRAVEST.index(problem.fault))
    return Survival(tuple(stays), tuple(problems), record.taken, record.stall, within)


def _publishing(record: Record) -> Iterator[Problem]:
    if record.tried > record.taken:
        what = f"publish {record.tried} was not taken: {record.refusal or 'no answer'}"
        yield Problem(Fault.PUBLISH, "app server", what)


class _Reading:
    """One client's trail, followed as the client did."""

    def __init__(self, trail: Trail, record: Record) -> None:
        self._trail = trail
        self._record = record
        self._follower = Follower()
        self._drops = 0
        self._lost_at: float | None = None
        self._away: list[float] = []
        self._repeated: set[int] = set()
        self._oddities: list[tuple[Fault, str]] = []
        self._hellos: list[Hello] = []
        for visit in trail.visits:
            self._follow(visit)
        self._missing = self._not_there()

    def stay(self, *, passed: bool) -> Stay:
        versions = dict.fromkeys(hello.version for hello in self._hellos)
        return Stay(
            name=self._trail.client.name,
            drops=self._drops,
            away=tuple(self._away),
            missing=self._missing,
            repeated=tuple(sorted(self._repeated)),
            versions=tuple(versions),
            passed=passed,
        )

    def faults(self, version: str | None, within: float | None) -> Iterator[tuple[Fault, str]]:
        yield from self._absence(within)
        if self._missing:
            yield Fault.MISSING, f"never got {_numbers(self._missing)}"
        if self._repeated:
            yield Fault.REPEATED, f"got {_numbers(self._repeated)} more than once"
        yield from dict(self._oddities).items()
        if self._present and not self._missing and self._differs():
            yield Fault.DIFFERENT, "sees in the end something else than was published"
        if version and self._present and self._hellos[-1].version != version:
            yield Fault.OLD_VERSION, f"is still in a room that runs {self._hellos[-1].version}"

    @property
    def _present(self) -> bool:
        return self._lost_at is None and self._follower.caught_up

    def _absence(self, within: float | None) -> Iterator[tuple[Fault, str]]:
        if not self._present:
            since = self._record.until - (self._lost_at or self._record.until)
            yield Fault.AWAY, f"was not back after {since:.1f} s{self._why_away()}"
        elif within is not None and max(self._away, default=0.0) > within:
            slowest = max(self._away)
            yield Fault.SLOW, f"was away for {slowest:.1f} s; {within:g} s are the limit"

    def _why_away(self) -> str:
        last = self._trail.visits[-1] if self._trail.visits else None
        if self._trail.refusal:
            return f": {self._trail.refusal}"
        if last is None or last.ended is None:
            return ": it was greeted, but not told what it missed"
        code = last.ended[1].code
        told = [read(frame.data) for frame in last.frames]
        complaints = [it.code for it in told if isinstance(it, RoomError)]
        return f": closed with {code}{f' ({complaints[-1]})' if complaints else ''}"

    def _follow(self, visit: Visit) -> None:
        self._follower.connect()
        was_here = False
        for frame in visit.frames:
            self._take(read(frame.data))
            if not self._follower.caught_up:
                continue
            was_here = True
            if self._lost_at is not None:
                self._away.append(frame.at - self._lost_at)
                self._lost_at = None
        # Whoever was turned away at the door has lost nothing by that.
        if visit.ended and was_here:
            self._drops += 1
            self._lost_at = visit.ended[0]

    def _take(self, frame: ServerFrame | Literal["new"] | None) -> None:
        if frame is None:
            self._oddities.append((Fault.UNREADABLE, "got something that is no message"))
        if isinstance(frame, Hello):
            self._greet(frame)
        if isinstance(frame, Delta):
            known = set(self._numbers_seen())
            told = {number_of((change.kind, change.key)) for change in frame.changes}
            self._repeated |= {number for number in known if number in told}
        did = self._follower.take(frame)
        if isinstance(frame, Delta) and did is Did.RESUME:
            at = f"{self._follower.cursor[1]}" if self._follower.cursor else "nothing"
            what = f"got a change that does not follow: {frame.start} after {at}"
            self._oddities.append((Fault.SKIPPED, what))

    def _greet(self, hello: Hello) -> None:
        before = self._hellos[-1] if self._hellos else hello
        if before.version == hello.version and before.epoch != hello.epoch:
            what = "was greeted with another epoch by the same version: the room forgot"
            self._oddities.append((Fault.NEW_STREAM, what))
        self._hellos.append(hello)

    def _numbers_seen(self) -> Iterator[int]:
        return (n for n in map(number_of, self._follower.view) if n is not None)

    def _not_there(self) -> tuple[int, ...]:
        if not self._present:  # what it lacks then, it lacks because of that
            return ()
        return tuple(sorted(set(range(1, self._record.taken + 1)) - set(self._numbers_seen())))

    def _differs(self) -> bool:
        newest = max(self._numbers_seen(), default=0)
        expected = _seen_by(self._trail.client, rows(max(newest, self._record.taken)))
        return _text(expected) != _text(self._follower.view)


def _seen_by(client: Client, state: State) -> State:
    return view(state, audience_of(client.name, client.role, user_audiences(state)))


def _text(state: State) -> list[tuple[str, str, str]]:
    return sorted((kind, key, canonical(value)) for (kind, key), value in state.items())


def _numbers(numbers: Iterable[int]) -> str:
    """Name publishes, consecutive ones in short: `publishes 3, 7-12`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    told = [f"{first}" if first == last else f"{first}-{last}" for first, last in runs]
    return f"publish{'es' if len(told) > 1 or '-' in told[0] else ''} {', '.join(told)}"
