"""What one client was told of what is not for it: secrets, and what belongs to another session."""

from __future__ import annotations

from collections.abc import Iterator

from vttsync.broadcast.judge.reading import Reading
from vttsync.broadcast.judge.verdict import Difference, Reason


def overheard(reading: Reading) -> Iterator[tuple[int, Difference]]:
    """Yield, with the places of the messages that tell it, whatever this client may not know.

    The reason that its connection was closed with has the place behind the last message.
    """
    found = _Overheard(reading)
    for place in range(len(reading.frames)):
        if difference := found.in_message(place):
            yield place, difference
    if difference := found.in_close():
        yield len(reading.frames), difference


class _Overheard:
    def __init__(self, reading: Reading) -> None:
        self._reading, self._case = reading, reading.case
        self._odd = {
            mismatch.received
            for mismatch in reading.mismatches
            if mismatch.reason in (Reason.ALTERED, Reason.EXTRA)
        }
        self._last = -1

    def in_message(self, place: int) -> Difference | None:
        message = self._reading.heard.messages[place]
        wanted = self._reading.wanted_at.get(place)
        sent = self._case.sent_by(message.at)
        if others := self._case.others:
            foreign = [word for raw in message.raw for word in others.in_message(raw.data, sent)]
            if foreign:
                return self._difference(Reason.MIXED, wanted, place, foreign)
        secrets = self._case.secrets.get(self._reading.heard.audiences[place])
        if secrets is None:
            return None
        found = [word for raw in message.raw for word in secrets.in_message(raw.data, sent)]
        if place in self._odd and message.frame is not None:
            found += secrets.in_frame(message.frame, min(self._since(), sent), sent)
        elif wanted is not None:
            self._last = wanted
        return self._difference(Reason.LEAKED, wanted, place, found) if found else None

    def _since(self) -> int:
        """Tell the first publish that a wrong message may be about: what is next to be told."""
        for one in self._reading.wanted[self._last + 1 :]:
            return one.publishes[0] if one.publishes else self._case.expected.joining
        return len(self._case.expected.rows)

    def in_close(self) -> Difference | None:
        closed, place = self._reading.log.closed, len(self._reading.frames)
        if closed is None:
            return None
        messages = self._reading.heard.messages
        sent = self._case.sent_by(messages[-1].at) if messages else 0
        if self._case.others and (words := self._case.others.in_text(closed.reason, sent)):
            return self._difference(Reason.MIXED, None, place, words)
        audiences = self._reading.heard.audiences
        audience = audiences[-1] if audiences else self._reading.wanted[0].audience
        secrets = self._case.secrets.get(audience)
        words = secrets.in_text(closed.reason, sent) if secrets else []
        return self._difference(Reason.LEAKED, None, place, words) if words else None

    def _difference(
        self, reason: Reason, wanted: int | None, place: int, found: list[str]
    ) -> Difference:
        return self._reading.difference(reason, wanted, place, "nothing of it", found)
