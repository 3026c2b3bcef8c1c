"""The page on a proof: whole, safe, and with everything that was different."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.unit.broadcast.kept import HOSTILE, record_of, right, wrong
from tests.unit.test_page import Reader
from vttsync.broadcast.judge.verdict import Difference, Reason, Verdict
from vttsync.broadcast.record import Record, judged
from vttsync.broadcast.replay.transcript import Transcript
from vttsync.output.broadcast_page import broadcast_page
from vttsync.output.contrast import differing


def read(record: Record, verdict: Verdict) -> Reader:
    return Reader(broadcast_page(record, verdict))


def many(count: int) -> tuple[Difference, ...]:
    got = [{"key": HOSTILE, "n": n} for n in range(100)]
    return tuple(
        Difference(Reason.ALTERED, "gm", f"step {n}", 1 + n % 90, got, got[1:], "So.", float(n))
        for n in range(count)
    )


@pytest.mark.parametrize(
    "record", [right(), wrong(), record_of(Transcript((), ()))], ids=["right", "wrong", "empty"]
)
def test_it_needs_nothing_but_itself(record: Record) -> None:
    page = read(record, judged(record))
    tags = {tag for tag, _ in page.seen}
    assert not tags & {"script", "link", "img", "iframe", "object", "base", "form", "use", "image"}
    ids = {attrs["id"] for _, attrs in page.seen if "id" in attrs}
    for _, attrs in page.seen:
        assert not any(name.startswith("on") or name in {"src", "style"} for name in attrs)
        if "href" in attrs:
            assert (attrs["href"] or "").removeprefix("#") in ids
    assert "url(" not in broadcast_page(record, judged(record))


def test_a_proof_that_passed_says_so_and_shows_every_client() -> None:
    verdict = judged(right())
    page = read(right(), verdict)
    assert "verified" in page.text
    assert "not verified" not in page.text
    assert "What was different" not in page.text
    for client in verdict.clients:
        assert page.text.count(client.name) >= 2  # timeline and table
    assert verdict.latency
    assert f"{verdict.latency.p99:.1f} ms" in page.text


def test_every_difference_is_told_with_its_lines_of_the_script() -> None:
    verdict = judged(wrong())
    page = read(wrong(), verdict)
    assert "not verified" in page.text
    for number, it in enumerate(verdict.differences, 1):
        assert f"{number}. {it.reason.value.upper()} {it.who}" in page.text
        assert it.means in page.text
        if it.line:
            line = wrong().about.script.splitlines()[it.line - 1]
            assert f"{it.line}  {line}\n" in page.text
    marks = [attrs for tag, attrs in page.seen if tag == "a"]
    assert marks


def test_what_a_room_says_stays_text() -> None:
    verdict = replace(judged(right()), differences=many(2), warnings=(HOSTILE,), script=HOSTILE)
    url = replace(right(), plan=replace(right().plan, title=HOSTILE))
    page = read(url, verdict)
    assert page.text.count("<script>alert(1)</script>") >= 4
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text


def test_a_thousand_differences_are_a_page_that_opens() -> None:
    verdict = replace(judged(right()), differences=many(1000))
    text = broadcast_page(right(), verdict)
    assert "and 950 more" in text
    assert len(text) < 2_000_000
    assert "lines more" in text


def test_what_tells_two_values_apart_is_marked() -> None:
    ours = [{"op": "put", "value": {"x": 1, "name": "a"}}]
    theirs = [{"op": "put", "value": {"x": 2, "name": "a"}}]
    marked = re.findall(r'<span class="off">(.*?)</span>', differing(ours, theirs))
    assert [line.strip() for line in marked] == ['"x": 1,', '"x": 2,']
    assert "off" not in differing(ours, ours)
    assert "off" not in differing(ours, None)
    assert "off" not in differing("once", ours)
