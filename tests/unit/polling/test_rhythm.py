"""Whether requests repeat by themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.polling.samples import LOAD, NOBODY, asked, what
from vttsync.polling.rhythm import belongs, follows, rhythm
from vttsync.polling.seen import Asked, Cause, Told

LATER = Cause("setTimeout")


@pytest.mark.parametrize(
    ("requests", "every"),
    [
        (asked([0, 5], LOAD), 5),
        (asked([0, 2, 4, 6.5], NOBODY), 2),
        (asked([0, 1, 5, 5.2], NOBODY), None),
        (asked([0, 5], NOBODY), None),
        (asked([3], LOAD), None),
        (asked([0, 0.01, 0.02], LOAD), None),
        (asked([0, 1, 3, 7], LATER, failed=True), None),
        (asked([0, 2, 4, 6], LATER, failed=True), 2),
    ],
    ids=[
        "two by a timer", "steady", "now and then", "two by nobody", "once", "at once",
        "retries, ever later", "failing, and steady",
    ],
)  # fmt: skip
def test_what_repeats(requests: list[Asked], every: float | None) -> None:
    found = rhythm(requests)
    assert (found.every if found else None) == (every and pytest.approx(every, abs=0.5))


def test_a_long_poll_is_asked_again_when_its_answer_is_there() -> None:
    ends = [3.0, 3.8, 11.0]
    starts = [0.0, *(end + 0.05 for end in ends[:-1])]
    polls = [
        Asked(at, asked([0])[0].what, NOBODY, end) for at, end in zip(starts, ends, strict=True)
    ]
    found = rhythm(polls)
    assert found
    assert "held back" in found.why


def test_what_broadcasts_bring_on_follows_them() -> None:
    told = [Told(at, delta=True) for at in (1, 4, 9)]
    assert follows(asked([1.1, 4.2, 9.1], NOBODY), told)
    assert follows(asked([1.3, 4.3, 9.31], LATER), told), "gathered for 300 ms"
    assert not follows(asked([1.1, 4.1, 9.1], LOAD), told), "an interval asks"
    assert not follows(asked([1.3, 4.9, 9.1], LATER), told), "a timer of its own pace"
    assert not follows(asked([2.5, 6, 11], NOBODY), told)
    assert not follows([], told)


def test_a_ticket_leads_to_an_attempt_at_once() -> None:
    times = [1.0, 2.0, 4.0, 8.0]
    assert belongs(asked(times, LATER), [at + 0.15 for at in times])
    assert not belongs(asked(times, LATER), [at + 0.6 for at in times])
    assert not belongs(asked(times, LOAD), [at + 0.15 for at in times]), "an interval asks"
    assert not belongs(asked(times, LATER), [0.3 * at for at in range(40)]), "too many attempts"
    assert not belongs(asked(times, LATER), [])
    page = replace(what(), page=True)
    assert not belongs(asked(times, LATER, of=page), [at + 0.15 for at in times]), "it reloads"
