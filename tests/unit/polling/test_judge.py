"""The verdict on what a page asks for, over the three phases."""

from __future__ import annotations

import pytest

from tests.unit.polling.samples import BACK, CUT, LIVE, LOAD, NOBODY, asked, seen, what
from vttsync.polling.judge import Verdict, fallback_every, judge
from vttsync.polling.seen import Asked, Cause, Phase

FALLBACK = asked(CUT)


@pytest.mark.parametrize(
    ("requests", "verdict", "fails"),
    [
        (asked(CUT), Verdict.GATED, False),
        (asked([*LIVE, *CUT, *BACK]), Verdict.UNGATED, True),
        (asked([1, 6, 11, 16, *CUT, 41, 46, 51, 56]), Verdict.THROTTLED, True),
        (asked([*LIVE, *BACK]), Verdict.INVERTED, True),
        (asked([*CUT, *BACK]), Verdict.NEVER_STOPPED, True),
        (asked([0.5]), Verdict.NO_POLL, False),
        (asked([*LIVE, *CUT, *BACK], of=what(method="POST")), Verdict.NO_POLL, False),
    ],
    ids=lambda it: it.value if isinstance(it, Verdict) else "",
)
def test_three_phases_tell_them_apart(requests: list[Asked], verdict: Verdict, fails: bool) -> None:
    (group,) = judge(seen(requests), ()).groups
    assert (group.verdict, group.fails) == (verdict, fails)


def test_a_page_that_falls_back_passes() -> None:
    outcome = judge(seen(FALLBACK), ())
    assert outcome.passed
    assert outcome.groups[0].every == {Phase.CUT: 2}


def test_a_fallback_that_never_starts_fails() -> None:
    outcome = judge(seen(asked([0.5])), ())
    assert (outcome.passed, outcome.never_starts) == (False, True)


def test_one_that_covers_something_else_is_no_fallback() -> None:
    assert judge(seen(FALLBACK), ["/api/weather"]).never_starts


def test_realtime_that_does_not_come_back_fails() -> None:
    outcome = judge(seen(FALLBACK, back=False), ())
    assert (outcome.passed, outcome.came_back) == (False, False)


def test_broadcasts_that_are_asked_for_again_fail_beside_a_gated_poll() -> None:
    moves = [1.0, 3.2, 8.1, 12.9]
    again = asked([at + 0.1 for at in moves], NOBODY)
    outcome = judge(seen(again, FALLBACK, deltas=moves), ())
    assert [it.verdict for it in outcome.failing] == [Verdict.TWICE]
    assert "4 requests followed 4 broadcasts" in outcome.failing[0].why
    assert outcome.failing[0].cause == NOBODY, "not the fallback's"
    assert not outcome.never_starts


def test_a_poll_beside_broadcasts_is_a_poll() -> None:
    outcome = judge(seen(asked([*LIVE, *CUT, *BACK]), deltas=[at - 0.1 for at in LIVE]), ())
    assert outcome.groups[0].verdict is Verdict.UNGATED


def test_a_second_poll_that_is_gated_makes_the_first_no_throttled_one() -> None:
    other = Cause("setInterval", LOAD.places, LOAD.places[0])
    both = judge(
        seen(asked([*LIVE, *CUT, *BACK]), asked([at + n for at in CUT for n in (0.5, 1)], other)),
        (),
    )
    assert both.groups[0].verdict is Verdict.UNGATED
    assert both.groups[0].cause == LOAD


def test_tickets_for_attempts_are_no_fallback() -> None:
    times = [21.0, 22.3, 25.1, 29.8, 36.0]
    tickets = asked(times, Cause("setTimeout"), of=what("http://app/ticket"))
    outcome = judge(seen(tickets, attempts=[at + 0.12 for at in times]), ())
    assert outcome.never_starts
    assert "attempts" in outcome.groups[0].why


def test_attempts_at_the_same_pace_don_t_hide_a_fallback() -> None:
    outcome = judge(seen(FALLBACK, attempts=[at + 0.12 for at in CUT]), ())
    assert not outcome.never_starts


def test_only_what_realtime_brings_fails() -> None:
    weather = asked([*LIVE, *CUT, *BACK], of=what("http://app/api/weather"))
    outcome = judge(seen(weather, FALLBACK), ["/api/state", "/api/nothing"])
    assert outcome.passed
    assert {it.what.label: it.covered for it in outcome.groups} == {
        "GET app/api/state": True,
        "GET app/api/weather": False,
    }
    assert outcome.unmatched == ("/api/nothing",)


def test_a_function_on_the_way_can_be_covered() -> None:
    outcome = judge(seen(asked([*LIVE, *CUT, *BACK])), ["load"])
    assert [it.covered for it in outcome.groups] == [True]


def test_how_rare_a_poll_may_be_is_half_the_longest_phase() -> None:
    assert judge(seen(FALLBACK), ()).surely_seen == 10


def test_the_fallback_s_pace_is_the_slowest_of_what_counts() -> None:
    slow = asked([21, 29, 37], of=what("http://app/api/weather"))
    assert fallback_every([*FALLBACK, *slow], (), ()) == 8
    assert fallback_every([*FALLBACK, *slow], (), ["/api/state"]) == 2
    assert fallback_every([], (), ()) == 0
