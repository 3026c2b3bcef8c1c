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
from vttsync.broadcast.actions import (
    Audience,
    Entity,
    Leave,
    Pause,
    Plan,
    Publish,
    Return,
    Value,
)
from vttsync.broadcast.plan.expected import expect
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.plan.turns import Turns
from vttsync.broadcast.plan.view import State, audience_of, user_audiences, view
from vttsync.broadcast.script.reading import read_script
from vttsync.broadcast.script.uvtt import Map
from vttsync.broadcast.values import canonical, difference, merged

OTHERS: tuple[Audience, ...] = ("player", "spectator", "display")


def publish(label: str) -> Publish:
    return next(publish for publish in first_fight().publishes if publish.label == label)


def deltas(label: str, audience: Audience, plan: Plan | None = None) -> list[Value]:
    plan = plan or first_fight()
    place = next(i for i, publish in enumerate(plan.publishes) if publish.label == label)
    delta = expect(plan).streams[audience].get(place)
    return list(delta.changes) if delta else []


def joining(audience: Audience) -> State:
    """What an audience sees when the cast joins the first fight."""
    expected = expect(first_fight())
    return expected.views[audience][expected.joining]


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
        for change in publish.changes if not publish.duplicate else ():
            assert change.rev == revs.get(change.entity, 0) + 1
            assert change.base in (None, revs.get(change.entity))
            revs[change.entity] = change.rev


def test_one_publish_is_retried_as_it_was() -> None:
    first, second = [step for step in first_fight().steps if isinstance(step, Publish)][:2]

    assert second.duplicate
    assert second.changes == first.changes


def test_the_hidden_are_in_the_set_up_but_not_in_anyones_snapshot() -> None:
    hidden = ("token", "vesk-the-quiet")

    assert joining("gm")[hidden]["gmNotes"].startswith("Poses as")
    for audience in OTHERS:
        assert hidden not in joining(audience)
        assert "Vesk" not in json.dumps(list(joining(audience).values()))


def test_notes_are_the_game_masters_alone() -> None:
    assert "gmNotes" in joining("gm")["token", "grub"]
    for audience in OTHERS:
        assert set(joining(audience)["token", "grub"]).isdisjoint({"gmNotes", "hidden"})


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

    order = [f"combatant-{who}" for who in ("vampire", "knight", "acolyte")]
    assert [change.key for change in begin.changes[1:]] == order
    for audience in ("gm", *OTHERS):
        assert expect(tied).views[audience][-1]["combat", "combat-1"]["order"] == order


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
    assert shown[0]["value"] == {
        "combatantId": "combatant-vesk-the-quiet",
        "order": [
            f"combatant-{who}"
            for who in ("old-brambleback", "sir-aldric", "vesk-the-quiet", "grub", "sister-maren")
        ],
    }
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
        ("patch", "combat"),
        ("del", "combatant"),
        ("del", "token"),
    ]


def test_numbers_count_only_what_an_audience_saw() -> None:
    last = expect(first_fight()).seqs[-1]

    assert last == {
        "gm": 31,
        "player": 26,
        "spectator": 26,
        "display": 26,
        # Theirs begin when they come to own something, and have the hit points lost besides.
        "user:player 1": 25,
        "user:player 2": 25,
    }


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("token", {"sceneId": "s"}),
        ("combat", {"sceneId": "s", "turn": 0}),
        ("wall", {"sceneId": "s"}),
        ("light", {"sceneId": "s"}),
        ("fog", {"sceneId": "s"}),
        ("drawing", {"sceneId": "s"}),
        ("note", {"sceneId": "s"}),
        ("combatant", {"combatId": "c", "initiative": 1}),
        ("combatant", {"tokenId": "t", "initiative": 1}),
    ],
)
def test_what_belongs_to_a_hidden_scene_is_hidden_with_it(kind: str, row: Value) -> None:
    owners = {
        ("token", "t"): {"sceneId": "s"},
        ("combat", "c"): {"sceneId": "s"},
        (kind, "x"): row,
    }
    hidden = {("scene", "s"): {"hidden": True}, **owners}

    assert view(hidden, "player") == view(hidden, "user:u") == {}
    assert (kind, "x") in view({("scene", "s"): {}, **owners}, "player")
    # A scene that isn't there may have been hidden, or may be about to be.
    assert view(owners, "player") == {}
    assert set(view(hidden, "gm")) == set(hidden)
    assert set(view(owners, "gm")) == set(owners)


ROWS: dict[Entity, Value] = {
    ("scene", "s"): {"name": "Inn", "hidden": False},
    ("session", "now"): {"activeSceneId": "s"},
    ("session", "next"): {"activeSceneId": "lair"},
    ("token", "mine"): {
        "sceneId": "s",
        "hp": 3,
        "ownerIds": {"u": True, "v": True},
        "gmNotes": "x",
    },
    ("token", "theirs"): {"sceneId": "s", "hp": 4, "ownerIds": {"v": True}, "sort": 2},
    ("token", "shade"): {"sceneId": "s", "hp": 5, "ownerIds": {"u": True}, "hidden": True},
    ("drawing", "line"): {"sceneId": "s", "shape": "line", "hidden": False},
    ("drawing", "trap"): {"sceneId": "s", "shape": "line", "hidden": True},
    ("fog", "s"): {"sceneId": "s", "mode": "manual"},
    ("note", "open"): {"name": "Inn", "gmNotes": "x", "ownerIds": {"u": False}},
    ("note", "diary"): {"name": "Diary", "gmNotes": "x", "ownerIds": {"u": True}, "hidden": True},
}


def test_owners_see_what_they_own_and_no_more() -> None:
    everyone: State = {
        ("scene", "s"): {"name": "Inn"},
        ("session", "now"): {"activeSceneId": "s"},
        ("session", "next"): {},
        ("token", "mine"): {"sceneId": "s"},
        ("token", "theirs"): {"sceneId": "s", "sort": 2},
        ("drawing", "line"): {"sceneId": "s", "shape": "line"},
        ("fog", "s"): {"sceneId": "s", "mode": "manual"},
        ("note", "open"): {"name": "Inn"},
    }

    assert view(ROWS, "gm") == ROWS
    for audience in (*OTHERS, "user:nobody"):
        assert view(ROWS, audience) == everyone
    assert view(ROWS, "user:u") == {
        **everyone,
        ("token", "mine"): {"sceneId": "s", "hp": 3, "ownerIds": {"u": True, "v": True}},
        ("note", "diary"): {"name": "Diary", "ownerIds": {"u": True}},
    }


def test_players_who_own_something_are_an_audience_of_their_own() -> None:
    existing = user_audiences(ROWS)

    assert existing == {"user:u", "user:v"}
    assert user_audiences({("wall", "w"): {"ownerIds": {"u": True}}}) == set()
    assert audience_of("u", "player", existing) == "user:u"
    assert audience_of("u", "spectator", existing) == "spectator"
    assert audience_of("nobody", "player", existing) == "player"


FIGHT: dict[Entity, Value] = {
    ("scene", "s"): {},
    ("combat", "c"): {"sceneId": "s"},
    ("combat", "empty"): {"sceneId": "s"},
    ("combatant", "slow"): {"combatId": "c", "initiative": 3},
    ("combatant", "b"): {"combatId": "c", "initiative": 12},
    ("combatant", "a"): {"combatId": "c", "initiative": 12},
    ("combatant", "Z"): {"combatId": "c", "initiative": 12},
    ("combatant", "later"): {"combatId": "c", "initiative": 12, "sort": 0.5},
    ("combatant", "first"): {"combatId": "c", "initiative": 12, "sort": -1},
    ("combatant", "lurker"): {"combatId": "c", "initiative": 99, "hidden": True},
    ("combatant", "elsewhere"): {"combatId": "d", "initiative": 12},
}


def test_a_combat_has_the_order_of_those_whom_one_sees() -> None:
    order = ["first", "Z", "a", "b", "later", "slow"]

    assert view(FIGHT, "gm")["combat", "c"]["order"] == ["lurker", *order]
    for audience in (*OTHERS, "user:u"):
        assert view(FIGHT, audience)["combat", "c"]["order"] == order
        assert view(FIGHT, audience)["combat", "empty"]["order"] == []


def test_hit_points_are_the_owners() -> None:
    hurt = "Sir Aldric loses 9 hp"
    told = [{"op": "patch", "kind": "token", "key": "sir-aldric", "value": {"hp": 43}}]

    assert deltas(hurt, "gm") == deltas(hurt, "user:player 1") == told
    for audience in (*OTHERS, "user:player 2"):
        assert deltas(hurt, audience) == []


def test_a_stream_begins_when_its_player_first_owns_something() -> None:
    expected, plan = expect(first_fight()), first_fight()
    (player,) = [client for client in plan.cast if client.name == "player 1"]
    (tokens,) = [i for i, publish in enumerate(plan.setup) if publish.label.endswith("the tokens")]

    assert "user:player 1" not in expected.seqs[tokens - 1]
    assert expected.audience(player, tokens - 1) == "player"
    assert expected.seqs[tokens]["user:player 1"] == 1
    assert expected.audience(player, tokens) == "user:player 1"


def test_a_player_whose_last_token_is_gone_is_a_player_again(tmp_path: Path) -> None:
    text = (
        (TEMPLATES / "first-fight.toml")
        .read_text("utf-8")
        .replace("sample", str(TEMPLATES) + "/sample")
    )
    text = text.replace('"srd', f'"{TEMPLATES.as_posix()}/srd')
    (tmp_path / "gone.toml").write_text(
        f'{text}\n[[step]]\nremove = "Sir Aldric"\n', encoding="utf-8"
    )
    plan = make_plan(read_script(tmp_path / "gone.toml"))
    expected = expect(plan)
    (player,) = [client for client in plan.cast if client.name == "player 1"]

    assert expected.audience(player, -2) == "user:player 1"
    assert expected.audience(player, -1) == "player"
    assert "user:player 1" not in expected.seqs[-1]
    assert len(plan.publishes) - 1 not in expected.streams["user:player 1"]


def test_somebody_is_away_for_the_middle_third() -> None:
    steps = [step for step in first_fight().steps if not isinstance(step, Pause)]
    who = ("returning player",)
    left, back = steps.index(Leave(who)), steps.index(Return(who))
    total = len(steps) - 2

    assert first_fight().cast[-1].name == "returning player"
    assert left == total // 3
    assert back - left - 1 == pytest.approx(total / 3, abs=1)


@pytest.mark.parametrize(
    ("cast", "name"),
    [
        ("players = 0", "returning spectator"),
        ("players = 0, spectators = 0", "returning gm"),
        ("gm = 0", "returning player"),
    ],
)
def test_somebody_of_a_role_that_is_there_returns(tmp_path: Path, cast: str, name: str) -> None:
    file = tmp_path / "cast.toml"
    file.write_text(f"cast = {{ {cast} }}\n{TIED}", encoding="utf-8")
    plan = make_plan(read_script(file))

    assert plan.cast[-1].name == name
    assert [step for step in plan.steps if isinstance(step, Leave | Return)] == [
        Leave((name,)),
        Return((name,)),
    ]


def test_nobody_leaves_where_nothing_happens(tmp_path: Path) -> None:
    file = tmp_path / "still.toml"
    head = TIED.split("step =", maxsplit=1)[0]
    file.write_text(f"{head}step = [{{ pause = 0.1 }}]", encoding="utf-8")

    assert make_plan(read_script(file)).steps == (Pause(0.1),)


def test_a_big_map_is_published_in_parts_the_room_takes(tmp_path: Path) -> None:
    script = read_script(TEMPLATES / "first-fight.toml")
    assert isinstance(script.ground, Map)
    walls = tuple(script.ground.file.line_of_sight * 300)
    big = replace(
        script.ground, file=script.ground.file.model_copy(update={"line_of_sight": walls})
    )

    setup = make_plan(replace(script, ground=big)).setup

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
