"""What CI systems read of a proof: test cases that are the same ones every time."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from tests.unit.broadcast.kept import HOSTILE, right, wrong
from vttsync.broadcast.judge.verdict import Difference, Reason, Verdict
from vttsync.broadcast.record import Record, judged
from vttsync.output.junit import ROOM_WIDE, junit_xml


def suite_of(record: Record, verdict: Verdict) -> ET.Element:
    """Read a report, and hold it to what both schemas ask."""
    root = ET.fromstring(junit_xml(record, verdict).encode())  # noqa: S314  (it is our own)
    assert root.tag == "testsuites"
    (suite,) = root
    tags = [part.tag for part in suite]
    cases = suite.findall("testcase")
    assert tags == ["properties", *["testcase"] * len(cases), "system-out", "system-err"]
    assert suite.attrib.keys() >= {"name", "timestamp", "hostname", "package", "id"}
    assert int(suite.attrib["tests"]) == len(cases)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert (suite.attrib["errors"], suite.attrib["skipped"]) == ("0", "0")
    for case in cases:
        assert case.attrib.keys() == {"name", "classname", "time"}
        assert float(case.attrib["time"]) >= 0
        assert len(case) <= 1
    names = [(case.attrib["classname"], case.attrib["name"]) for case in cases]
    assert len(set(names)) == len(names)
    return suite


def names_of(suite: ET.Element) -> list[str]:
    return [case.attrib["name"] for case in suite.findall("testcase")]


def failures_of(suite: ET.Element) -> dict[str, ET.Element]:
    cases = suite.findall("testcase")
    return {case.attrib["name"]: case[0] for case in cases if len(case)}


def difference(reason: Reason, who: str) -> Difference:
    return Difference(reason, who, HOSTILE, None, {"x": HOSTILE}, None, "It is so.", 0.0)


def test_a_proof_that_passed_has_a_case_for_each_client_and_check() -> None:
    suite = suite_of(right(), judged(right()))
    assert failures_of(suite) == {}
    clients = [client.name for client in judged(right()).clients]
    assert names_of(suite) == [*clients, *ROOM_WIDE]
    assert suite.attrib["timestamp"] == "2026-11-24T01:02:03"
    told = {it.attrib["name"]: it.attrib["value"] for it in suite[0]}
    assert told["url"] == "https://table.example"
    assert told["version"] == "v1"


def test_a_proof_that_failed_has_the_same_cases_and_says_what_was_different() -> None:
    suite = suite_of(wrong(), judged(wrong()))
    assert names_of(suite) == names_of(suite_of(right(), judged(right())))
    failures = failures_of(suite)
    assert failures["player 1"].attrib["type"] == "missing"
    assert "The room took the change" in failures["player 1"].attrib["message"]
    assert "expected: [" in (failures["player 1"].text or "")
    assert "gm" not in failures


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("who", ["player 1", "app server", "nobody that is known"])
def test_every_difference_is_in_one_case(reason: Reason, who: str) -> None:
    verdict = replace(judged(right()), differences=(difference(reason, who),))
    (failure,) = failures_of(suite_of(right(), verdict)).values()
    assert failure.attrib["type"] == reason.value
    assert "It is so." in (failure.text or "")


def test_what_a_room_says_can_not_break_the_file() -> None:
    verdict = replace(
        judged(right()),
        differences=(difference(Reason.EXTRA, "gm"),),
        warnings=(HOSTILE,),
        script=HOSTILE,
    )
    record = replace(right(), plan=replace(right().plan, title=HOSTILE))
    suite = suite_of(record, verdict)
    assert "<script>alert(1)</script>" in (failures_of(suite)["gm"].text or "")


def test_a_client_that_got_everything_wrong_does_not_flood_the_file() -> None:
    many = tuple(difference(Reason.EXTRA, "gm") for _ in range(1000))
    suite = suite_of(right(), replace(judged(right()), differences=many))
    text = failures_of(suite)["gm"].text or ""
    assert "and 980 more" in text
    assert text.count("EXTRA") == 20
