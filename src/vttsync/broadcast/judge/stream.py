"""Judge what one client got."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vttsync import PROTOCOL
from vttsync.broadcast.actions import Entity, Plan, Value
from vttsync.broadcast.judge.align import Mismatch, align
from vttsync.broadcast.judge.leaks import Secrets
from vttsync.broadcast.judge.meanings import MEANINGS, refusal
from vttsync.broadcast.judge.messages import comparable, entities, parsed, told, wanted_by
from vttsync.broadcast.judge.verdict import Difference, Reason
from vttsync.broadcast.plan.view import Expected
from vttsync.broadcast.protocol import Delta, Hello, RoomError, Snapshot
from vttsync.broadcast.replay.transcript import Answer, Log
from vttsync.broadcast.values import canonical, merged

_SHORT = 400


@dataclass(frozen=True)
class Case:
    """What a client's messages are judged by.

    Attributes:
        plan: what was played.
        expected: what it had to bring about.
        answers: when each publish was due, and sent.
        taken: how many publishes the room took.
        epoch: the epoch that most messages name.
        version: the version id that must answer, if that is known.
        secrets: what each role may not know.
    """

    plan: Plan
    expected: Expected
    answers: tuple[Answer, ...]
    taken: int
    epoch: str
    version: str | None
    secrets: dict[str, Secrets]

    def sent_by(self, at: float) -> int:
        """Tell the last publish that was sent before a time."""
        return max(0, bisect_right([answer.sent for answer in self.answers], at) - 1)


@dataclass(frozen=True)
class Findings:
    """What was found about one client.

    Attributes:
        differences: everything that is wrong.
        latencies: seconds, one for each delta that was right.
        expected: how many messages it should have got.
    """

    differences: tuple[Difference, ...]
    latencies: tuple[float, ...]
    expected: int


def examine(log: Log, case: Case) -> Findings:
    """Compare what a client got with what it should have got."""
    return _Examination(log, case).findings()


class _Examination:
    def __init__(self, log: Log, case: Case) -> None:
        self._log = log
        self._case = case
        self._role = log.client.role
        self._frames = [parsed(frame.data) for frame in log.frames]
        self._wanted = list(wanted_by(log.client, case.expected.streams[self._role], case.taken))
        received = [
            comparable(frame, raw.data) for frame, raw in zip(self._frames, log.frames, strict=True)
        ]
        alignment = align([wanted.message for wanted in self._wanted], received)
        self._pairs = alignment.pairs
        self._wanted_at = {received: wanted for wanted, received in self._pairs.items()}
        self._mismatches = alignment.mismatches

    def findings(self) -> Findings:
        leaks = dict(self._leaks())
        differences = [
            *self._connection(),
            *self._greeting(),
            *self._epochs(),
            *leaks.values(),
            # A leak explains why its message doesn't match.
            *(self._told(m) for m in self._runs() if m.received not in leaks),
        ]
        if not differences:
            differences += self._final()
        return Findings(tuple(differences), tuple(self._latencies()), len(self._wanted))

    def _connection(self) -> Iterator[Difference]:
        closed, place = self._log.closed, len(self._frames)
        joined = any(isinstance(frame, Snapshot) for frame in self._frames)
        if self._log.refused:
            yield self._difference(Reason.REFUSED, None, place, "a websocket", self._log.refused)
        elif closed:
            reason = Reason.CLOSED if joined else Reason.REFUSED
            shown: Value = {"close code": closed.code, "reason": closed.reason}
            complaints = [frame.code for frame in self._frames if isinstance(frame, RoomError)]
            shown |= {"error": complaints[-1]} if complaints else {}
            means = None if joined else refusal(closed.code)
            yield self._difference(reason, None, place, "an open connection", shown, means)
        elif not self._frames:
            yield self._difference(Reason.SILENT, 0, place, self._wanted[0].shown, None)

    def _greeting(self) -> Iterator[Difference]:
        hello = next((frame for frame in self._frames if isinstance(frame, Hello)), None)
        if hello is None:
            return
        checks = (
            (Reason.WRONG_PROTOCOL, PROTOCOL, hello.protocol),
            (Reason.WRONG_AUDIENCE, self._role, hello.audience),
            (Reason.WRONG_VERSION, self._case.version or hello.version, hello.version),
        )
        for reason, expected, got in checks:
            if expected != got:
                yield self._difference(reason, 0, 0, expected, got)

    def _epochs(self) -> Iterator[Difference]:
        for place, frame in enumerate(self._frames):
            epoch = getattr(frame, "epoch", self._case.epoch)
            if epoch != self._case.epoch:
                wanted = self._wanted_at.get(place)
                yield self._difference(Reason.WRONG_EPOCH, wanted, place, self._case.epoch, epoch)
                return

    def _leaks(self) -> Iterator[tuple[int, Difference]]:
        if self._role == "gm":
            return
        secrets = self._case.secrets[self._role]
        odd = {
            mismatch.received
            for mismatch in self._mismatches
            if mismatch.reason in (Reason.ALTERED, Reason.EXTRA)
        }
        known = len(self._case.plan.setup) - 1
        for place, raw in enumerate(self._log.frames):
            sent = self._case.sent_by(raw.at)
            found = secrets.in_text(raw.data, sent)
            frame, wanted = self._frames[place], self._wanted_at.get(place)
            if place in odd and frame is not None:
                found += secrets.in_frame(frame, min(known, sent), sent)
            elif wanted is not None:
                known = self._wanted[wanted].publish or known
            if found:
                yield place, self._difference(Reason.LEAKED, wanted, place, "nothing of it", found)

    def _runs(self) -> Iterator[Mismatch]:
        """Yield the mismatches, of missing ones in a row only the first."""
        over = self._log.closed or self._log.refused or not self._frames
        last = max(self._pairs, default=-1)
        previous = -2
        for mismatch in self._mismatches:
            place = mismatch.expected
            if mismatch.reason is Reason.MISSING and place is not None:
                in_a_row, previous = place == previous + 1, place
                if in_a_row or (over and place > last):
                    continue
            # A complaint before a close is told with the close.
            if not (self._log.closed and self._is_complaint(mismatch)):
                yield mismatch

    def _is_complaint(self, mismatch: Mismatch) -> bool:
        place = mismatch.received
        return place is not None and isinstance(self._frames[place], RoomError)

    def _told(self, mismatch: Mismatch) -> Difference:
        expected, got = self._shown(mismatch)
        reason = mismatch.reason
        if mismatch.received is not None and reason in (Reason.ALTERED, Reason.EXTRA):
            if self._is_complaint(mismatch):
                reason = Reason.ERROR
            elif self._frames[mismatch.received] is None:
                reason = Reason.UNREADABLE
        means = None
        if reason is Reason.MISSING:
            more = sum(place not in self._pairs for place in range(len(self._wanted))) - 1
            means = f"{MEANINGS[reason]} ({more} more are missing.)" if more else None
        return self._difference(reason, mismatch.expected, mismatch.position, expected, got, means)

    def _shown(self, mismatch: Mismatch) -> tuple[Any, Any]:
        """Choose what of the expected and the received message tells them apart."""
        wanted = None if mismatch.expected is None else self._wanted[mismatch.expected]
        expected = wanted.shown if wanted else None
        if mismatch.received is None:
            return expected, None
        raw, frame = self._log.frames[mismatch.received].data, self._frames[mismatch.received]
        got = raw if frame is None and isinstance(raw, str) else told(frame) or repr(raw)
        if mismatch.reason is Reason.GAP and wanted:
            return {"seq": wanted.message.seq}, {"seq": getattr(frame, "seq", None)}
        if mismatch.reason is Reason.REPEATED:
            return "once", got
        if mismatch.reason is Reason.ALTERED and isinstance(expected, list | tuple):
            return _only(expected, got), _only(got, expected)
        return expected, got

    def _final(self) -> Iterator[Difference]:
        """Rebuild the state from the raw messages, as a client would, and compare it."""
        state: dict[Entity, Value] = {}
        for frame in self._frames:
            if isinstance(frame, Snapshot):
                state = {(row.kind, row.key): row.value for row in frame.entities}
            elif isinstance(frame, Delta):
                for change in frame.changes:
                    entity = change.kind, change.key
                    if change.op == "del":
                        state.pop(entity, None)
                    else:
                        before = state.get(entity, {}) if change.op == "patch" else {}
                        state[entity] = merged(before, change.value)
        expected = entities(self._case.expected.views[self._role][self._case.taken - 1])
        got = entities(state)
        if canonical(expected) != canonical(got):
            yield self._difference(
                Reason.ALTERED, None, len(self._frames), _only(expected, got), _only(got, expected)
            )

    def _latencies(self) -> Iterator[float]:
        wrong = {mismatch.received for mismatch in self._mismatches}
        for place, paired in self._pairs.items():
            publish = self._wanted[place].publish
            if publish is not None and paired not in wrong:
                yield self._log.frames[paired].at - self._case.answers[publish].due

    def _difference(
        self,
        reason: Reason,
        wanted: int | None,
        position: float,
        expected: object,
        got: object,
        means: str | None = None,
    ) -> Difference:
        step, line = self._step(wanted, position)
        return Difference(
            reason=reason,
            who=self._log.client.name,
            step=step,
            line=line,
            expected=_short(expected),
            got=_short(got),
            means=means or MEANINGS[reason],
            position=position,
        )

    def _step(self, wanted: int | None, position: float) -> tuple[str, int | None]:
        """Tell the step that a message belongs to, or else the one it came in."""
        publish = None if wanted is None else self._wanted[wanted].publish
        if wanted is None and position >= 2 and self._log.frames and not self._log.client.late:
            place = min(int(position), len(self._log.frames) - 1)
            publish = self._case.sent_by(self._log.frames[place].at)
        if publish is None or publish < len(self._case.plan.setup):
            return "joining", None
        action = self._case.plan.publishes[publish]
        return action.label, action.line


def _only(these: Any, those: Any) -> Any:  # noqa: ANN401 - any JSON
    if not isinstance(these, list | tuple) or not isinstance(those, list | tuple):
        return these
    others = {canonical(that) for that in those}
    return [this for this in these if canonical(this) not in others] or list(these)


def _short(value: Any) -> Any:  # noqa: ANN401 - any JSON
    text = canonical(value)
    return value if len(text) <= _SHORT else text[:_SHORT] + "…"
