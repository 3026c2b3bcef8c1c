"""The plan publishes what an app server would, and everyone is shown what they may see.

What each may see is written out here by hand, from the protocol's rules.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.broadcast.perfect import TEMPLATES, first_fight
from vttsync.broadcast.actions import Audience, Entity, Pause, Plan, Publish, Value
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.plan.turns import Turns
from vttsync.broadcast.plan.view import expect, view
from vttsync.broadcast.script.reading import read_script
from vttsync.broadcast.values import canonical, difference, merged

OTHERS: tuple[Audience, ...] = ("player", "spectator", "display")


def publish(label: str) -> Publish:
    return next(publish for publish in first_fight().publishes if publish.label == label)


def deltas(label: str, audience: Audience, plan: Plan | None = None) -> list[Value]:
    plan = plan or first_fight()
    place = next(i for i, publish in enumerate(plan.publishes) if publish.label == label)
    for delta in expect(plan).streams[audience].deltas:
        if delta.publish == place:
            return list(delta.changes)
    return []


def test_the_first_fight_is_short_and_has_everything() -> None:
    plan = first_fight()
    labels = [publish.label for publish in plan.publishes]

    assert sum(step.seconds for step in plan.steps if isinstance(step, Pause)) <= 2
    assert any(label.startswith("round 2") for label in labels)
    assert labels.index("round 1, turn of Vesk the Quiet") < labels.index(
        "Vesk the Quiet is revealed"
    )


def test_versions_count_like_a_databases() -> None:
    revs: dict[Entity, int] = {}
    for publish in first_fight().publishes:
        for change in publish.changes if not publish.retry else ():
            assert change.rev == revs.get(change.entity, 0) + 1
            assert change.base in (None, revs.get(change.entity))
            revs[change.entity] = change.rev


def test_one_publish_is_retried_as_it_was() -> None:
    first, second = [step for step in first_fight().steps if isinstance(step, Publish)][:2]

    assert second.retry
    assert second.changes == first.changes


def test_the_hidden_are_in_the_set_up_but_not_in_anyones_snapshot() -> None:
    streams = expect(first_fight()).streams
    hidden = ("token", "vesk-the-quiet")

    assert streams["gm"].joined[0][hidden]["gmNotes"].startswith("Poses as")
    for audience in OTHERS:
        assert hidden not in streams[audience].joined[0]
        assert "Vesk" not in json.dumps(list(streams[audience].joined[0].values()))


def test_notes_are_the_game_masters_alone() -> None:
    streams = expect(first_fight()).streams

    assert "gmNotes" in streams["gm"].joined[0]["token", "grub"]
    for audience in OTHERS:
        assert set(streams[audience].joined[0]["token", "grub"]).isdisjoint({"gmNotes", "hidden"})


def test_initiative_is_the_roll_and_the_creatures_bonus() -> None:
    order = [change.key for change in publish("combat begins").changes[1:]]

    assert order == [
        f"combatant-{who}"
        for who in ("old-brambleback", "sir-aldric", "vesk-the-quiet", "grub", "sister-maren")
    ]
    assert (publish("combat begins").changes[4].value or {})["initiative"] == 10


TIED = f"""
title = "All at once"
scene = {{ name = "Gatehouse", map = "{(TEMPLATES / "sample-map.dd2vtt").as_posix()}" }}
creatures = {{ from = "{(TEMPLATES / "srd-tokens.json").as_posix()}" }}
token = [
  {{ name = "Knight", creature = "Knight", at = [4, 5], roll = 12 }},
  {{ name = "Acolyte", creature = "Acolyte", at = [4, 6], roll = 12 }},
  {{ name = "Vampire", creature = "Vampire", at = [5, 6], roll = 8 }},
]
step = [{{ begin = "combat" }}, {{ hurt = "Acolyte", by = 5 }}, {{ hurt = "Acolyte", by = 50 }}]
"""


@pytest.fixture
def tied(tmp_path: Path) -> Plan:
    file = tmp_path / "tied.toml"
    file.write_text(TIED, encoding="utf-8")
    return make_plan(read_script(file))


def test_equal_initiative_goes_by_bonus_then_by_the_scripts_order(tied: Plan) -> None:
    begin = tied.publishes[len(tied.setup)]

    assert [change.key for change in begin.changes[1:]] == [
        f"combatant-{who}" for who in ("vampire", "knight", "acolyte")
    ]


def test_hit_points_stop_at_nothing(tied: Plan) -> None:
    hurts = tied.publishes[-2:]

    assert [hurt.changes[0].value for hurt in hurts] == [{"hp": 4}, {"hp": 0}]


def test_the_turn_of_somebody_hidden_shows_nobody() -> None:
    turn = "round 1, turn of Vesk the Quiet"
    told = {"turn": 2, "combatantId": "combatant-vesk-the-quiet"}

    combat = {"op": "patch", "kind": "combat", "key": "combat-1"}
    assert deltas(turn, "gm") == [combat | {"value": told}]
    for audience in OTHERS:
        assert deltas(turn, audience) == [combat | {"value": {"combatantId": None}}]


def test_moves_of_the_hidden_reach_only_the_game_master() -> None:
    move = "Vesk the Quiet moves to [8, 8]"

    assert deltas(move, "gm")
    assert [deltas(move, audience) for audience in OTHERS] == [[], [], []]


def test_a_reveal_shows_token_combatant_and_turn_together() -> None:
    shown = deltas("Vesk the Quiet is revealed", "player")

    assert [(change["op"], change["kind"]) for change in shown] == [
        ("patch", "combat"),
        ("put", "combatant"),
        ("put", "token"),
    ]
    assert shown[0]["value"] == {"combatantId": "combatant-vesk-the-quiet"}
    assert deltas("Vesk the Quiet is revealed", "gm") == [
        {"op": "patch", "kind": "token", "key": "vesk-the-quiet", "value": {"hidden": False}}
    ]


def test_hiding_takes_all_of_it_away_again() -> None:
    assert [(c["op"], c["kind"]) for c in deltas("Vesk the Quiet hides", "spectator")] == [
        ("patch", "combat"),
        ("del", "combatant"),
        ("del", "token"),
    ]


def test_a_removed_token_takes_its_combatant_along() -> None:
    removed = publish("Old Brambleback is removed")

    assert [(change.op, change.kind) for change in removed.changes] == [
        ("del", "token"),
        ("put", "combat"),
    ]
    assert [(c["op"], c["kind"]) for c in deltas("Old Brambleback is removed", "player")] == [
        ("del", "combatant"),
        ("del", "token"),
    ]


def test_numbers_count_only_what_an_audience_saw() -> None:
    last = expect(first_fight()).seqs[-1]

    assert last == {"gm": 31, "player": 30, "spectator": 30, "display": 30}


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("token", {"sceneId": "s"}),
        ("combat", {"sceneId": "s", "turn": 0}),
        ("wall", {"sceneId": "s"}),
        ("light", {"sceneId": "s"}),
        ("combatant", {"combatId": "c"}),
        ("combatant", {"tokenId": "t"}),
    ],
)
def test_what_belongs_to_a_hidden_scene_is_hidden_with_it(kind: str, row: Value) -> None:
    owners = {
        ("token", "t"): {"sceneId": "s"},
        ("combat", "c"): {"sceneId": "s"},
        (kind, "x"): row,
    }
    hidden = {("scene", "s"): {"hidden": True}, **owners}

    assert view(hidden, "player") == {}
    assert (kind, "x") in view({("scene", "s"): {}, **owners}, "player")
    assert (kind, "x") in view(owners, "player")
    assert view(hidden, "gm") == hidden


def test_a_big_map_is_published_in_parts_the_room_takes(tmp_path: Path) -> None:
    script = read_script(TEMPLATES / "first-fight.toml")
    walls = tuple(script.map.file.line_of_sight * 300)
    big = replace(script.map, file=script.map.file.model_copy(update={"line_of_sight": walls}))

    setup = make_plan(replace(script, map=big)).setup

    sizes = [len(publish.changes) for publish in setup]
    assert sum(sizes) > 1200
    assert max(sizes) <= 500
    for part in setup:
        assert len(json.dumps([change.body() for change in part.changes])) < 1024 * 1024


@pytest.mark.parametrize(
    ("turn", "gone", "after"),
    [
        (0, "a", ("b", 1, 0)),
        (1, "a", ("b", 1, 0)),
        (1, "b", ("c", 1, 1)),
        (1, "c", ("b", 1, 1)),
        (2, "c", ("a", 2, 0)),
        (1, "stranger", ("b", 1, 1)),
    ],
)
def test_a_turn_passes_on_when_somebody_leaves(
    turn: int, gone: str, after: tuple[str, int, int]
) -> None:
    left = Turns(("a", "b", "c"), turn=turn).without(gone)

    assert (left.current, left.round, left.turn) == after


def test_a_new_round_begins_after_the_last() -> None:
    assert Turns(("a", "b"), turn=1).next() == Turns(("a", "b"), round=2, turn=0)


def test_nobody_is_left_after_the_last_one_leaves() -> None:
    assert Turns(("a",)).without("a").current is None


def test_equal_json_values_have_one_text() -> None:
    assert canonical({"a": 1, "b": [2.0]}) == canonical({"b": [2], "a": 1.0})
    assert canonical(1) != canonical(True)
    assert canonical("1") != canonical(1)


_json = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=12,
)
_rows = st.dictionaries(st.text(max_size=2), _json, max_size=5)


@given(_rows, _rows)
def test_a_difference_applied_gives_the_other_row(old: Value, new: Value) -> None:
    patch = difference(old, new)

    assert canonical(merged(old, patch)) == canonical(new)
    assert (patch == {}) is (canonical(old) == canonical(new))


@pytest.mark.parametrize(
    ("value", "patch", "result"),
    [
        # RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patches_work_as_the_rfc_says(value: object, patch: object, result: object) -> None:
    assert merged(value, patch) == result
