"""What is seen of a deployed room, and what it means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from vttsync.deploy.health import Health
from vttsync.deploy.operate.condition import Seen, age, healthy, judge
from vttsync.deploy.operate.history import Entry
from vttsync.deploy.plan.model import Act, Change, Kind
from vttsync.deploy.prove.proofs import Proof
from vttsync.findings import Result

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
LIVE = Entry(
    version_id="aaaaaaaa-1", number=2, at="2026-11-23T16:00:00.123456Z", who="anna@example.com",
    why="upload", commit="0123456789ab", message="", live=True, percentage=100.0, proof=None,
)  # fmt: skip
ROOM = Health(1, LIVE.version_id)
WELL = Seen("prod", "table-prod", LIVE, "https://t.example", ROOM, ROOM, (), (), ())
OTHER = Health(1, "bbbbbbbb-2")


def test_all_is_well() -> None:
    findings = judge(WELL, NOW)
    assert healthy(findings)
    found = {it.check: (it.result, it.what) for it in findings}
    assert found["live"] == (
        Result.OK,
        "version aaaaaaaa-1, 2 h ago, by anna@example.com, commit 0123456789ab",
    )
    assert {result for result, _ in found.values()} == {Result.OK, Result.SKIPPED}
    assert found["proof"][0] is Result.SKIPPED


@pytest.mark.parametrize(
    ("seen", "check", "result", "told"),
    [
        (replace(WELL, url=""), "outside", Result.FAILED, "address is not known"),
        (replace(WELL, outside="status 500"), "outside", Result.FAILED, "does not answer"),
        (replace(WELL, outside=OTHER), "outside", Result.FAILED, "bbbbbbbb-2"),
        (replace(WELL, inside=None), "inside a room", Result.SKIPPED, "PUBLISH_KEY"),
        (replace(WELL, inside="status 401"), "inside a room", Result.WARNING, "PUBLISH_KEY"),
        (replace(WELL, inside="status 500"), "inside a room", Result.FAILED, "does not come up"),
        (replace(WELL, inside=OTHER), "inside a room", Result.FAILED, "bbbbbbbb-2"),
        (replace(WELL, outside=replace(ROOM, protocol=2)), "protocol", Result.FAILED, "version 2"),
        (replace(WELL, missing=("MOTTO",)), "secrets", Result.FAILED, "has no MOTTO"),
        (replace(WELL, rotating=("TICKET_KEY",)), "secrets", Result.OK, "TICKET_KEY being rotated"),
        (replace(WELL, drift=None), "drift", Result.SKIPPED, "not known"),
        (
            replace(WELL, drift=(Change(Kind.VARIABLE, "DAYS", Act.CHANGE),)),
            "drift", Result.WARNING, "variable DAYS",
        ),
        (replace(WELL, live=None), "live", Result.FAILED, "Nothing of table-prod is deployed"),
    ],
)  # fmt: skip
def test_what_is_not_well(seen: Seen, check: str, result: Result, told: str) -> None:
    findings = judge(seen, NOW)
    (finding,) = [it for it in findings if it.check == check]
    assert finding.result is result
    assert told in finding.what
    assert healthy(findings) is (result is not Result.FAILED)
    if result in (Result.FAILED, Result.WARNING):
        assert finding.why
        assert finding.fix


def test_traffic_that_is_split_is_told_and_another_version_may_answer() -> None:
    seen = replace(WELL, live=replace(LIVE, percentage=60.0), outside=OTHER, inside=OTHER)
    findings = judge(seen, NOW)
    assert healthy(findings)
    assert "60 % of the traffic" in findings[0].what


@pytest.mark.parametrize(("passed", "result"), [(True, Result.OK), (False, Result.WARNING)])
def test_the_verdict_on_this_version(passed: bool, result: Result) -> None:
    proof = Proof(LIVE.version_id, passed, "11 clients", "2026-11-23T17:00:00+00:00")
    findings = judge(replace(WELL, live=replace(LIVE, proof=proof)), NOW)
    assert findings[-1].result is result
    assert "11 clients" in findings[-1].what
    assert healthy(findings)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-11-23T17:59:30Z", "30 s ago"),
        ("2026-11-23T17:30:00Z", "30 min ago"),
        ("2026-11-20T18:00:00Z", "3 days ago"),
        ("2026-11-23T18:00:05Z", "0 s ago"),
        ("yesterday", "since yesterday"),
        ("", "since an unknown time"),
    ],
)
def test_how_long_ago(at: str, told: str) -> None:
    assert age(at, NOW) == told
