"""Judge what one client got."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vttsync import PROTOCOL
from vttsync.broadcast.actions import Call, Entity, Value
from vttsync.broadcast.judge.align import Message, Mismatch
from vttsync.broadcast.judge.case import Case, Findings, Heard
from vttsync.broadcast.judge.meanings import MEANINGS, refusal
from vttsync.broadcast.judge.messages import told
from vttsync.broadcast.judge.overheard import overheard
from vttsync.broadcast.judge.pointing import Pointing
from vttsync.broadcast.judge.reading import Reading
from vttsync.broadcast.judge.times import latencies, reconnects
from vttsync.broadcast.judge.verdict import Difference, Reason
from vttsync.broadcast.judge.wanted import entities
from vttsync.broadcast.protocol import Delta, Hello, RoomError, Snapshot
from vttsync.broadcast.values import canonical, merged


def examine(heard: Heard, case: Case) -> Findings:
    """Compare what a client got with what it should have got."""
    return _Examination(Reading(heard, case)).findings()


class _Examination:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._log, self._case, self._heard = reading.log, reading.case, reading.heard
        self._frames, self._wanted = reading.frames, reading.wanted
        self._pairs, self._wanted_at = reading.pairs, reading.wanted_at
        self._difference = reading.difference

    def findings(self) -> Findings:
        # A leak explains why its message doesn't match, and so does a part that is not there.
        explained = dict(self._parts()) | dict(overheard(self._reading))
        differences = [
            *self._connection(),
            *self._greeting(),
            *self._epochs(),
            *self._resumed(),
            *explained.values(),
            *(self._told(m) for m in self._runs() if m.received not in explained),
        ]
        pointing = Pointing(self._heard, self._case, explained)
        differences += pointing.differences
        if not differences:
            differences += self._final()
        return Findings(
            tuple(differences),
            tuple(latencies(self._reading)),
            tuple(reconnects(self._reading)),
            pointing.lost,
            pointing.told,
        )

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
        for place, hello in enumerate(self._frames):
            if not isinstance(hello, Hello):
                continue
            checks = (
                (Reason.WRONG_PROTOCOL, PROTOCOL, hello.protocol),
                (Reason.WRONG_AUDIENCE, self._heard.audiences[place], hello.audience),
                (Reason.WRONG_VERSION, self._version(place) or hello.version, hello.version),
            )
            wrong = [check for check in checks if check[1] != check[2]]
            for reason, expected, got in wrong:
                yield self._difference(reason, self._wanted_at.get(place), place, expected, got)
            if wrong:
                return

    def _version(self, place: int) -> str | None:
        """Tell which version has to answer, if that is known: what a hook does may be a deploy."""
        calls = any(isinstance(step, Call) for step in self._case.plan.steps)
        first = self._log.client.after is None and not self._log.client.late and place == 0
        return self._case.version if first or not calls else None

    def _epochs(self) -> Iterator[Difference]:
        for place, frame in enumerate(self._frames):
            usual = self._case.epochs.get(self._heard.audiences[place])
            epoch = getattr(frame, "epoch", usual)
            if epoch != usual:
                wanted = self._wanted_at.get(place)
                yield self._difference(Reason.WRONG_EPOCH, wanted, place, usual, epoch)
                return

    def _resumed(self) -> Iterator[Difference]:
        for place, wanted in enumerate(self._wanted):
            if wanted.needless:
                missed = "a delta for each change since the connection was lost"
                at = self._pairs.get(place, len(self._frames))
                yield self._difference(Reason.NOT_RESUMED, place, at, missed, "a snapshot")

    def _parts(self) -> Iterator[tuple[int, Difference]]:
        for place, message in enumerate(self._heard.messages):
            reason, snapshot = message.misparted, message.frame
            if reason and isinstance(snapshot, Snapshot):
                wanted = self._wanted_at.get(place)
                whole = {"parts": list(range(1, snapshot.parts + 1))}
                got = {"parts": list(message.numbers)}
                yield place, self._difference(reason, wanted, place, whole, got)

    def _runs(self) -> Iterator[Mismatch]:
        """Yield the mismatches, of missing ones in a row only the first."""
        over = self._log.closed or self._log.refused or not self._frames
        last = max(self._pairs, default=-1)
        previous = -2
        for mismatch in self._reading.mismatches:
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
        message = self._heard.messages[mismatch.received]
        raw, frame = message.raw[0].data, message.frame
        got = raw if frame is None and isinstance(raw, str) else told(frame) or repr(raw)
        if mismatch.reason is Reason.GAP and wanted:
            return _numbers(wanted.message), _numbers(message.message)
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
        audience, last = self._wanted[-1].audience, self._case.taken - 1
        expected = entities(self._case.expected.views[audience][last])
        got = entities(state)
        if canonical(expected) != canonical(got):
            yield self._difference(
                Reason.ALTERED, None, len(self._frames), _only(expected, got), _only(got, expected)
            )


def _numbers(message: Message) -> Value:
    """Show the numbers of a message as the frame has them."""
    if message.first in (None, message.seq):
        return {"seq": message.seq}
    return {"from": message.first, "seq": message.seq}


def _only(these: Any, those: Any) -> Any:  # noqa: ANN401 - any JSON
    if not isinstance(these, list | tuple) or not isinstance(those, list | tuple):
        return these
    others = {canonical(that) for that in those}
    return [this for this in these if canonical(this) not in others] or list(these)
