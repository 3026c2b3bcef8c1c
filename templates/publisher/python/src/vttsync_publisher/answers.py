"""What the room's answer means, and so what is next. Pure: no network, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, TypedDict

from vttsync_publisher.changes import Change
from vttsync_publisher.errors import Refusal
from vttsync_publisher.pace import Pace

MAX_RETRY_AFTER = 300.0
"""Seconds. A longer `Retry-After` counts as this."""

_REFUSALS = (400, 409, 413, 422)


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: of HTTP.
        body: parsed; None where it isn't JSON.
        retry_after: that header, or "".
        date: that header, or "".
    """

    status: int
    body: Any = None
    retry_after: str = ""
    date: str = ""


@dataclass(frozen=True)
class NoAnswer:
    """Nothing came back; the room may have done it all the same."""

    reason: str


class Ref(TypedDict):
    """Names one version of a row."""

    kind: str
    key: str
    rev: int


@dataclass(frozen=True)
class Published:
    """What the room did with one publish.

    Attributes:
        applied: changes that counted.
        duplicates: changes that did nothing, as the room has that rev or a higher one.
        seq: where each audience's stream stands.
    """

    applied: list[Ref] = field(default_factory=list)
    duplicates: list[Ref] = field(default_factory=list)
    seq: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivered:
    """Done: one result for each publish."""

    results: list[Published]


@dataclass(frozen=True)
class Wait:
    """Send the same bytes again after `at_least` plus a random time up to `up_to` seconds."""

    at_least: float
    up_to: float
    reason: str


@dataclass(frozen=True)
class Fewer:
    """One of several was refused: send only so many of the first, to part it from the others."""

    publishes: int


@dataclass(frozen=True)
class Mend:
    """This change of this publish needs the whole row in its place; then send again."""

    publish: int
    change: int


@dataclass(frozen=True)
class SetAside:
    """The one publish that was sent will never be taken."""

    refusal: Refusal


@dataclass(frozen=True)
class Stop:
    """The key isn't taken."""

    reason: str


Verdict = Delivered | Wait | Fewer | Mend | SetAside | Stop
Batch = Sequence[Sequence[Change]]


def judge(
    answer: Answer | NoAnswer, batch: Batch, failures: int, *, pace: Pace, mends: bool, now: float
) -> Verdict:
    """Decide what follows from an answer.

    Args:
        answer: to the request that carried `batch`.
        batch: the changes of each publish in it.
        failures: how often in a row these bytes were answered with `Wait` before.
        pace: how long to wait.
        mends: whether whole rows can be had.
        now: seconds since 1970, for a `Retry-After` that is a date.
    """
    if isinstance(answer, NoAnswer):
        return Wait(0.0, pace.wait(failures), answer.reason)
    if answer.status == 200 and _is_result(answer.body):
        return Delivered(_shared_out(answer.body, batch))
    if answer.status in (401, 403):
        return Stop(f"{answer.status} {_message(answer.body)}".strip())
    refusal = _refusal(answer)
    if refusal is None:
        reason = f"{answer.status} {_message(answer.body)}".strip()
        return Wait(_retry_after(answer, now), pace.wait(failures), reason)
    return _refused(refusal, batch, mends=mends)


def _refused(refusal: Refusal, batch: Batch, *, mends: bool) -> Verdict:
    place = _place(refusal.change, batch)
    if refusal.code == "base_mismatch" and mends and place:
        return Mend(*place)
    if len(batch) > 1:
        return Fewer(max(1, place[0]) if place else 1)
    return SetAside(refusal)


def _place(change: int | None, batch: Batch) -> tuple[int, int] | None:
    """Which change of which publish that index of the whole request is."""
    if change is None:
        return None
    for number, changes in enumerate(batch):
        if change < len(changes):
            return number, change
        change -= len(changes)
    return None


def _is_result(body: Any) -> bool:
    return (
        isinstance(body, dict)
        and isinstance(body.get("applied"), list)
        and isinstance(body.get("duplicates"), list)
        and isinstance(body.get("seq"), dict)
    )


def _shared_out(body: dict[str, Any], batch: Batch) -> list[Published]:
    """Give each publish its part of the two lists; both are in the order of the changes."""
    applied = list(reversed(body["applied"]))
    results = []
    for changes in batch:
        result = Published(seq=body["seq"])
        for change in changes:
            ref: Ref = {"kind": change["kind"], "key": change["key"], "rev": change["rev"]}
            if applied and applied[-1] == ref:
                result.applied.append(applied.pop())
            else:
                result.duplicates.append(ref)
        results.append(result)
    return results


def error_of(answer: Answer) -> dict[str, Any]:
    """The protocol's error in a body, or {}."""
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    return error if isinstance(error, dict) and isinstance(error.get("code"), str) else {}


def _message(body: Any) -> str:
    error = error_of(Answer(0, body))
    return f"{error['code']}: {error.get('message', '')}" if error else ""


def _refusal(answer: Answer) -> Refusal | None:
    """Only the room refuses: a page of a proxy that says 400 is a fault on the way to it."""
    error = error_of(answer)
    if answer.status == 413 and not error:
        return Refusal(413, "too_large", "something before the room takes no such bodies")
    if answer.status not in _REFUSALS or not error:
        return None
    return Refusal(
        status=answer.status,
        code=error["code"],
        message=str(error.get("message", "")),
        change=_whole(error.get("change")),
        path=str(error.get("path", "")),
        found=error.get("found"),
        stored=_whole(error.get("stored")),
    )


def _whole(number: Any) -> int | None:
    return number if isinstance(number, int) else None


def _retry_after(answer: Answer, now: float) -> float:
    text = answer.retry_after.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), MAX_RETRY_AFTER)
    until = _timestamp(text)
    if until is None:
        return 0.0
    # The sender's clock decides, if it says what time it has.
    sent = _timestamp(answer.date)
    return min(max(0.0, until - (now if sent is None else sent)), MAX_RETRY_AFTER)


def _timestamp(date: str) -> float | None:
    try:
        parsed = parsedate_to_datetime(date)
    except ValueError:
        return None
    return _utc(parsed).timestamp()


def _utc(date: datetime) -> datetime:
    return date if date.tzinfo else date.replace(tzinfo=timezone.utc)
