"""Pages that poll, and pages that don't, watched in a real browser with a real room."""

from __future__ import annotations

import json

import pytest

from tests.polling.conftest import Evening
from tests.polling.pages import RIGHT, TRAPS
from tests.polling.server import SECRET
from vttsync.errors import Exit
from vttsync.output.polling import polling_json
from vttsync.output.polling_page import polling_page
from vttsync.polling.judge import Group, Outcome
from vttsync.polling.seen import Phase

pytestmark = pytest.mark.slow


def the(outcome: Outcome, asks: str) -> Group:
    """The group with that label."""
    found = [it for it in outcome.groups if asks in it.what.label]
    assert len(found) == 1, [it.what.label for it in outcome.groups]
    return found[0]


def counts(outcome: Outcome) -> dict[str, dict[str, int]]:
    return {
        it.what.label: {phase.value: count for phase, count in it.counts.items()}
        for it in outcome.groups
    }


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_found(evening: Evening, name: str) -> None:
    page, outcome = TRAPS[name], evening.of(name).outcome
    assert not outcome.passed, counts(outcome)
    assert outcome.came_back
    assert outcome.never_starts is (not page.starts and page.verdict != "inverted")
    if page.verdict == "no poll":
        return
    group = the(outcome, page.asks)
    assert group.verdict.value == page.verdict, (group.counts, group.every, group.why)
    assert [it.what.label for it in outcome.failing] == [group.what.label]
    if page.timer:
        assert group.cause.timer == page.timer


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_passes(evening: Evening, name: str) -> None:
    outcome = evening.of(name).outcome
    assert outcome.passed, [(it.what.label, it.verdict, it.why) for it in outcome.groups]
    assert the(outcome, "/state").counts[Phase.CUT] >= 3
    assert {it.what.label for it in outcome.fallback} == {the(outcome, "/state").what.label}


def test_evidence_names_the_line(evening: Evening) -> None:
    cause = the(evening.of("fetch").outcome, "/state").cause
    assert cause.began
    lines = {place.function: place.line for place in cause.places}
    assert cause.began.url.endswith("/page/fetch")
    # The page's script: `load` is the fifth line of the whole, the timer the last but none.
    assert cause.began.line > lines["load"] == 5
    worker = the(evening.of("worker").outcome, "/state").cause
    assert [(it.function, it.line) for it in worker.places][:1] == [("poll", 2)]


def test_a_double_fetch_is_counted_against_its_broadcasts(evening: Evening) -> None:
    twice = evening.of("asked-twice-again").outcome
    why = the(twice, "/state").why
    assert twice.broadcasts >= 6
    assert "broadcasts, which had brought it" in why


def test_dialogs_are_dismissed_and_told(evening: Evening) -> None:
    assert evening.of("dialogs").visit.dialogs == ("alert", "confirm")


def test_the_rooms_are_told_without_their_tickets(evening: Evening) -> None:
    for name, seen in evening.seen.items():
        (room,) = seen.visit.rooms
        assert room.endswith(f"/parties/session/{name}")


def test_no_secret_of_the_page_is_in_any_output(evening: Evening) -> None:
    for seen in evening.seen.values():
        told = json.dumps(polling_json(seen.outcome))
        page = polling_page(seen.outcome, "http://x", seen.visit.rooms)
        for secret in (SECRET, "eyJ"):
            assert secret not in told
            assert secret not in page


@pytest.mark.parametrize(
    ("what", "code", "words"),
    [
        ("redirects", Exit.CREDENTIALS, "It led to "),
        ("password", Exit.CREDENTIALS, "asks for a password"),
        ("refuses", Exit.CREDENTIALS, "It answered 401"),
        ("json", Exit.USAGE, "application/json"),
        ("download", Exit.USAGE, "is no page"),
        ("missing", Exit.USAGE, "answered 404"),
        ("broken", Exit.UNREACHABLE, "answered 503"),
        ("text", Exit.VERIFY_FAILED, "opened no websocket within 3 s"),
        ("polls", Exit.VERIFY_FAILED, "Meanwhile it polls GET "),
    ],
)
def test_what_can_not_be_watched_says_why(
    evening: Evening, what: str, code: Exit, words: str
) -> None:
    error = evening.errors[what]
    assert error.exit_code is code
    assert words in str(error)
    assert error.fix
    assert SECRET not in str(error)
