"""The vectors that come with the room, against this side's own statement of the same rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import rfc8785

from vttsync.broadcast.actions import Change, Plan, Publish, Value
from vttsync.broadcast.judge.wanted import entities
from vttsync.broadcast.plan.expected import Expected, expect
from vttsync.broadcast.values import merged
from vttsync.project.templates import templates_folder

VECTORS = templates_folder() / "party" / "vectors"


def read(name: str) -> list[Any]:
    cases: list[Any] = json.loads((VECTORS / name).read_text("utf-8"))["cases"]
    return cases


def named(cases: list[Any]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.mark.parametrize("case", read("merge-patch.json"))
def test_a_patch_is_merged_as_the_rfc_says(case: Value) -> None:
    assert merged(case["original"], case["patch"]) == case["result"]


@pytest.mark.parametrize("case", named(read("digests.json")))
def test_a_digest_is_of_the_canonical_text(case: Value) -> None:
    canonical = rfc8785.dumps(json.loads(case["json"]))

    assert canonical.decode() == case["canonical"]
    assert hashlib.sha256(canonical).hexdigest() == case["sha256"]


@pytest.mark.parametrize("case", named(read("streams.json")))
def test_a_scenario_gives_everyone_what_the_rules_say(case: Value) -> None:
    taken = [publish for publish in case["publishes"] if "answer" in publish]
    expected = expect(plan_of(taken))

    for place, publish in enumerate(taken):
        assert told(expected, place) == {
            who: by_name(delta["changes"]) for delta in publish["deltas"] for who in delta["for"]
        }
        assert expected.seqs[place] == publish["answer"]["seq"]
    wanted = {who: view["entities"] for view in case["views"] for who in view["for"]}
    assert wanted == {who: entities(expected.views[who][-1]) for who in expected.seqs[-1]}


def plan_of(publishes: list[Value]) -> Plan:
    setup = tuple(Publish(tuple(applied(publish)), "", 0) for publish in publishes)
    return Plan("", "", setup, cast=(), steps=(), latecomers=())


def applied(publish: Value) -> Iterator[Change]:
    """Leave out what the room takes for duplicates: a plan has none but whole retries."""
    left = list(publish["answer"]["applied"])
    for body in publish["changes"]:
        row = {key: body[key] for key in ("kind", "key", "rev")}
        if left and row == left[0]:
            del left[0]
            yield Change(**{key: part for key, part in body.items() if key != "expect"})
    assert left == []


def told(expected: Expected, place: int) -> dict[str, list[Value]]:
    deltas = {who: stream.get(place) for who, stream in expected.streams.items()}
    return {who: by_name(delta.changes) for who, delta in deltas.items() if delta}


def by_name(changes: Any) -> list[Value]:
    """Sort changes; the order that the room has to keep is its own tests' business."""
    return sorted(changes, key=lambda change: (change["kind"], change["key"]))
