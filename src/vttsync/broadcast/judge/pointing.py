"""Whether everyone was told what others point at, and nobody else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from vttsync.broadcast.actions import Point, PresenceKind
from vttsync.broadcast.judge.case import Case, Heard
from vttsync.broadcast.judge.meanings import MEANINGS
from vttsync.broadcast.judge.verdict import Difference, Reason
from vttsync.broadcast.plan.view import shows
from vttsync.broadcast.protocol import Presence, PresenceItem
from vttsync.broadcast.values import canonical

_TTL: Mapping[PresenceKind, int] = {"cursor": 5000, "ping": 3000, "ruler": 10_000, "drag": 5000}


class Pointing:
    """What one client was told of where others point.

    Attributes:
        differences: what it was told and should not have been.
        lost: what it should have been told, and wasn't.
        told: how many presences it should have been told, and was.
    """

    def __init__(self, heard: Heard, case: Case, explained: Collection[int]) -> None:
        self._heard, self._case = heard, case
        played = len(case.pointed)
        self._points = case.plan.points[:played]
        self._told: set[int] = set()
        self.differences = tuple(self._wrong(explained))
        self.lost = tuple(self._lost())
        self.told = len(self._told)

    def _wrong(self, explained: Collection[int]) -> Iterator[Difference]:
        for place, message in enumerate(self._heard.messages):
            if not isinstance(message.frame, Presence) or place in explained:
                continue
            for item in message.frame.items:
                yield from self._item(item, place, message.at)

    def _item(self, item: PresenceItem, place: int, at: float) -> Iterator[Difference]:
        said = [
            number
            for number, (point, _) in enumerate(self._points)
            if (point.user, point.kind) == (item.user, item.kind)
            and self._case.pointed[number] <= at
        ]
        audience = self._heard.audiences[place]
        seen = [number for number in said if self._sees(number, audience)]
        if item.value is None:
            if not seen:
                # To say that somebody stopped says that they did point, at something hidden.
                reason, number = (Reason.LEAKED, said[-1]) if said else (Reason.EXTRA, None)
                yield self._difference(reason, number, place, None, item)
            return
        same = [n for n in said if canonical(self._points[n][0].value) == canonical(item.value)]
        if not said:
            yield self._difference(Reason.EXTRA, None, place, None, item)
        elif not same:
            yield self._difference(
                Reason.ALTERED, said[-1], place, _shown(self._point(said[-1])), item
            )
        elif not (free := [number for number in same if number in seen]):
            yield self._difference(Reason.LEAKED, same[-1], place, "nothing of it", item)
        elif all(number in self._told for number in free):
            yield self._difference(Reason.REPEATED, free[-1], place, "once", item)
        else:
            number = next(number for number in free if number not in self._told)
            self._told.add(number)
            point = self._point(number)
            if (item.role, item.ttl) != (point.role, _TTL[point.kind]):
                yield self._difference(Reason.ALTERED, number, place, _shown(point), item)

    def _lost(self) -> Iterator[Difference]:
        log = self._heard.log
        if log.closed or log.refused or not self._heard.messages:
            return
        for number, (point, publish) in enumerate(self._points):
            if log.client.name not in point.present or number in self._told:
                continue
            if self._case.expected.sees(log.client, publish, point):
                place = len(self._heard.messages)
                yield self._difference(Reason.MISSING, number, place, _shown(point), None)

    def _point(self, number: int) -> Point:
        return self._points[number][0]

    def _sees(self, number: int, audience: str) -> bool:
        point, publish = self._points[number]
        return shows(self._case.expected.views[audience][publish], point.kind, point.value)

    def _difference(
        self,
        reason: Reason,
        number: int | None,
        place: int,
        expected: object,
        item: PresenceItem | None,
    ) -> Difference:
        point = None if number is None else self._point(number)
        return Difference(
            reason=reason,
            who=self._heard.log.client.name,
            step=point.label if point else "somebody points",
            line=point.line if point else None,
            expected=expected,
            got=item and item.model_dump(),
            means=MEANINGS[reason],
            position=place,
            moment=0 if number is None else self._points[number][1],
        )


def _shown(point: Point) -> dict[str, Any]:
    return {
        "user": point.user,
        "role": point.role,
        "kind": point.kind,
        "value": point.value,
        "ttl": _TTL[point.kind],
    }
